package io.subrelay.store;

import static io.subrelay.store.RequestedDeliveryStore.againIfOthersWereFirst;

import io.subrelay.books.Journal;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * How far destinations are that are sent stored events which they did not have. It goes on where it was after a
 * restart, at whichever runner, as each step is one transaction with the deliveries that it schedules.
 */
public final class HistoryBackfills {

    /** How many requested deliveries of a destination are due at most: stopped, the others are dropped. */
    static final int AHEAD = 1_000;
    /** How many there are at most, with those that wait to be retried, or behind one that does. */
    private static final int MOST = 3 * AHEAD;
    /** How many events are looked through in one transaction: acceptance waits for it. */
    private static final int STEP = 5_000;

    private final Database database;
    private final RequestedDeliveryStore requests;

    public HistoryBackfills(Database database, RequestedDeliveryStore requests) {
        this.database = database;
        this.requests = requests;
    }

    /**
     * Begins with the events that are stored now, unless a backfill of the destination is running.
     *
     * @param  since the earliest acceptance, milliseconds since the epoch
     * @return       how many events that will be
     */
    public long start(String destination, long since) throws SQLException {
        List<Long> before = database.jdbc().queryForList(
                "select started_at from history_backfill where destination = ? and state <> 'running'", Long.class,
                destination);
        long events = requests.history(destination, since);
        if (events == 0) {
            return 0;
        }
        // one that began while this one counted has scheduled some of what was counted
        int started = againIfOthersWereFirst(() -> database.transaction(jdbc -> {
            before.forEach(startedAt -> jdbc.update("delete from history_backfill where destination = ?"
                    + " and state <> 'running' and started_at = ?", destination, startedAt));
            return jdbc.update("""
                    insert into history_backfill
                      (destination, state, events, scheduled, since, last_event, up_to, started_at)
                    select ?, 'running', ?, 0, ?, 0, last_event, ? from log_position
                    where not exists (select 1 from history_backfill where destination = ?)""",
                    destination, events, since, System.currentTimeMillis(), destination);
        }));
        return started > 0 ? events : 0;
    }

    /**
     * Ends it where it is; what is scheduled already is delivered.
     *
     * @return how many events it has not scheduled; empty if none was running
     */
    public OptionalLong stop(String destination) throws SQLException {
        int stopped = againIfOthersWereFirst(() -> database.transaction(jdbc -> {
            RequestedDeliveryStore.lock(jdbc, destination);
            return jdbc.update(
                    "update history_backfill set state = 'stopped' where destination = ? and state = 'running'",
                    destination);
        }));
        return stopped == 0 ? OptionalLong.empty() : OptionalLong.of(database.jdbc().queryForObject(
                "select greatest(events - scheduled, 0) from history_backfill where destination = ?", Long.class,
                destination));
    }

    public List<String> running() {
        return database.jdbc().queryForList(
                "select destination from history_backfill where state = 'running' order by destination", String.class);
    }

    /**
     * Schedules the next events for a destination, as far as not too many wait for it.
     *
     * @return how many; empty if many wait, or it does not run any more
     */
    public OptionalLong next(String destination) throws SQLException {
        int scheduled = room(database.jdbc(), destination) < AHEAD / 2 ? -1
                : againIfOthersWereFirst(() -> database.booked((jdbc, journal) -> next(jdbc, journal, destination)));
        return scheduled < 0 ? OptionalLong.empty() : OptionalLong.of(scheduled);
    }

    /** How many may be scheduled now. What waits for its next attempt, or behind such a delivery, holds nothing up. */
    private static int room(JdbcTemplate jdbc, String destination) {
        long now = System.currentTimeMillis();
        return jdbc.queryForObject("select count(*), count(case when " + DeliveryStore.DUE + " then 1 end) from ("
                + "select destination, customer, event, next_attempt_at, early from redelivery"
                + " where destination = ? and origin = 'request' limit " + MOST + ") r",
                (row, number) -> row.getInt(1) == MOST ? 0 : Math.max(0, AHEAD - row.getInt(2)), now, now,
                destination);
    }

    private static int next(JdbcTemplate jdbc, Journal journal, String destination) throws SQLException {
        RequestedDeliveryStore.lock(jdbc, destination);
        // others may have filled it
        int room = room(jdbc, destination);
        List<long[]> running = jdbc.query("""
                select since, last_event, up_to from history_backfill
                where destination = ? and state = 'running'""",
                (row, number) -> new long[] {row.getLong(1), row.getLong(2), row.getLong(3)}, destination);
        if (running.isEmpty() || room == 0) {
            return -1;
        }
        long upTo = running.get(0)[2];
        long from = running.get(0)[1];
        long to = Math.min(from + STEP, upTo);
        List<Long> places =
                RequestedDeliveryStore.history(jdbc, journal, destination, running.get(0)[0], from, to, room);
        long last = places.size() < room ? to : places.get(room - 1);
        jdbc.update("update history_backfill set scheduled = scheduled + ?, last_event = ?, state = ?"
                + " where destination = ?", places.size(), last, last < upTo ? "running" : "done", destination);
        return places.size();
    }
}
