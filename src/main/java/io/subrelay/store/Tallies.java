package io.subrelay.store;

import io.subrelay.event.DeliveryResult;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** How many deliveries ended how in one transaction, per destination and per hour, and what failed last. */
final class Tallies {

    private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);

    /** Sorted, so that runners that share a database take the rows in one order. */
    private final Map<String, Tally> tallies = new TreeMap<>();

    static void write(Connection connection, List<DeliveryResult> settled, List<DeliveryResult> failed)
            throws SQLException {
        Tallies tallies = new Tallies();
        settled.forEach(tallies::settled);
        failed.forEach(tallies::failed);
        tallies.write(connection);
    }

    private void settled(DeliveryResult settled) {
        Tally tally = of(settled.destination());
        tally.count(settled.state(), settled.endedAt());
        switch (settled.state()) {
            case "delivered" -> tally.delivered++;
            case "skipped" -> tally.skipped++;
            case "previewed" -> tally.previewed++;
            default -> {
                tally.deadLetters.add(settled.seq());
                tally.error(settled.endedAt(), settled);
            }
        }
    }

    private void failed(DeliveryResult failed) {
        Tally tally = of(failed.destination());
        tally.count("failed", failed.startedAt());
        tally.error(failed.startedAt(), failed);
    }

    private Tally of(String destination) {
        return tallies.computeIfAbsent(destination, name -> new Tally());
    }

    private void write(Connection connection) throws SQLException {
        if (tallies.isEmpty()) {
            return;
        }
        // first, as the lock of a destination's row also keeps its hours from being inserted twice
        List<Object[]> rows = new ArrayList<>();
        tallies.forEach((name, it) -> rows.add(new Object[] {
                it.delivered + it.skipped + it.previewed + it.deadLetters.size(), it.delivered, it.skipped,
                it.previewed, it.deadLetters.size(), name}));
        batch(connection, rows, """
                update destination set pending = pending - ?, delivered = delivered + ?, skipped = skipped + ?,
                  previewed = previewed + ?, dead = dead + ? where name = ?""");
        writeHours(connection);
        writeErrors(connection);
        writeDeadLetters(connection);
    }

    private void writeHours(Connection connection) throws SQLException {
        List<Object[]> rows = new ArrayList<>();
        tallies.forEach((name, tally) -> tally.hours.forEach((at, states) -> states.forEach(
                (state, deliveries) -> rows.add(new Object[] {deliveries, name, at, state}))));
        int[] updated = batch(connection, rows, """
                update delivery_hour set deliveries = deliveries + ?
                where destination = ? and hour_at = ? and state = ?""");
        List<Object[]> first = new ArrayList<>();
        for (int i = 0; i < updated.length; i++) {
            if (updated[i] == 0) {
                first.add(rows.get(i));
            }
        }
        if (!first.isEmpty()) {
            batch(connection, first,
                    "insert into delivery_hour (deliveries, destination, hour_at, state) values (?, ?, ?, ?)");
        }
    }

    private static int[] batch(Connection connection, List<Object[]> rows, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (Object[] row : rows) {
                for (int i = 0; i < row.length; i++) {
                    statement.setObject(i + 1, row[i]);
                }
                statement.addBatch();
            }
            return statement.executeBatch();
        }
    }

    private void writeErrors(Connection connection) throws SQLException {
        List<Object[]> rows = new ArrayList<>();
        tallies.forEach((name, it) -> {
            if (it.errorAt > 0) {
                rows.add(new Object[] {it.errorAt, it.errorCode == 0 ? null : it.errorCode, it.errorEvent, name});
            }
        });
        if (!rows.isEmpty()) {
            batch(connection, rows, """
                    update destination set last_error_at = ?, last_error_code = ?, last_error_event = ?
                    where name = ?""");
        }
    }

    private void writeDeadLetters(Connection connection) throws SQLException {
        List<Object[]> rows = new ArrayList<>();
        tallies.forEach((name, tally) -> tally.deadLetters.forEach(event -> rows.add(new Object[] {name, event})));
        if (!rows.isEmpty()) {
            // one that was delivered again may be dead again
            batch(connection, rows, "delete from dead_letter where destination = ? and event = ?");
            batch(connection, rows, "insert into dead_letter (destination, event) values (?, ?)");
        }
    }

    private static final class Tally {

        private final Map<Long, Map<String, Long>> hours = new TreeMap<>();
        private final Set<Long> deadLetters = new TreeSet<>();
        private long delivered;
        private long skipped;
        private long previewed;
        private long errorAt;
        private int errorCode;
        private long errorEvent;

        void count(String state, long at) {
            hours.computeIfAbsent(at - at % HOUR_MS, hour -> new TreeMap<>()).merge(state, 1L, Long::sum);
        }

        void error(long at, DeliveryResult result) {
            if (at >= errorAt) {
                errorAt = at;
                errorCode = result.outcome().responseCode();
                errorEvent = result.seq();
            }
        }
    }
}
