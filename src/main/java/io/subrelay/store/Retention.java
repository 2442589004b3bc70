package io.subrelay.store;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * Deletes events that are old and done with, a few at a time. Customers stay, as do events that still have to be
 * delivered and those with a dead letter.
 */
public final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int STEP = 500;
    private static final int STEPS_AT_ONCE = 20;
    /** Few, as nothing is accepted meanwhile. */
    private static final int CUSTOMERS_AT_ONCE = 50;

    private final Database database;
    private final long keepMs;
    private long lookedAt;

    /** @param keepMs how long events are kept, milliseconds */
    public Retention(Database database, long keepMs) {
        this.database = database;
        this.keepMs = keepMs;
    }

    /**
     * Deletes what is due.
     *
     * @param open the destinations for which an event has to have ended
     * @param now  milliseconds since the epoch
     */
    public void run(List<String> open, long now) throws SQLException {
        int deleted = 0;
        for (int step = 0; step < STEPS_AT_ONCE; step++) {
            List<Long> old = old(now - keepMs);
            if (old.isEmpty()) {
                // what could not be deleted this time may be done with the next time
                lookedAt = 0;
                break;
            }
            catchUp(old);
            long last = old.get(old.size() - 1);
            old.removeAll(stillOrdering(old));
            deleted += delete(old, open);
            lookedAt = last;
        }
        if (deleted > 0) {
            LOG.info("{} events were deleted, as they are older than retention.delivered", deleted);
        }
    }

    private List<Long> old(long receivedBefore) {
        return database.jdbc().queryForList("""
                select seq from (select seq, received_at from event where seq > ? order by seq limit ?) next
                where received_at < ? order by seq""", Long.class, lookedAt, STEP, receivedBefore);
    }

    /** A customer's state that is behind by an event must not lose it. */
    private void catchUp(List<Long> old) throws SQLException {
        List<Long> behind = database.jdbc().queryForList("""
                select distinct c.id from event e join customer c on c.id = e.customer
                where e.seq = any (?) and e.seq > c.as_of""", Long.class, new SqlArrayValue("bigint", old.toArray()));
        for (int from = 0; from < behind.size(); from += CUSTOMERS_AT_ONCE) {
            List<Long> some = behind.subList(from, Math.min(behind.size(), from + CUSTOMERS_AT_ONCE));
            database.transaction(jdbc -> {
                new CustomerStore(jdbc).catchUp(some, EventStore.lockPosition(jdbc).get(0));
                return null;
            });
        }
    }

    /**
     * Those of them that merged customers of whom an earlier event is left: what is theirs may wait for a destination
     * that the merging event was not meant for, and has to go out before what comes after the merge.
     */
    private List<Long> stillOrdering(List<Long> old) {
        Map<Long, List<Long>> merged = new HashMap<>();
        database.jdbc().query(
                "select seq, after_customers from event where seq = any (?) and after_customers is not null",
                row -> {
                    merged.put(row.getLong(1), Arrays.stream(row.getString(2).split(",")).map(Long::valueOf).toList());
                }, new SqlArrayValue("bigint", old.toArray()));
        if (merged.isEmpty()) {
            return List.of();
        }
        Map<Long, Long> earliest = new HashMap<>();
        database.jdbc().query("select customer, min(seq) from event where customer = any (?) group by customer",
                row -> {
                    earliest.put(row.getLong(1), row.getLong(2));
                }, new SqlArrayValue("bigint", merged.values().stream().flatMap(List::stream).distinct().toArray()));
        return merged.keySet().stream().filter(seq -> merged.get(seq).stream()
                .anyMatch(customer -> earliest.getOrDefault(customer, seq) < seq)).toList();
    }

    private int delete(List<Long> old, List<String> open) throws SQLException {
        if (old.isEmpty()) {
            return 0;
        }
        String unfinished = open.stream().map(name -> " and (e.destinations not like '%," + name
                + ",%' or exists (select 1 from delivery d where d.id = " + DeliveryId.at("'" + name + "'") + "))")
                .collect(Collectors.joining());
        String from = " from event e where e.seq >= " + old.get(0) + " and e.seq <= " + old.get(old.size() - 1)
                + " and e.seq in (" + old.stream().map(String::valueOf).collect(Collectors.joining(",")) + ")"
                + " and not exists (select 1 from redelivery r where r.event = e.seq)"
                + " and not exists (select 1 from delivery d where d.id between e.seq * 1000 and e.seq * 1000 + 999"
                + " and d.state = 'dead')" + unfinished;
        return database.booked((jdbc, journal) -> {
            List<String> seqs = jdbc.queryForList("select e.seq" + from, String.class);
            if (!seqs.isEmpty()) {
                String these = " in (" + String.join(",", seqs) + ")";
                DeliveryStore.drop(jdbc, "e.seq" + these + " and e.destinations like '%,' || t.name || ',%'"
                        + (open.isEmpty() ? "" : " and t.name not in ('" + String.join("','", open) + "')"), journal);
                DeliveryStore.delete(jdbc, "seq" + these);
            }
            return seqs.size();
        });
    }
}
