package io.subrelay.store;

import io.subrelay.event.DeliveryResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcTemplate;

/** How many deliveries ended how in one transaction, per destination and per hour, and what failed last. */
final class Tallies {

    private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);
    private static final List<String> STATES = List.of("delivered", "skipped", "previewed", "dead");

    /** Takes what {@link #counts} gives. */
    static final String COUNT = """
            update destination set pending = pending + ?, delivered = delivered + ?, skipped = skipped + ?,
              previewed = previewed + ?, dead = dead + ? where name = ?""";

    /** Of one destination. */
    private static final class Tally {

        private final Map<Long, Map<String, Long>> hours = new TreeMap<>();
        private final Set<Long> deadLetters = new TreeSet<>();
        private DeliveryResult error;
        private long errorAt;

        private void add(String state, long at, DeliveryResult result) {
            hours.computeIfAbsent(at - at % HOUR_MS, hour -> new TreeMap<>()).merge(state, 1L, Long::sum);
            if (state.equals("dead")) {
                deadLetters.add(result.seq());
            }
            if ((state.equals("dead") || state.equals("failed")) && at >= errorAt) {
                error = result;
                errorAt = at;
            }
        }

        private long count(String state) {
            return hours.values().stream().mapToLong(states -> states.getOrDefault(state, 0L)).sum();
        }
    }

    private Tallies() {
    }

    /** @param ended how many deliveries more have ended in a state */
    static Object[] counts(String destination, long pending, ToLongFunction<String> ended) {
        return Stream.of(Stream.of(pending), STATES.stream().map(ended::applyAsLong), Stream.of(destination))
                .flatMap(it -> it).toArray();
    }

    static void write(JdbcTemplate jdbc, List<DeliveryResult> settled, List<DeliveryResult> failed) {
        // sorted, so that runners that share a database take the rows in one order
        Map<String, Tally> tallies = new TreeMap<>();
        settled.forEach(it -> tallies.computeIfAbsent(it.destination(), name -> new Tally())
                .add(it.state(), it.endedAt(), it));
        failed.forEach(it -> tallies.computeIfAbsent(it.destination(), name -> new Tally())
                .add("failed", it.startedAt(), it));
        List<Object[]> counts = new ArrayList<>();
        List<Object[]> hours = new ArrayList<>();
        List<Object[]> errors = new ArrayList<>();
        List<Object[]> dead = new ArrayList<>();
        tallies.forEach((name, it) -> {
            long pending = -STATES.stream().mapToLong(it::count).sum();
            counts.add(counts(name, pending, it::count));
            it.hours.forEach((at, states) -> states.forEach(
                    (state, deliveries) -> hours.add(new Object[] {deliveries, name, at, state})));
            it.deadLetters.forEach(event -> dead.add(new Object[] {name, event}));
            if (it.error != null) {
                errors.add(new Object[] {it.errorAt, it.error.outcome().responseCode(), it.error.seq(), name});
            }
        });
        // first, as the lock of a destination's row also keeps its hours from being inserted twice
        jdbc.batchUpdate(COUNT, counts);
        int[] updated = jdbc.batchUpdate("""
                update delivery_hour set deliveries = deliveries + ?
                where destination = ? and hour_at = ? and state = ?""", hours);
        jdbc.batchUpdate("insert into delivery_hour (deliveries, destination, hour_at, state) values (?, ?, ?, ?)",
                IntStream.range(0, updated.length).filter(i -> updated[i] == 0).mapToObj(hours::get).toList());
        jdbc.batchUpdate("""
                update destination set last_error_at = ?, last_error_code = nullif(?, 0), last_error_event = ?
                where name = ?""", errors);
        // one that was delivered again may be dead again
        jdbc.batchUpdate("delete from dead_letter where destination = ? and event = ?", dead);
        jdbc.batchUpdate("insert into dead_letter (destination, event) values (?, ?)", dead);
    }
}
