package io.subrelay.store;

import io.subrelay.delivery.Delivery;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes what became of deliveries. */
final class MarkStore {

    private MarkStore() {
    }

    /**
     * Writes what became of deliveries.
     *
     * @param again whether an earlier try may have been committed unheard, so that rows may be there already
     */
    static void write(Connection connection, List<Mark> marks, boolean again) throws SQLException {
        Tallies tallies = new Tallies();
        Map<List<Object>, Mark.Failed> waiting = new HashMap<>();
        Map<List<Object>, Mark.Position> positions = new HashMap<>();
        try (PreparedStatement insert = connection.prepareStatement("""
                     insert into delivery (event, destination, state, attempts, settled_at, millis, response_code, reason,
                       request) values (?, ?, ?, ?, ?, ?, ?, ?, ?)""");
             PreparedStatement forget = connection.prepareStatement(
                     "delete from delivery where destination = ? and event = ?");
             PreparedStatement forgetAttempt = connection.prepareStatement(
                     "delete from attempt where destination = ? and event = ? and attempt = ?");
             PreparedStatement unschedule = connection.prepareStatement(
                     "delete from redelivery where destination = ? and event = ?");
             PreparedStatement schedule = connection.prepareStatement("""
                     insert into redelivery (destination, event, customer, origin, attempts, first_attempt_at,
                       next_attempt_at, response_code, reason) values (?, ?, ?, ?, ?, ?, ?, ?, ?)""");
             PreparedStatement attempt = connection.prepareStatement("""
                     insert into attempt (event, destination, attempt, attempted_at, millis, response_code, answer)
                     values (?, ?, ?, ?, ?, ?, ?)""")) {
            boolean scheduled = false;
            for (Mark mark : marks) {
                if (mark instanceof Mark.Settled settled) {
                    addKey(forget, settled.destination(), settled.delivery());
                    insertSettled(insert, settled);
                    tallies.settled(settled);
                    if (settled.delivery().attempts() > 0 || settled.delivery().origin() == Delivery.Origin.REQUEST) {
                        addKey(unschedule, settled.destination(), settled.delivery());
                        scheduled = true;
                        waiting.remove(List.of(settled.destination(), settled.delivery().seq()));
                    }
                } else if (mark instanceof Mark.Failed failed) {
                    addKey(unschedule, failed.destination(), failed.delivery());
                    forgetAttempt.setInt(3, failed.delivery().attempts());
                    addKey(forgetAttempt, failed.destination(), failed.delivery());
                    insertAttempt(attempt, failed);
                    tallies.failed(failed);
                    waiting.put(List.of(failed.destination(), failed.delivery().seq()), failed);
                    scheduled = true;
                } else if (mark instanceof Mark.Position position) {
                    positions.put(List.of(position.destination(), position.slice()), position);
                }
            }
            if (again) {
                forget.executeBatch();
                forgetAttempt.executeBatch();
            }
            insert.executeBatch();
            if (scheduled) {
                for (Mark.Failed failed : waiting.values()) {
                    insertFailed(schedule, failed);
                }
                unschedule.executeBatch();
                schedule.executeBatch();
                attempt.executeBatch();
            }
        }
        tallies.write(connection);
        writePositions(connection, positions.values());
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
        schedule.setLong(6, delivery.firstAttemptAt());
        schedule.setLong(7, failed.nextAttemptAt());
        setCode(schedule, 8, failed.outcome().responseCode());
        schedule.setString(9, failed.outcome().reason());
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

    private static void addKey(PreparedStatement statement, String destination, Delivery delivery) throws SQLException {
        statement.setString(1, destination);
        statement.setLong(2, delivery.seq());
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
