package io.subrelay.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * How far destinations are that are told of every customer as it stands. It goes on where it was after a restart, as
 * each step is one transaction with the updates that it accepts.
 */
public final class StateBackfills {

    /** A time that is further ahead is that of a clock that was wrong. */
    private static final long MOST_AHEAD_MS = 60_000;
    /** For how long a destination may need for what is pending before it is given more, at the rate of the backfill. */
    private static final long PENDING_SECONDS = 10;

    private final Database database;
    private final int perSecond;

    /** @param perSecond how many customers a destination is told of in a second, at most */
    public StateBackfills(Database database, int perSecond) {
        this.database = database;
        this.perSecond = perSecond;
    }

    public int perSecond() {
        return perSecond;
    }

    public long customers() throws SQLException {
        try (Connection connection = database.openPatiently()) {
            return Database.jdbc(connection)
                    .queryForObject("select count(*) from customer where merged_into is null", Long.class);
        }
    }

    /**
     * Begins to tell a destination of all customers that there are now, from the first one on, unless it is being told.
     *
     * @param  now milliseconds since the epoch
     * @return     how many customers that will be
     */
    public long start(String destination, long now) throws SQLException {
        long customers = customers();
        int started = RequestedDeliveryStore.againIfOthersWereFirst(() -> database.transaction(jdbc -> {
            jdbc.update("delete from state_backfill where destination = ? and state <> 'running'", destination);
            return jdbc.update("""
                    insert into state_backfill
                      (destination, state, customers, told, last_customer, up_to, started_at, next_at)
                    select ?, 'running', ?, 0, 0, last_customer, ?, 0 from log_position
                    where not exists (select 1 from state_backfill where destination = ?)""",
                    destination, customers, now, destination);
        }));
        return started > 0 ? customers : 0;
    }

    /** Ends it where it is; what is accepted already is delivered. Returns whether it was running. */
    public boolean stop(String destination) throws SQLException {
        return RequestedDeliveryStore.againIfOthersWereFirst(() -> database.jdbc().update(
                "update state_backfill set state = 'stopped' where destination = ? and state = 'running'",
                destination)) > 0;
    }

    public List<String> running() {
        return database.jdbc().queryForList(
                "select destination from state_backfill where state = 'running' order by destination", String.class);
    }

    /**
     * Takes the next customers of whom a destination is to be told, in a transaction that tells of them. Nothing is
     * accepted, and nobody merged, until it ends.
     *
     * @param  now milliseconds since the epoch
     * @return     one id of each; none if it is not time for more, or all have been told of
     */
    List<String> next(JdbcTemplate jdbc, String destination, int atMost, long now) {
        EventStore.lockPosition(jdbc);
        List<long[]> due = jdbc.query("""
                select b.last_customer, b.up_to from state_backfill b join destination d on d.name = b.destination
                where b.destination = ? and b.state = 'running' and d.pending <= ?
                  and (b.next_at <= ? or b.next_at >= ?)""",
                (row, number) -> new long[] {row.getLong(1), row.getLong(2)},
                destination, PENDING_SECONDS * perSecond, now, now + MOST_AHEAD_MS);
        if (due.isEmpty()) {
            return List.of();
        }
        long[] last = {due.get(0)[1]};
        List<String> ids = jdbc.query("select c.id, (select min(i.app_user_id) from customer_id i"
                + " where i.customer = c.id) from (" + CustomerStore.NEXT + ") c order by c.id", (row, number) -> {
                    last[0] = row.getLong(1);
                    return row.getString(2);
                }, due.get(0)[0], due.get(0)[1], atMost);
        jdbc.update("""
                update state_backfill set last_customer = ?, told = told + ?, next_at = ?, state = ?
                where destination = ?""", last[0], ids.size(), now + ids.size() * 1000L / perSecond,
                ids.size() < atMost ? "done" : "running", destination);
        // one that an event without an id led to is nobody
        ids.removeIf(Objects::isNull);
        return ids;
    }
}
