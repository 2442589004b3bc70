package io.subrelay.books;

import io.subrelay.customer.Environment;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of the journal.
 *
 * @param destinations for which the events were accepted, or whose deliveries ended
 * @param firstEvent   the place of the first event that was accepted; 0 where deliveries ended
 */
record Line(long quarter, List<String> destinations, Environment environment, Entry entry, String reason,
        String currency, Sum sum, long firstEvent, long lastEvent) {

    static Line of(String line) {
        String[] parts = line.split("\t", -1);
        boolean range = parts.length > 7;
        return new Line(Long.parseLong(parts[0]), parts[1].isEmpty() ? List.of() : List.of(parts[1].split(",")),
                Environment.valueOf(parts[2]), Entry.of(parts[3]), parts[4], parts[5], Sum.of(parts[6]),
                range ? Long.parseLong(parts[7]) : 0, range ? Long.parseLong(parts[8]) : 0);
    }

    /** What it is counted under: an accepted event is meant for each of its destinations. */
    List<Account> accounts() {
        List<Account> accounts = new ArrayList<>();
        if (entry == Entry.ACCEPTED) {
            accounts.add(new Account("", environment, entry, reason, currency));
        }
        Entry each = entry == Entry.ACCEPTED ? Entry.MEANT : entry;
        for (String destination : destinations) {
            accounts.add(new Account(destination, environment, each, reason, currency));
        }
        return accounts;
    }
}
