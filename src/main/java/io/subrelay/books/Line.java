package io.subrelay.books;

import io.subrelay.customer.Environment;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of the journal.
 *
 * @param quarter      when the events were accepted, in quarters of an hour since the epoch
 * @param destinations for which they were accepted, or whose deliveries ended, with commas between them
 * @param range        between which events they lie; null where deliveries ended
 */
record Line(long quarter, String destinations, Environment environment, Entry entry, String reason, String currency,
        Sum sum, Range range) {

    /** What lines have in common that are added up. */
    List<Object> key() {
        return List.of(quarter, destinations, environment, entry, reason, currency);
    }

    Line plus(Line more) {
        return new Line(quarter, destinations, environment, entry, reason, currency, sum.plus(more.sum),
                range == null ? null : range.plus(more.range));
    }

    String stored() {
        return String.join("\t", String.valueOf(quarter), destinations, environment.name(), entry.stored(), reason,
                currency, sum.stored()) + (range == null ? "" : "\t" + range.first() + "\t" + range.last());
    }

    static Line of(String stored) {
        String[] parts = stored.split("\t", -1);
        return new Line(Long.parseLong(parts[0]), parts[1], Environment.valueOf(parts[2]), Entry.of(parts[3]),
                parts[4], parts[5], Sum.of(parts[6]),
                parts.length == 7 ? null : new Range(Long.parseLong(parts[7]), Long.parseLong(parts[8])));
    }

    /** What it is counted under: an accepted event is meant for each of its destinations. */
    List<Account> accounts() {
        List<Account> accounts = new ArrayList<>();
        if (entry == Entry.ACCEPTED) {
            accounts.add(new Account("", environment, entry, reason, currency));
        }
        Entry each = entry == Entry.ACCEPTED ? Entry.MEANT : entry;
        if (!destinations.isEmpty()) {
            for (String destination : destinations.split(",")) {
                accounts.add(new Account(destination, environment, each, reason, currency));
            }
        }
        return accounts;
    }
}
