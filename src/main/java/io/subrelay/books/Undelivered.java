package io.subrelay.books;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.subrelay.books.Period.Slot;
import io.subrelay.customer.Environment;
import io.subrelay.event.Event;
import io.subrelay.webhook.WebhookReader;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The events of a period that have not reached a destination: dead letters, waiting and missing ones. One is missing if
 * it has not ended by the books and nothing will send it: the destination has passed it, and no redelivery waits. Only
 * what has not ended is looked at, however many events there are.
 */
final class Undelivered {

    /** @param state {@code dead}, {@code missing} or {@code waiting} */
    record Item(Side side, String state, String eventId, String kind, long acceptedAt, String reason) {
    }

    static final int MAX_LISTED = 100;
    private static final String EVENT = "select e.seq, e.event_id, e.kind, e.received_at, e.webhook, ";
    private static final String IN_PERIOD = " and e.received_at >= ? and e.received_at < ? and e.seq > ? ";
    private static final String DEAD = EVENT + """
            d.reason from dead_letter l
            join destination t on t.name = l.destination
            join delivery d on d.id = l.event * 1000 + t.number and d.state = 'dead'
            join event e on e.seq = l.event
            where l.destination = ?""" + IN_PERIOD + "order by l.destination, l.event limit " + MAX_LISTED;
    private static final String FROM_SCHEDULED = """
            from redelivery r join event e on e.seq = r.event
            where r.destination = ? and r.event >= ? and r.event <= ?""" + IN_PERIOD;
    private static final String SCHEDULED = EVENT + "r.reason " + FROM_SCHEDULED + "order by r.event";
    private static final String SCHEDULED_BY_QUARTER = "select e.received_at / " + BookedEvent.QUARTER_MS
            + ", count(*) " + FROM_SCHEDULED + "group by e.received_at / " + BookedEvent.QUARTER_MS;
    private static final String UNSETTLED = EVENT + """
            cast(null as varchar(1)) as reason from event e cross join destination t
            where t.name = ? and e.destinations like '%,' || t.name || ',%' and e.seq >= ? and e.seq <= ?
              and not exists (select 1 from delivery d where d.id = e.seq * 1000 + t.number)
              and not exists (select 1 from redelivery r where r.event = e.seq and r.destination = t.name)"""
            + IN_PERIOD + "order by e.seq limit " + MAX_LISTED;

    private final JdbcTemplate jdbc;
    private final Period period;
    private final long start;
    private final Map<Side, Long> missing = new HashMap<>();
    /** Up to {@value #MAX_LISTED} of each destination and state, and some more of those that are missing. */
    final List<Item> items = new ArrayList<>();

    Undelivered(JdbcTemplate jdbc, Period period) {
        this.jdbc = jdbc;
        this.period = period;
        this.start = jdbc.queryForObject("select event from book_start", Long.class);
        Set<String> dead = new TreeSet<>();
        period.sums.forEach((account, sum) -> {
            if (account.entry() == Entry.DEAD && sum.events() != 0) {
                dead.add(account.destination());
            }
        });
        dead.forEach(name -> list(name, "dead", DEAD, name, period.fromMs(), period.toMs(), start));
        Map<String, Map<Slot, Long>> open = new TreeMap<>();
        period.open.forEach((slot, events) -> open
                .computeIfAbsent(slot.side().destination(), name -> new HashMap<>()).put(slot, events));
        open.forEach(this::addOpen);
    }

    private void addOpen(String destination, Map<Slot, Long> open) {
        long passed = jdbc.queryForObject(
                "select coalesce(min(event), 0) from outbox_position where destination = ?", Long.class, destination);
        takeScheduled(destination, open, passed);
        Set<Long> suspicious = new TreeSet<>();
        Range waiting = null;
        for (Map.Entry<Slot, Long> each : open.entrySet()) {
            long quarter = each.getKey().number();
            Range range = period.range(quarter);
            if (each.getValue() != 0 && range.last() <= passed) {
                missing.merge(each.getKey().side(), each.getValue(), Long::sum);
                suspicious.add(quarter);
            } else if (each.getValue() != 0) {
                waiting = waiting == null ? range : waiting.plus(range);
            }
        }
        int full = items.size() + MAX_LISTED;
        for (long quarter : suspicious) {
            if (items.size() < full) {
                list(destination, "missing", UNSETTLED, destination, period.range(quarter).first(),
                        period.range(quarter).last(), quarter * BookedEvent.QUARTER_MS,
                        (quarter + 1) * BookedEvent.QUARTER_MS, start);
            }
        }
        if (waiting != null) {
            list(destination, "waiting", UNSETTLED, destination, Math.max(waiting.first(), passed + 1), waiting.last(),
                    period.fromMs(), period.toMs(), start);
        }
    }

    /**
     * Lists events for which a redelivery is scheduled, and takes all of them off the deliveries that are open. There
     * may be very many: events are read only where some of those that are open may be missing.
     */
    private void takeScheduled(String destination, Map<Slot, Long> open, long passed) {
        Range range = open.keySet().stream().map(slot -> period.range(slot.number())).reduce(Range::plus).orElseThrow();
        list(destination, "waiting", SCHEDULED + " limit " + MAX_LISTED, destination, range.first(), range.last(),
                period.fromMs(), period.toMs(), start);
        Map<Long, Long> left = new HashMap<>();
        open.forEach((slot, events) -> left.merge(slot.number(), events, Long::sum));
        jdbc.query(SCHEDULED_BY_QUARTER, row -> {
            long scheduled = row.getLong(2);
            left.computeIfPresent(row.getLong(1), (quarter, events) -> events - scheduled);
        }, destination, range.first(), range.last(), period.fromMs(), period.toMs(), start);
        left.forEach((quarter, events) -> {
            Range of = period.range(quarter);
            if (events == 0) {
                open.keySet().removeIf(slot -> slot.number() == quarter);
            } else if (of.last() <= passed) {
                jdbc.query(SCHEDULED, row -> {
                    open.computeIfPresent(new Slot(item(destination, "waiting", row).side(), quarter),
                            (slot, many) -> many - 1);
                }, destination, of.first(), of.last(), quarter * BookedEvent.QUARTER_MS,
                        (quarter + 1) * BookedEvent.QUARTER_MS, start);
            }
        });
    }

    private void list(String destination, String state, String sql, Object... parameters) {
        items.addAll(jdbc.query(sql, (row, number) -> item(destination, state, row), parameters));
    }

    private static Item item(String destination, String state, ResultSet row) throws SQLException {
        try {
            String webhook = row.getString("webhook");
            Environment environment = Environment.of(Event.of(WebhookReader.EXACT.readTree(webhook), webhook));
            return new Item(new Side(destination, environment), state, row.getString("event_id"),
                    row.getString("kind"), row.getLong("received_at"), row.getString("reason"));
        } catch (JsonProcessingException e) {
            throw new SQLException("event " + row.getLong("seq") + " is stored as something that is not JSON", e);
        }
    }

    /** How many have not ended and will not be sent. */
    long missing(Side side) {
        return missing.getOrDefault(side, 0L);
    }
}
