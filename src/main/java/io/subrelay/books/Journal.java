package io.subrelay.books;

import io.subrelay.customer.EventIds;
import io.subrelay.event.Ids;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What one transaction adds to the books. It is written as one row, whatever the number of events, so that it costs the
 * transaction next to nothing and runners that share a database do not wait for each other; {@link Ledger} adds it up.
 */
public final class Journal {

    private static final int MAX_REASON = 200;
    private static final int MAX_ROW = 50_000;
    /** An id that is shorter is part of many words, and identifies nobody. */
    private static final int MIN_ID = 4;
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");

    /** @param destinations one, or those that an event is meant for, each between commas */
    private record Key(long quarter, String destinations, String environment, Entry entry, String reason,
            String currency) {
    }

    private static final class Posting {
        private final Sum sum = new Sum();
        private long first = Long.MAX_VALUE;
        private long last;
    }

    private final long start;
    private final Map<Key, Posting> postings = new HashMap<>();

    /** @param start events up to this one are not in the books */
    public Journal(long start) {
        this.start = start;
    }

    /** An event of the sender's was accepted. */
    public void accepted(BookedEvent event, List<String> destinations) {
        post(Entry.ACCEPTED, event, String.join(",", destinations), "", 1);
    }

    /** Deliveries of an event are to be made: of an update of the runner's own, or as somebody asks for them. */
    public void meant(BookedEvent event, List<String> destinations) {
        if (!destinations.isEmpty()) {
            post(Entry.MEANT, event, String.join(",", destinations), "", 1);
        }
    }

    /**
     * A delivery has ended.
     *
     * @param state  as it is stored with the delivery
     * @param reason why, null if there is none
     */
    public void ended(BookedEvent event, String destination, String state, String reason) {
        ended(event, destination, state, reason, 1);
    }

    /** A delivery that had ended is to be made again, or its end is written once more. */
    public void reopened(BookedEvent event, String destination, String state, String reason) {
        ended(event, destination, state, reason, -1);
    }

    private void ended(BookedEvent event, String destination, String state, String reason, int times) {
        Entry entry = Entry.of(state);
        post(entry, event, destination, entry == Entry.SKIPPED ? booked(reason, event) : "", times);
    }

    /** The event goes, and a delivery had not ended. */
    public void deleted(BookedEvent event, String destination) {
        post(Entry.DELETED, event, destination, "", 1);
    }

    private void post(Entry entry, BookedEvent event, String destinations, String reason, int times) {
        if (event.seq() <= start) {
            return;
        }
        Posting posting = postings.computeIfAbsent(new Key(event.quarter(), destinations, event.environment().name(),
                entry, reason, event.currency()), key -> new Posting());
        posting.sum.add(times, times < 0 ? event.usd().negate() : event.usd(),
                times < 0 ? event.amount().negate() : event.amount());
        if (!entry.isEnd()) {
            posting.first = Math.min(posting.first, event.seq());
            posting.last = Math.max(posting.last, event.seq());
        }
    }

    /** The books are kept when a customer is erased: a reason may not name one. */
    private static String booked(String reason, BookedEvent event) {
        if (reason == null) {
            return "";
        }
        String booked = reason;
        for (String id : EventIds.all(event.event())) {
            if (id.length() >= MIN_ID) {
                booked = booked.replace(id, "…");
            }
        }
        booked = Ids.wellFormed(booked.length() <= MAX_REASON ? booked : booked.substring(0, MAX_REASON));
        return CONTROLS.matcher(booked).replaceAll(" ").strip();
    }

    /** Writes what was added, in the transaction that it is part of. */
    public void write(Connection connection) throws SQLException {
        if (postings.isEmpty()) {
            return;
        }
        List<String> rows = new ArrayList<>();
        StringBuilder row = new StringBuilder();
        for (Map.Entry<Key, Posting> each : postings.entrySet()) {
            Posting posting = each.getValue();
            if (posting.sum.isZero() && posting.last == 0) {
                continue;
            }
            Key key = each.getKey();
            row.append(key.quarter).append('\t').append(key.destinations).append('\t').append(key.environment)
                    .append('\t').append(key.entry.stored()).append('\t').append(key.reason).append('\t')
                    .append(key.currency).append('\t').append(posting.sum.stored());
            if (posting.last > 0) {
                row.append('\t').append(posting.first).append('\t').append(posting.last);
            }
            row.append('\n');
            if (row.length() > MAX_ROW) {
                rows.add(row.toString());
                row.setLength(0);
            }
        }
        if (!row.isEmpty()) {
            rows.add(row.toString());
        }
        try (PreparedStatement insert = connection.prepareStatement("insert into book_journal (postings) values (?)")) {
            for (String each : rows) {
                insert.setString(1, each);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
