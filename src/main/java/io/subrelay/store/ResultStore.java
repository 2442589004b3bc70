package io.subrelay.store;

import io.subrelay.books.BookedEvent;
import io.subrelay.books.Journal;
import io.subrelay.event.Delivery;
import io.subrelay.event.DeliveryResult;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes results of deliveries. */
final class ResultStore {

    private record Key(String destination, long seq) {

        static Key of(DeliveryResult result) {
            return new Key(result.destination(), result.seq());
        }
    }

    /** Of the destinations, by name, as they never change. Used by the thread that writes alone. */
    private final Map<String, Integer> numbers = new HashMap<>();

    /**
     * Writes results of deliveries.
     *
     * @param again   whether an earlier try may have been committed unheard, so that rows may be there already
     * @param journal to which the ends of deliveries are added
     */
    void write(Connection connection, List<DeliveryResult> results, boolean again, Journal journal)
            throws SQLException {
        Map<Key, DeliveryResult> ended = new LinkedHashMap<>();
        List<DeliveryResult> failed = new ArrayList<>();
        // the last result of each delivery that has failed before or fails now
        Map<Key, DeliveryResult> scheduled = new HashMap<>();
        for (DeliveryResult result : results) {
            if (result.isFinal()) {
                ended.put(Key.of(result), result);
            } else {
                failed.add(result);
            }
            if (result.delivery().scheduled()) {
                scheduled.put(Key.of(result), result);
            }
        }
        List<DeliveryResult> settled = List.copyOf(ended.values());
        if (again) {
            forget(connection, settled, failed, journal);
        }
        if (!settled.isEmpty()) {
            writeSettled(connection, settled);
        }
        if (!scheduled.isEmpty()) {
            writeScheduled(connection, scheduled, failed);
        }
        settled.forEach(it -> journal.ended(BookedEvent.of(it.delivery().event()), it.destination(), it.state(),
                it.outcome().reason()));
        Tallies.write(connection, settled, failed);
    }

    private void forget(Connection connection, List<DeliveryResult> settled, List<DeliveryResult> failed,
            Journal journal) throws SQLException {
        try (PreparedStatement written = connection.prepareStatement(
                "select state, reason from delivery where id = ?");
                PreparedStatement delivery = connection.prepareStatement(
                        "delete from delivery where id = ?");
                PreparedStatement attempt = connection.prepareStatement(
                        "delete from attempt where destination = ? and event = ? and attempt = ?"
                                + " and attempted_at = ?")) {
            for (DeliveryResult it : settled) {
                long id = id(connection, it);
                written.setLong(1, id);
                try (ResultSet row = written.executeQuery()) {
                    if (row.next()) {
                        journal.reopened(BookedEvent.of(it.delivery().event()), it.destination(), row.getString(1),
                                row.getString(2));
                    }
                }
                delivery.setLong(1, id);
                delivery.addBatch();
            }
            for (DeliveryResult it : failed) {
                attempt.setInt(3, it.delivery().attempts());
                attempt.setLong(4, it.startedAt());
                addKey(attempt, Key.of(it));
            }
            delivery.executeBatch();
            attempt.executeBatch();
        }
    }

    private void writeSettled(Connection connection, List<DeliveryResult> settled) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into delivery (id, event, destination, state, attempts, settled_at, millis, response_code,
                  reason, request) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
            for (DeliveryResult it : settled) {
                insert.setLong(1, id(connection, it));
                insert.setLong(2, it.seq());
                insert.setString(3, it.destination());
                insert.setString(4, it.state());
                insert.setInt(5, it.delivery().attempts());
                insert.setLong(6, it.endedAt());
                insert.setInt(7, it.millis());
                setCode(insert, 8, it.outcome().responseCode());
                insert.setString(9, it.outcome().reason());
                insert.setString(10, it.outcome().request());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void writeScheduled(Connection connection, Map<Key, DeliveryResult> scheduled,
            List<DeliveryResult> failed) throws SQLException {
        try (PreparedStatement unschedule = connection.prepareStatement(
                "delete from redelivery where destination = ? and event = ?");
                PreparedStatement schedule = connection.prepareStatement("""
                        insert into redelivery (destination, event, customer, origin, attempts, first_attempt_at,
                          next_attempt_at, response_code, reason, asked) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""");
                PreparedStatement attempt = connection.prepareStatement("""
                        insert into attempt (event, destination, attempt, attempted_at, millis, response_code, answer)
                        values (?, ?, ?, ?, ?, ?, ?)""")) {
            for (DeliveryResult it : scheduled.values()) {
                addKey(unschedule, Key.of(it));
                if (!it.isFinal()) {
                    addScheduled(schedule, it);
                }
            }
            for (DeliveryResult it : failed) {
                attempt.setLong(1, it.seq());
                attempt.setString(2, it.destination());
                attempt.setInt(3, it.delivery().attempts());
                attempt.setLong(4, it.startedAt());
                attempt.setInt(5, it.millis());
                setCode(attempt, 6, it.outcome().responseCode());
                attempt.setString(7, it.outcome().reason());
                attempt.addBatch();
            }
            unschedule.executeBatch();
            schedule.executeBatch();
            attempt.executeBatch();
        }
    }

    private static void addScheduled(PreparedStatement schedule, DeliveryResult failed) throws SQLException {
        Delivery delivery = failed.delivery();
        schedule.setString(1, failed.destination());
        schedule.setLong(2, delivery.seq());
        schedule.setLong(3, delivery.customer());
        schedule.setString(4, delivery.origin().stored());
        schedule.setInt(5, delivery.attempts());
        schedule.setLong(6, failed.firstAttemptAt());
        schedule.setLong(7, failed.endedAt() + failed.delayMs());
        setCode(schedule, 8, failed.outcome().responseCode());
        schedule.setString(9, failed.outcome().reason());
        schedule.setBoolean(10, failed.outcome().askedMs() > 0);
        schedule.addBatch();
    }

    private long id(Connection connection, DeliveryResult result) {
        return DeliveryId.of(result.seq(), numbers.computeIfAbsent(result.destination(), name -> Database
                .jdbc(connection)
                .queryForObject("select number from destination where name = ?", Integer.class, name)));
    }

    private static void addKey(PreparedStatement statement, Key key) throws SQLException {
        statement.setString(1, key.destination());
        statement.setLong(2, key.seq());
        statement.addBatch();
    }

    private static void setCode(PreparedStatement statement, int index, int code) throws SQLException {
        if (code == 0) {
            statement.setNull(index, Types.INTEGER);
        } else {
            statement.setInt(index, code);
        }
    }
}
