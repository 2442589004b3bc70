package io.subrelay.books;

import io.subrelay.customer.EventIds;
import io.subrelay.event.Ids;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.JdbcTemplate;

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

    private final long start;
    private final Map<List<Object>, Line> lines = new HashMap<>();

    /** @param start events up to this one are not in the books */
    public Journal(long start) {
        this.start = start;
    }

    /** An event of the sender's was accepted. */
    public void accepted(BookedEvent event, List<String> destinations) {
        post(Entry.ACCEPTED, event, String.join(",", destinations), "", event.sum());
    }

    /** Deliveries of an event are to be made: of an update of the runner's own, or as somebody asks for them. */
    public void meant(BookedEvent event, List<String> destinations) {
        if (!destinations.isEmpty()) {
            post(Entry.MEANT, event, String.join(",", destinations), "", event.sum());
        }
    }

    /**
     * A delivery has ended.
     *
     * @param state  as it is stored with the delivery
     * @param reason why, null if there is none
     */
    public void ended(BookedEvent event, String destination, String state, String reason) {
        post(Entry.of(state), event, destination, reason, event.sum());
    }

    /** A delivery that had ended is to be made again, or its end is written once more. */
    public void reopened(BookedEvent event, String destination, String state, String reason) {
        post(Entry.of(state), event, destination, reason, event.sum().negate());
    }

    /** The event goes, and a delivery had not ended. */
    public void deleted(BookedEvent event, String destination) {
        post(Entry.DELETED, event, destination, "", event.sum());
    }

    private void post(Entry entry, BookedEvent event, String destinations, String reason, Sum sum) {
        if (event.seq() > start) {
            Line line = new Line(event.quarter(), destinations, event.environment(), entry,
                    entry == Entry.SKIPPED && reason != null ? booked(reason, event) : "", event.currency(), sum,
                    entry.isEnd() ? null : new Range(event.seq(), event.seq()));
            lines.merge(line.key(), line, Line::plus);
        }
    }

    /** The books are kept when a customer is erased: a reason may not name one. */
    private static String booked(String reason, BookedEvent event) {
        String booked = reason;
        // the longest first: another one may be a part of it
        for (String id : EventIds.all(event.event()).stream()
                .sorted(Comparator.comparing(String::length).reversed()).toList()) {
            if (id.length() >= MIN_ID) {
                booked = booked.replace(id, "…");
            }
        }
        booked = Ids.wellFormed(booked.length() <= MAX_REASON ? booked : booked.substring(0, MAX_REASON));
        return CONTROLS.matcher(booked).replaceAll(" ").strip();
    }

    /** Writes what was added, in the transaction that it is part of. */
    public void write(JdbcTemplate transaction) {
        List<Object[]> rows = new ArrayList<>();
        StringBuilder row = new StringBuilder();
        for (Line line : lines.values()) {
            if (line.range() != null || !line.sum().isZero()) {
                row.append(line.stored()).append('\n');
            }
            if (row.length() > MAX_ROW) {
                rows.add(new Object[] {row.toString()});
                row.setLength(0);
            }
        }
        if (!row.isEmpty()) {
            rows.add(new Object[] {row.toString()});
        }
        transaction.batchUpdate("insert into book_journal (postings) values (?)", rows);
    }
}
