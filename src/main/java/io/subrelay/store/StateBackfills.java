package io.subrelay.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

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

    /** How many customers are stored. */
    public long customers() throws SQLException {
        try (Connection connection = database.openPatiently();
                PreparedStatement select = connection.prepareStatement(
                        "select count(*) from customer where merged_into is null");
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /**
     * Begins to tell a destination of all customers that there are now, from the first one on, unless it is being told.
     *
     * @param now milliseconds since the epoch
     */
    public void start(String destination, long now) throws SQLException {
        long customers = customers();
        database.transaction(connection -> {
            try (PreparedStatement delete = connection.prepareStatement(
                    "delete from state_backfill where destination = ? and state <> 'running'");
                    PreparedStatement insert = connection.prepareStatement("""
                            insert into state_backfill
                              (destination, state, customers, told, last_customer, up_to, started_at, next_at)
                            select ?, 'running', ?, 0, 0, last_customer, ?, 0 from log_position
                            where not exists (select 1 from state_backfill where destination = ?)""")) {
                delete.setString(1, destination);
                delete.executeUpdate();
                insert.setString(1, destination);
                insert.setLong(2, customers);
                insert.setLong(3, now);
                insert.setString(4, destination);
                insert.executeUpdate();
            }
            return null;
        });
    }

    /** Ends it where it is; what is accepted already is delivered. Returns whether it was running. */
    public boolean stop(String destination) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement update = connection.prepareStatement(
                        "update state_backfill set state = 'stopped' where destination = ? and state = 'running'")) {
            update.setString(1, destination);
            return update.executeUpdate() > 0;
        }
    }

    /** The destinations that are being told. */
    public List<String> running() throws SQLException {
        List<String> running = new ArrayList<>();
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement select = connection.prepareStatement(
                        "select destination from state_backfill where state = 'running' order by destination");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                running.add(rows.getString(1));
            }
        }
        return running;
    }

    /**
     * Takes the next customers of whom a destination is to be told, in a transaction that tells of them. Nothing is
     * accepted, and nobody merged, until it ends.
     *
     * @param  now milliseconds since the epoch
     * @return     one id of each; none if it is not time for more, or all have been told of
     */
    List<String> next(Connection connection, String destination, int atMost, long now) throws SQLException {
        EventStore.lockPosition(connection);
        List<String> ids = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("""
                select b.last_customer, b.up_to, b.next_at, d.pending from state_backfill b
                join destination d on d.name = b.destination where b.destination = ? and b.state = 'running'""")) {
            select.setString(1, destination);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return ids;
                }
                long wait = row.getLong("next_at") - now;
                if (wait > 0 && wait < MOST_AHEAD_MS || row.getLong("pending") > PENDING_SECONDS * perSecond) {
                    return ids;
                }
                read(connection, destination, row.getLong("last_customer"), row.getLong("up_to"), atMost, now, ids);
            }
        }
        return ids;
    }

    private void read(Connection connection, String destination, long after, long upTo, int atMost, long now,
            List<String> ids) throws SQLException {
        long last = upTo;
        try (PreparedStatement select = connection.prepareStatement(
                "select c.id, (select min(i.app_user_id) from customer_id i where i.customer = c.id) from ("
                        + CustomerStore.NEXT + ") c order by c.id")) {
            select.setLong(1, after);
            select.setLong(2, upTo);
            select.setInt(3, atMost);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    last = rows.getLong(1);
                    ids.add(rows.getString(2));
                }
            }
        }
        try (PreparedStatement update = connection.prepareStatement("""
                update state_backfill set last_customer = ?, told = told + ?, next_at = ?, state = ?
                where destination = ?""")) {
            update.setLong(1, last);
            update.setLong(2, ids.size());
            update.setLong(3, now + ids.size() * 1000L / perSecond);
            update.setString(4, ids.size() < atMost ? "done" : "running");
            update.setString(5, destination);
            update.executeUpdate();
        }
        // one that an event without an id led to is nobody
        ids.removeIf(Objects::isNull);
    }
}
