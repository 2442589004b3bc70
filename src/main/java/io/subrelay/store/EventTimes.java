package io.subrelay.store;

import java.util.List;

/** Finds the place of a time among the events: they are numbered in the order of their acceptance. */
public final class EventTimes {

    private final Database database;

    public EventTimes(Database database) {
        this.database = database;
    }

    /** The place of the oldest event that is stored; 0 if there is none. */
    public long first() {
        Long first = database.jdbc().queryForObject("select min(seq) from event", Long.class);
        return first == null ? 0 : first;
    }

    /** The place of the newest event; 0 if there has been none. */
    public long last() {
        return new DeliveryStore(database).lastEvent();
    }

    /**
     * The place that every event has come after that was accepted at the time or later. By some twenty look-ups, as no
     * index holds the times.
     *
     * @param atMs milliseconds since the epoch
     */
    public long before(long atMs) {
        long earlier = Math.max(0, first() - 1);
        long later = last() + 1;
        while (later - earlier > 1) {
            long middle = earlier + (later - earlier) / 2;
            // gaps are those of erased events
            List<long[]> next = database.jdbc().query(
                    "select seq, received_at from event where seq >= ? order by seq fetch first 1 rows only",
                    (row, number) -> new long[] {row.getLong(1), row.getLong(2)}, middle);
            if (next.isEmpty() || next.get(0)[1] >= atMs) {
                later = middle;
            } else {
                earlier = Math.min(later - 1, next.get(0)[0]);
            }
        }
        return earlier;
    }
}
