package io.subrelay.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.subrelay.books.BookedEvent;
import io.subrelay.books.Journal;
import io.subrelay.event.Delivery;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.webhook.WebhookReader;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.JdbcTemplate;

/** Deliveries in the database: what is still to be delivered, and how the destinations stand. */
public final class DeliveryStore {

    /**
     * A delivery that was read back.
     *
     * @param origin         null if it is not among the redeliveries: no attempt was made
     * @param attempts       how many have failed
     * @param firstAttemptAt when the first of them was made, milliseconds since the epoch; 0 before it
     * @param nextAttemptAt  when the next one is due, milliseconds since the epoch; 0 for at once
     * @param early          whether it is made ahead of that time
     */
    public record Waiting(EnrichedEvent event, Delivery.Origin origin, int attempts, long firstAttemptAt,
            long nextAttemptAt, boolean early) {
    }

    /** How many deliveries of a destination stand how; {@code pending} counts the retrying ones as well. */
    public record Counts(long pending, long retrying, long delivered, long skipped, long previewed, long dead) {
    }

    private static final ObjectMapper JSON = WebhookReader.EXACT;
    private static final String EVENT = """
            select e.seq, coalesce(r.customer, e.customer) as customer, e.after_customers, e.event_id, e.type, e.kind,
              e.event_at, e.happened_at, e.received_at, e.late, e.destinations, e.webhook, e.customer_then,
              e.traceparent, r.origin, r.attempts, r.first_attempt_at, r.next_attempt_at, r.early
            """;
    private static final String UNSETTLED_LIVE = """
            from event e
            left join redelivery r on r.destination = ? and r.event = e.seq
              and (r.origin = 'event' or e.destinations like ?)
            where (e.destinations like ? or e.after_customers is not null)
              and (r.origin is null or r.origin = 'event')
              and not exists (select 1 from delivery d where d.id = %s)
            """.formatted(DeliveryId.at("?"));

    /** Whether the requested delivery {@code r} is due; takes the time of day twice. */
    static final String DUE = """
            (r.early or r.next_attempt_at <= ?) and not exists (select 1 from redelivery b
              where b.destination = r.destination and b.customer = r.customer
                and (b.origin = 'event' or b.event < r.event) and b.next_attempt_at > ? and not b.early)
            """;

    private final Database database;

    public DeliveryStore(Database database) {
        this.database = database;
    }

    /**
     * The next deliveries of accepted events, in order, that are neither settled nor asked for by hand; and the events
     * for other destinations by which customers became one.
     *
     * @param slices which of the slices of customers
     * @param of     into how many slices they are divided
     */
    public List<Waiting> unsettled(String destination, Set<Integer> slices, int of, long afterSeq, long upToSeq,
            int limit) {
        return read(
                EVENT + UNSETTLED_LIVE + " and " + condition("e.customer", slices, of)
                        + " and e.seq > ? and e.seq <= ? order by e.seq limit " + limit,
                destination, likeName(destination), likeName(destination), destination, afterSeq, upToSeq);
    }

    /** The same of one customer, from a place on and up to one. */
    public List<Waiting> unsettledOf(long customer, String destination, long fromSeq, long upToSeq, int limit) {
        return read(EVENT + UNSETTLED_LIVE
                + " and e.customer = ? and e.seq >= ? and e.seq <= ? order by e.seq limit " + limit,
                destination, likeName(destination), likeName(destination), destination, customer, fromSeq, upToSeq);
    }

    /**
     * The next deliveries that somebody asked for and that are due, in the order of their events; one that waits for
     * its next attempt holds back the customer's later ones, and an accepted one all of them. Ordered as the key is, so
     * that only as many are looked at as are read.
     *
     * @param slices which of the slices of customers
     * @param of     into how many slices they are divided
     * @param now    milliseconds since the epoch
     */
    public List<Waiting> requested(String destination, Set<Integer> slices, int of, long now, int limit) {
        return read(EVENT + """
                from redelivery r join event e on e.seq = r.event
                where r.destination = ? and r.origin = 'request' and\s
                """ + DUE + " and " + condition("r.customer", slices, of) + """
                \sorder by r.destination, r.event limit
                """ + limit, destination, now, now);
    }

