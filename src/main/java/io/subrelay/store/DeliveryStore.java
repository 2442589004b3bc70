package io.subrelay.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.subrelay.delivery.Delivery;
import io.subrelay.delivery.EnrichedEvent;
import io.subrelay.webhook.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Deliveries in the database: what is still to be delivered is read, what became of it is written. */
public final class DeliveryStore {

    /** A delivery that was read back, and when its next attempt is due: milliseconds since the epoch, 0 for at once. */
    public record Waiting(Delivery delivery, long nextAttemptAt) {
    }

    /** How many deliveries of a destination stand how; {@code pending} counts the retrying ones as well. */
    public record Counts(long pending, long retrying, long delivered, long skipped, long previewed, long dead) {
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EVENT = """
            select e.seq, e.customer, e.after_customers, e.event_id, e.type, e.kind, e.event_at, e.happened_at,
              e.received_at, e.late, e.destinations, e.webhook, e.customer_then,
              r.origin, r.attempts, r.first_attempt_at, r.next_attempt_at
            """;
    private static final String UNSETTLED_LIVE = """
            from event e
            left join redelivery r on r.destination = ? and r.event = e.seq
            where e.destinations like ? and (r.origin is null or r.origin = 'event')
              and not exists (select 1 from delivery d where d.event = e.seq and d.destination = ?)
            """;

    private final Database database;

    public DeliveryStore(Database database) {
        this.database = database;
    }

    /** The next deliveries of accepted events, in order, that are neither settled nor asked for by hand. */
    public List<Waiting> unsettled(String destination, long afterSeq, long upToSeq, int limit) throws SQLException {
        return read(EVENT + UNSETTLED_LIVE + " and e.seq > ? and e.seq <= ? order by e.seq limit " + limit,
                destination, likeName(destination), destination, afterSeq, upToSeq);
    }

    /** The same of one customer, from a place on. */
    public List<Waiting> unsettledOf(long customer, String destination, long fromSeq, int limit) throws SQLException {
        return read(EVENT + UNSETTLED_LIVE + " and e.customer = ? and e.seq >= ? order by e.seq limit " + limit,
                destination, likeName(destination), destination, customer, fromSeq);
    }

    /**
     * The next deliveries that somebody asked for and that are due, in the order of their events; one that waits for its
     * next attempt holds back the customer's later ones.
     *
     * @param now milliseconds since the epoch
     */
    public List<Waiting> requested(String destination, long now, int limit) throws SQLException {
        return read(EVENT + """
                from redelivery r join event e on e.seq = r.event
                where r.destination = ? and r.origin = 'request' and r.next_attempt_at <= ?
                  and not exists (select 1 from redelivery b where b.destination = r.destination
                    and b.customer = r.customer and b.origin = 'request' and b.event < r.event
                    and b.next_attempt_at > ?)
                order by r.event limit
                """ + limit, destination, now, now);
    }

