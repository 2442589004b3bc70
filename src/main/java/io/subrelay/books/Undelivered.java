package io.subrelay.books;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.subrelay.books.Period.Side;
import io.subrelay.customer.Environment;
import io.subrelay.event.Event;
import io.subrelay.webhook.WebhookReader;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private static final String UNSETTLED = EVENT + """
            cast(null as varchar(1)) as reason from event e cross join destination t
            where t.name = ? and e.destinations like '%,' || t.name || ',%'
              and e.seq >= ? and e.seq <= ? and e.seq > ? and e.received_at >= ? and e.received_at < ?
              and not exists (select 1 from delivery d where d.id = e.seq * 1000 + t.number)
              and not exists (select 1 from redelivery r where r.event = e.seq and r.destination = t.name)
            order by e.seq limit\s""" + MAX_LISTED;

    private final JdbcTemplate jdbc;
    private final Period period;
    private final long start;
    private final Map<Side, Long> missing = new HashMap<>();
    private final List<Item> items = new ArrayList<>();

    private Undelivered(JdbcTemplate jdbc, Period period) {
        this.jdbc = jdbc;
        this.period = period;
        this.start = jdbc.queryForObject("select event from book_start", Long.class);
    }

    static Undelivered find(JdbcTemplate jdbc, Period period) {
        Undelivered found = new Undelivered(jdbc, period);
        TreeSet<String> destinations = new TreeSet<>();
        period.sums().forEach((account, sum) -> {
            if (account.entry() == Entry.DEAD && sum.events() != 0) {
                destinations.add(account.destination());
            }
        });
        destinations.forEach(found::addDead);
        destinations.clear();
        period.open().keySet().forEach(side -> destinations.add(side.destination()));
        destinations.forEach(found::addOpen);
        return found;
    }

    private void addDead(String destination) {
        list(destination, "dead", EVENT + """
                d.reason from dead_letter l
                join destination t on t.name = l.destination
                join delivery d on d.id = l.event * 1000 + t.number and d.state = 'dead'
                join event e on e.seq = l.event
                where l.destination = ? and e.received_at >= ? and e.received_at < ? and e.seq > ?
                order by l.destination, l.event limit\s""" + MAX_LISTED,
                destination, period.fromMs(), period.toMs(), start);
    }

    private void addOpen(String destination) {
        Map<Side, Map<Long, Long>> open = new HashMap<>();
        period.open().forEach((side, quarters) -> {
            if (side.destination().equals(destination)) {
                open.put(side, quarters);
            }
        });
        Map<Side, Map<Long, Long>> scheduled = scheduled(destination, all(open));
        long passed = jdbc.queryForObject(
                "select coalesce(min(event), 0) from outbox_position where destination = ?", Long.class, destination);
        TreeSet<Long> suspicious = new TreeSet<>();
        long[] waiting = null;
        for (Map.Entry<Side, Map<Long, Long>> each : open.entrySet()) {
            for (Map.Entry<Long, Long> inQuarter : each.getValue().entrySet()) {
                long quarter = inQuarter.getKey();
                long lost = inQuarter.getValue()
                        - scheduled.getOrDefault(each.getKey(), Map.of()).getOrDefault(quarter, 0L);
                long[] range = period.range(quarter);
                if (lost != 0 && (range == null || range[1] <= passed)) {
                    missing.merge(each.getKey(), lost, Long::sum);
                    suspicious.add(quarter);
                } else if (lost != 0) {
                    waiting = waiting == null ? range : Ledger.both(waiting, range);
                }
            }
        }
        for (long quarter : suspicious) {
            listUnsettled(destination, "missing", period.range(quarter), quarter * BookedEvent.QUARTER_MS,
                    (quarter + 1) * BookedEvent.QUARTER_MS);
        }
        if (waiting != null) {
            waiting[0] = Math.max(waiting[0], passed + 1);
            listUnsettled(destination, "waiting", waiting, period.fromMs(), period.toMs());
        }
    }

    /** Between which events all lie that have not ended; null where that is not known. */
    private long[] all(Map<Side, Map<Long, Long>> open) {
        long[] range = null;
        for (Map<Long, Long> quarters : open.values()) {
            for (long quarter : quarters.keySet()) {
                long[] each = period.range(quarter);
                range = range == null || each == null ? each : Ledger.both(range, each);
            }
        }
        return range;
    }

    /** How many redeliveries are scheduled for events of the period, by the quarter of an hour. */
    private Map<Side, Map<Long, Long>> scheduled(String destination, long[] range) {
        Map<Side, Map<Long, Long>> scheduled = new HashMap<>();
        if (range == null) {
            return scheduled;
        }
        int[] listed = {0};
        jdbc.query(EVENT + """
                r.reason from redelivery r join event e on e.seq = r.event
                where r.destination = ? and r.event >= ? and r.event <= ? and r.event > ? order by r.event""", row -> {
            Item item = item(destination, "waiting", row);
            if (item.acceptedAt() >= period.fromMs() && item.acceptedAt() < period.toMs()) {
                scheduled.computeIfAbsent(item.side(), it -> new TreeMap<>())
                        .merge(Math.floorDiv(item.acceptedAt(), BookedEvent.QUARTER_MS), 1L, Long::sum);
                if (listed[0]++ < MAX_LISTED) {
                    items.add(item);
                }
            }
        }, destination, range[0], range[1], start);
        return scheduled;
    }

    private void listUnsettled(String destination, String state, long[] range, long fromMs, long toMs) {
        if (range != null) {
            list(destination, state, UNSETTLED, destination, range[0], range[1], start, fromMs, toMs);
        }
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

    /** Up to {@value #MAX_LISTED} of each destination and state. */
    List<Item> items() {
        return items;
    }
}