    /** For example {@code mod(e.customer, 16) in (-1,1,2)}. */
    private static String condition(String customer, Set<Integer> slices, int of) {
        return slices.size() == of ? "1 = 1" : "mod(" + customer + ", " + of + ") in (-1"
                + slices.stream().map(slice -> "," + slice).collect(Collectors.joining()) + ")";
    }

    /** The next accepted events after a place, in order. */
    public List<EnrichedEvent> accepted(long afterSeq, long upToSeq, int limit) {
        return database.jdbc().query("select * from event where seq > ? and seq <= ? order by seq limit " + limit,
                (row, number) -> event(row), afterSeq, upToSeq);
    }

    /** Whether anything is left that somebody asked for, due or not. */
    public boolean hasRequested(String destination) {
        return !database.jdbc().queryForList(
                "select 1 from redelivery where destination = ? and origin = 'request' limit 1", destination).isEmpty();
    }

    public Map<Integer, Long> positions(String destination) {
        Map<Integer, Long> positions = new HashMap<>();
        database.jdbc().query("select slice, event from outbox_position where destination = ?",
                row -> {
                    positions.put(row.getInt(1), row.getLong(2));
                }, destination);
        return positions;
    }

    /** Moves slices of destinations on, each to the place up to which nothing of it has to be read again. */
    public void savePositions(Map<String, Map<Integer, Long>> positions) {
        List<Object[]> rows = new ArrayList<>();
        positions.forEach((destination, slices) -> slices.forEach(
                (slice, event) -> rows.add(new Object[] {event, destination, slice, event})));
        database.jdbc().batchUpdate(
                "update outbox_position set event = ? where destination = ? and slice = ? and event < ?", rows);
    }

    /**
     * Makes a destination known: one that is new starts at the newest event, as history reaches it only by a backfill.
     */
    public void register(String destination, int slices) throws SQLException {
        database.transaction(jdbc -> {
            // another runner may be doing the same
            jdbc.execute("select last_event from log_position for update");
            jdbc.update("""
                    insert into destination (name, number, pending, delivered, skipped, previewed, dead)
                    select ?, (select coalesce(max(number) + 1, 0) from destination), 0, 0, 0, 0, 0 from log_position
                    where not exists (select 1 from destination where name = ?)""", destination, destination);
            return jdbc.batchUpdate("""
                    insert into outbox_position (destination, slice, event)
                    select ?, ?, last_event from log_position
                    where not exists (select 1 from outbox_position where destination = ? and slice = ?)""",
                    IntStream.range(0, slices)
                            .mapToObj(slice -> new Object[] {destination, slice, destination, slice}).toList());
        });
    }

    /**
     * Makes due what failed in the future: the clock was ahead then, and the wait may be as long as it was wrong.
     *
     * @param now milliseconds since the epoch
     */
    public void makeDueWhatFailedAfter(String destination, long now) {
        database.jdbc().update("""
                update redelivery set next_attempt_at = 0
                where destination = ? and next_attempt_at > ? and exists (select 1 from attempt a
                  where a.event = redelivery.event and a.destination = redelivery.destination
                    and a.attempted_at > ?)""", destination, now, now);
    }

    public Map<String, Counts> counts() {
        Map<String, Counts> counts = new HashMap<>();
        database.jdbc().query("""
                select name, pending, delivered, skipped, previewed, dead,
                  (select count(*) from redelivery r where r.destination = name
                    and (r.attempts > 0 or r.reason is not null)) as retrying
                from destination""", row -> {
            counts.put(row.getString("name"), new Counts(
                    row.getLong("pending"), row.getLong("retrying"), row.getLong("delivered"),
                    row.getLong("skipped"), row.getLong("previewed"), row.getLong("dead")));
        });
        return counts;
    }