    /** Whether anything is left that somebody asked for, due or not. */
    public boolean hasRequested(String destination) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
             PreparedStatement select = connection.prepareStatement(
                     "select 1 from redelivery where destination = ? and origin = 'request' limit 1")) {
            select.setString(1, destination);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** Where each slice of a destination stands. */
    public Map<Integer, Long> positions(String destination) throws SQLException {
        Map<Integer, Long> positions = new HashMap<>();
        try (Connection connection = database.dataSource().getConnection();
             PreparedStatement select = connection.prepareStatement(
                     "select slice, event from outbox_position where destination = ?")) {
            select.setString(1, destination);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    positions.put(rows.getInt(1), rows.getLong(2));
                }
            }
        }
        return positions;
    }

    /**
     * Makes a destination known: one that is new starts at the newest event, as history reaches it only by a backfill.
     */
    public void register(String destination, int slices) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
             PreparedStatement insert = connection.prepareStatement("""
                     insert into destination (name, pending, delivered, skipped, previewed, dead)
                     select ?, 0, 0, 0, 0, 0 from log_position
                     where not exists (select 1 from destination where name = ?)
                     """);
             PreparedStatement position = connection.prepareStatement("""
                     insert into outbox_position (destination, slice, event)
                     select ?, ?, last_event from log_position
                     where not exists (select 1 from outbox_position where destination = ? and slice = ?)
                     """)) {
            insert.setString(1, destination);
            insert.setString(2, destination);
            insert.executeUpdate();
            for (int slice = 0; slice < slices; slice++) {
                position.setString(1, destination);
                position.setInt(2, slice);
                position.setString(3, destination);
                position.setInt(4, slice);
                position.addBatch();
            }
            position.executeBatch();
        }
    }

    /** How many deliveries of each destination stand how. */
    public Map<String, Counts> counts() throws SQLException {
        Map<String, Counts> counts = new HashMap<>();
        try (Connection connection = database.dataSource().getConnection();
             PreparedStatement select = connection.prepareStatement("""
                     select name, pending, delivered, skipped, previewed, dead,
                       (select count(*) from redelivery r where r.destination = name and r.attempts > 0) as retrying
                     from destination""");
             ResultSet row = select.executeQuery()) {
            while (row.next()) {
                counts.put(row.getString("name"), new Counts(
                        row.getLong("pending"), row.getLong("retrying"), row.getLong("delivered"),
                        row.getLong("skipped"), row.getLong("previewed"), row.getLong("dead")));
            }
        }
        return counts;
    }

    /** The place of the newest event. */
    public long lastEvent() throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
             PreparedStatement select = connection.prepareStatement("select last_event from log_position");
             ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private List<Waiting> read(String sql, Object... parameters) throws SQLException {
        List<Waiting> waiting = new ArrayList<>();
        try (Connection connection = database.dataSource().getConnection();
             PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                select.setObject(i + 1, parameters[i]);
            }
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    waiting.add(waiting(row));
                }
            }
        }
        return waiting;
    }

    private static Waiting waiting(ResultSet row) throws SQLException {
        EnrichedEvent event = event(row);
        String origin = row.getString("origin");
        if (origin == null) {
            return new Waiting(new Delivery(event, Delivery.Origin.EVENT, 0, 0), 0);
        }
        return new Waiting(new Delivery(
                event, Delivery.Origin.valueOf(origin.toUpperCase(java.util.Locale.ROOT)),
                row.getInt("attempts"), row.getLong("first_attempt_at")), row.getLong("next_attempt_at"));
    }

    /** The event of a row that has the event's columns. */
    static EnrichedEvent event(ResultSet row) throws SQLException {
        try {
            String webhook = row.getString("webhook");
            String after = row.getString("after_customers");
            return new EnrichedEvent(
                    row.getLong("seq"), row.getLong("customer"),
                    after == null ? List.of() : Arrays.stream(after.split(",")).map(Long::valueOf).toList(),
                    new Event(row.getString("event_id"), row.getString("type"), row.getString("kind"),
                            row.getLong("event_at"), row.getLong("happened_at"), JSON.readTree(webhook), webhook),
                    JSON.readTree(row.getString("customer_then")), row.getLong("received_at"),
                    row.getBoolean("late"), names(row.getString("destinations")));
        } catch (JsonProcessingException e) {
            throw new SQLException("event " + row.getLong("seq") + " is stored as something that is not JSON", e);
        }
    }

    /** Names as they are stored with an event: each between commas, so that one can be looked for. */
    static String stored(List<String> names) {
        return names.isEmpty() ? "," : "," + String.join(",", names) + ",";
    }

    private static List<String> names(String stored) {
        return Arrays.stream(stored.split(",")).filter(name -> !name.isEmpty()).toList();
    }

    private static String likeName(String destination) {
        return "%," + destination + ",%";
    }

    /**
     * Writes what became of deliveries.
     *
     * @param again whether an earlier try may have been committed unheard, so that rows may be there already
     */
    void write(Connection connection, List<Mark> marks, boolean again) throws SQLException {
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
