package io.subrelay.store;

import io.subrelay.event.Delivery;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes results of deliveries. */
final class MarkStore {

    private MarkStore() {
    }

    /**
     * Writes results of deliveries.
     *
     * @param again whether an earlier try may have been committed unheard, so that rows may be there already
     */
    static void write(Connection connection, List<Mark> marks, boolean again) throws SQLException {
        Map<List<Object>, Mark.Settled> ended = new LinkedHashMap<>();
        List<Mark.Failed> failed = new ArrayList<>();
        Map<List<Object>, Mark.Position> positions = new HashMap<>();
        // the last thing that is known of a delivery that has failed before: when it goes again, or null if it has
        // ended
        Map<List<Object>, Mark.Failed> scheduled = new HashMap<>();
        for (Mark mark : marks) {
            if (mark instanceof Mark.Settled it) {
                ended.put(List.of(it.destination(), it.delivery().seq()), it);
                if (it.delivery().scheduled()) {
                    scheduled.put(List.of(it.destination(), it.delivery().seq()), null);
                }
            } else if (mark instanceof Mark.Failed it) {
                failed.add(it);
                scheduled.put(List.of(it.destination(), it.delivery().seq()), it);
            } else if (mark instanceof Mark.Position it) {
                positions.put(List.of(it.destination(), it.slice()), it);
            }
        }
        List<Mark.Settled> settled = List.copyOf(ended.values());
        if (again) {
            forget(connection, settled, failed);
        }
        Tallies tallies = new Tallies();
        settled.forEach(tallies::settled);
        failed.forEach(tallies::failed);
        if (!settled.isEmpty()) {
            writeSettled(connection, settled);
        }
        if (!scheduled.isEmpty()) {
            writeScheduled(connection, scheduled, failed);
        }
        tallies.write(connection);
        writePositions(connection, positions.values());
    }

    private static void forget(Connection connection, List<Mark.Settled> settled, List<Mark.Failed> failed)
            throws SQLException {
        try (PreparedStatement delivery = connection.prepareStatement(
                "delete from delivery where destination = ? and event = ?");
                PreparedStatement attempt = connection.prepareStatement(
                        "delete from attempt where destination = ? and event = ? and attempt = ?"
                                + " and attempted_at = ?")) {
            for (Mark.Settled it : settled) {
                addKey(delivery, it.destination(), it.delivery().seq());
            }
            for (Mark.Failed it : failed) {
                attempt.setInt(3, it.delivery().attempts());
                attempt.setLong(4, it.at());
                addKey(attempt, it.destination(), it.delivery().seq());
            }
            delivery.executeBatch();
            attempt.executeBatch();
        }
    }

    private static void writeSettled(Connection connection, List<Mark.Settled> settled) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into delivery (event, destination, state, attempts, settled_at, millis, response_code, reason,
                  request) values (?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
            for (Mark.Settled it : settled) {
                insertSettled(insert, it);
            }
            insert.executeBatch();
        }
    }

    private static void writeScheduled(Connection connection, Map<List<Object>, Mark.Failed> scheduled,
            List<Mark.Failed> failed) throws SQLException {
        try (PreparedStatement unschedule = connection.prepareStatement(
                "delete from redelivery where destination = ? and event = ?");
                PreparedStatement schedule = connection.prepareStatement("""
                        insert into redelivery (destination, event, customer, origin, attempts, first_attempt_at,
                          next_attempt_at, response_code, reason, asked) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""");
                PreparedStatement attempt = connection.prepareStatement("""
                        insert into attempt (event, destination, attempt, attempted_at, millis, response_code, answer)
                        values (?, ?, ?, ?, ?, ?, ?)""")) {
            for (Map.Entry<List<Object>, Mark.Failed> it : scheduled.entrySet()) {
                addKey(unschedule, (String) it.getKey().get(0), (Long) it.getKey().get(1));
                if (it.getValue() != null) {
                    insertFailed(schedule, it.getValue());
                }
            }
            for (Mark.Failed it : failed) {
                insertAttempt(attempt, it);
            }
            unschedule.executeBatch();
            schedule.executeBatch();
            attempt.executeBatch();
        }
    }

    private static void insertSettled(PreparedStatement insert, Mark.Settled settled) throws SQLException {
        insert.setLong(1, settled.delivery().seq());
        insert.setString(2, settled.destination());
        insert.setString(3, settled.state());
        insert.setInt(4, settled.attempts());
        insert.setLong(5, settled.at());
        insert.setInt(6, settled.millis());
        setCode(insert, 7, settled.outcome().responseCode());
        insert.setString(8, settled.outcome().reason());
        insert.setString(9, settled.outcome().request());
        insert.addBatch();
    }

    private static void insertFailed(PreparedStatement schedule, Mark.Failed failed) throws SQLException {
        Delivery delivery = failed.delivery();
        schedule.setString(1, failed.destination());
        schedule.setLong(2, delivery.seq());
        schedule.setLong(3, delivery.customer());
        schedule.setString(4, delivery.origin().stored());
        schedule.setInt(5, failed.delivery().attempts());
        schedule.setLong(6, failed.firstAttemptAt());
        schedule.setLong(7, failed.nextAttemptAt());
        setCode(schedule, 8, failed.outcome().responseCode());
        schedule.setString(9, failed.outcome().reason());
        schedule.setBoolean(10, failed.outcome().askedMs() > 0);
        schedule.addBatch();
    }

    private static void insertAttempt(PreparedStatement attempt, Mark.Failed failed) throws SQLException {
        attempt.setLong(1, failed.delivery().seq());
        attempt.setString(2, failed.destination());
        attempt.setInt(3, failed.delivery().attempts());
        attempt.setLong(4, failed.at());
        attempt.setInt(5, failed.millis());
        setCode(attempt, 6, failed.outcome().responseCode());
        attempt.setString(7, failed.outcome().reason());
        attempt.addBatch();
    }

    private static void addKey(PreparedStatement statement, String destination, long seq) throws SQLException {
        statement.setString(1, destination);
        statement.setLong(2, seq);
        statement.addBatch();
    }

    private static void setCode(PreparedStatement statement, int index, int code) throws SQLException {
        if (code == 0) {
            statement.setNull(index, Types.INTEGER);
        } else {
            statement.setInt(index, code);
        }
    }

    private static void writePositions(Connection connection, Iterable<Mark.Position> positions) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update outbox_position set event = ? where destination = ? and slice = ? and event < ?")) {
            for (Mark.Position position : positions) {
                update.setLong(1, position.seq());
                update.setString(2, position.destination());
                update.setInt(3, position.slice());
                update.setLong(4, position.seq());
                update.addBatch();
            }
            update.executeBatch();
        }
    }
}
