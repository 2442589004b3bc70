package io.subrelay.store;

import io.subrelay.books.BookedEvent;
import io.subrelay.books.Journal;
import io.subrelay.event.DeliveryResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;

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
    void write(JdbcTemplate jdbc, List<DeliveryResult> results, boolean again, Journal journal) {
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
            forget(jdbc, settled, failed, journal);
        }
        if (!settled.isEmpty()) {
            writeSettled(jdbc, settled);
        }
        if (!scheduled.isEmpty()) {
            writeScheduled(jdbc, scheduled, failed);
        }
        // most events of a transaction have several results in it
        Map<Long, BookedEvent> booked = new HashMap<>();
        settled.forEach(it -> journal.ended(
                booked.computeIfAbsent(it.seq(), seq -> BookedEvent.of(it.delivery().event())), it.destination(),
                it.state(), it.outcome().reason()));
        Tallies.write(jdbc, settled, failed);
    }

    private void forget(JdbcTemplate jdbc, List<DeliveryResult> settled, List<DeliveryResult> failed,
            Journal journal) {
        settled.forEach(it -> jdbc.query("select state, reason from delivery where id = ?", row -> {
            String ended = row.getString(1);
            journal.reopened(BookedEvent.of(it.delivery().event()), it.destination(), ended, row.getString(2));
            jdbc.update(Tallies.COUNT, Tallies.counts(it.destination(), 1, state -> state.equals(ended) ? -1 : 0));
        }, id(jdbc, it)));
        jdbc.batchUpdate("delete from delivery where id = ?",
                settled.stream().map(it -> new Object[] {id(jdbc, it)}).toList());
        jdbc.batchUpdate("delete from attempt where destination = ? and event = ? and attempt = ? and attempted_at = ?",
                failed.stream().map(it -> new Object[] {
                        it.destination(), it.seq(), it.delivery().attempts(), it.startedAt()}).toList());
    }

    private void writeSettled(JdbcTemplate jdbc, List<DeliveryResult> settled) {
        jdbc.batchUpdate("""
                insert into delivery (id, event, destination, state, attempts, settled_at, millis, response_code,
                  reason, request) values (?, ?, ?, ?, ?, ?, ?, nullif(?, 0), ?, ?)""",
                settled, settled.size(), (insert, it) -> {
                    insert.setLong(1, id(jdbc, it));
                    insert.setLong(2, it.seq());
                    insert.setString(3, it.destination());
                    insert.setString(4, it.state());
                    insert.setInt(5, it.delivery().attempts());
                    insert.setLong(6, it.endedAt());
                    insert.setInt(7, it.millis());
                    insert.setInt(8, it.outcome().responseCode());
                    insert.setString(9, it.outcome().reason());
                    insert.setString(10, it.outcome().request());
                });
    }

    private static void writeScheduled(JdbcTemplate jdbc, Map<Key, DeliveryResult> scheduled,
            List<DeliveryResult> failed) {
        jdbc.batchUpdate("delete from redelivery where destination = ? and event = ?",
                scheduled.keySet().stream().map(it -> new Object[] {it.destination(), it.seq()}).toList());
        jdbc.batchUpdate("""
                insert into redelivery (destination, event, customer, origin, attempts, first_attempt_at,
                  next_attempt_at, response_code, reason, asked) values (?, ?, ?, ?, ?, ?, ?, nullif(?, 0), ?, ?)""",
                scheduled.values().stream().filter(it -> !it.isFinal()).toList(), scheduled.size(), (insert, it) -> {
                    insert.setString(1, it.destination());
                    insert.setLong(2, it.seq());
                    insert.setLong(3, it.customer());
                    insert.setString(4, it.delivery().origin().stored());
                    insert.setInt(5, it.delivery().attempts());
                    insert.setLong(6, it.firstAttemptAt());
                    insert.setLong(7, it.endedAt() + it.delayMs());
                    insert.setInt(8, it.outcome().responseCode());
                    insert.setString(9, it.outcome().reason());
                    insert.setBoolean(10, it.outcome().askedMs() > 0);
                });
        jdbc.batchUpdate("""
                insert into attempt (event, destination, attempt, attempted_at, millis, response_code, answer)
                values (?, ?, ?, ?, ?, nullif(?, 0), ?)""", failed, scheduled.size(), (insert, it) -> {
            insert.setLong(1, it.seq());
            insert.setString(2, it.destination());
            insert.setInt(3, it.delivery().attempts());
            insert.setLong(4, it.startedAt());
            insert.setInt(5, it.millis());
            insert.setInt(6, it.outcome().responseCode());
            insert.setString(7, it.outcome().reason());
        });
    }

    private long id(JdbcTemplate jdbc, DeliveryResult result) {
        return DeliveryId.of(result.seq(), numbers.computeIfAbsent(result.destination(),
                name -> jdbc.queryForObject("select number from destination where name = ?", Integer.class, name)));
    }
}