    /** The destinations to which nothing is sent as somebody wants it so: since when, milliseconds since the epoch. */
    public Map<String, Long> paused() {
        Map<String, Long> paused = new HashMap<>();
        database.jdbc().query("select name, paused_at from destination where paused_at is not null", row -> {
            paused.put(row.getString(1), row.getLong(2));
        });
        return paused;
    }

    /** One that is paused already stays so since then. */
    public void pause(String destination, long nowMs) {
        database.jdbc().update("update destination set paused_at = coalesce(paused_at, ?) where name = ?", nowMs,
                destination);
    }

    public void resume(String destination) {
        database.jdbc().update("update destination set paused_at = null where name = ?", destination);
    }

    public long lastEvent() {
        return database.jdbc().queryForObject("select last_event from log_position", Long.class);
    }

    /**
     * Events are about to be deleted: adds those of their deliveries that have not ended to the books, and counts them
     * as pending no longer.
     *
     * @param which of the events {@code e} and destinations {@code t}
     */
    static void drop(JdbcTemplate jdbc, String which, Journal journal) {
        // sorted, so that runners that share a database take the rows in one order
        Map<String, Long> dropped = new TreeMap<>();
        jdbc.query("select e.*, t.name from event e cross join destination t where " + which
                + " and not exists (select 1 from delivery d where d.id = e.seq * 1000 + t.number)", row -> {
                    journal.deleted(booked(row), row.getString("name"));
                    dropped.merge(row.getString("name"), 1L, Long::sum);
                });
        jdbc.batchUpdate("update destination set pending = pending - ? where name = ?",
                dropped.entrySet().stream().map(each -> new Object[] {each.getValue(), each.getKey()}).toList());
    }

    /**
     * Deletes events with all that is kept of their deliveries.
     *
     * @param  which of the rows of events
     * @return       how many
     */
    static int delete(JdbcTemplate jdbc, String which) {
        jdbc.update("delete from delivery where id in " + DeliveryId.ofAll("seq", "event where " + which));
        for (String table : List.of("redelivery", "attempt", "dead_letter", "event_party")) {
            jdbc.update("delete from " + table + " where event in (select seq from event where " + which + ")");
        }
        return jdbc.update("delete from event where " + which);
    }

    /** The event of a row that has the event's columns, as the books need it. */
    static BookedEvent booked(ResultSet row) throws SQLException {
        return BookedEvent.of(row.getLong("seq"), row.getLong("received_at"), received(row));
    }

    private List<Waiting> read(String sql, Object... parameters) {
        return database.jdbc().query(sql, (row, number) -> waiting(row), parameters);
    }

    private static Waiting waiting(ResultSet row) throws SQLException {
        String origin = row.getString("origin");
        return new Waiting(event(row), origin == null ? null : Delivery.Origin.valueOf(origin.toUpperCase(Locale.ROOT)),
                row.getInt("attempts"), row.getLong("first_attempt_at"), row.getLong("next_attempt_at"),
                row.getBoolean("early"));
    }

    /** The event of a row that has the event's columns. */
    static EnrichedEvent event(ResultSet row) throws SQLException {
        String after = row.getString("after_customers");
        return new EnrichedEvent(
                row.getLong("seq"), row.getLong("customer"),
                after == null ? List.of() : Arrays.stream(after.split(",")).map(Long::valueOf).toList(),
                received(row).withTraceparent(row.getString("traceparent")),
                json(row, row.getString("customer_then")), row.getLong("received_at"), row.getBoolean("late"),
                names(row.getString("destinations")));
    }

    /** What was received, of a row that has those columns of the event. */
    static Event received(ResultSet row) throws SQLException {
        String webhook = row.getString("webhook");
        return new Event(row.getString("event_id"), row.getString("type"), row.getString("kind"),
                row.getLong("event_at"), row.getLong("happened_at"), json(row, webhook), webhook, null);
    }

    private static JsonNode json(ResultSet row, String text) throws SQLException {
        try {
            return JSON.readTree(text);
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
}
