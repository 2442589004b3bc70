package io.subrelay.delivery.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import io.subrelay.store.Database;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.EventStore;
import io.subrelay.store.Writer;
import io.subrelay.time.Clocks;
import io.subrelay.time.TestClock;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Times of day that another clock has stored: of a runner elsewhere, or of this one before its clock was set. */
class StoredBacklogTest {

    private static final long NOW = 1_800_000_000_000L;
    private static final long HOUR = 3_600_000;
    private static final long YEAR = 8_760 * HOUR;
    private static final long LONGEST = 72 * HOUR;
    private static final long TICKS = 100 * YEAR;

    @ParameterizedTest
    @EnumSource
    void nothingWaitsLongerThanTheLongestWaitNorIsGivenUpSooner(Store.Kind kind) throws Exception {
        try (Database database = OpenedDatabase.with(kind.create().settings())) {
            OpenedDatabase.accept(database, "anna", 1, 3);
            Writer writer = new Writer(database, new EventStore(List::of, List::of));
            DeliveryStore store = new DeliveryStore(database);
            store.register("segment", 1);
            failed(database, 1, NOW + YEAR, NOW + YEAR + HOUR);
            failed(database, 2, NOW - YEAR, NOW - YEAR + HOUR);
            failed(database, 3, NOW - HOUR, NOW + HOUR);

            List<Backlog.Row> rows = new StoredBacklog("segment", 1, store, writer,
                    new Clocks(new TestClock(NOW), new TestClock(TICKS)), () -> LONGEST).next(Set.of(0), 0, 3, 10);

            assertThat(rows).extracting(Backlog.Row::dueInMs).containsExactly(LONGEST, 0L, HOUR);
            assertThat(rows).extracting(row -> TICKS + row.dueInMs() - row.delivery().triedSince())
                    .as("for how long it will have been retried at its next attempt")
                    .containsExactly(HOUR, HOUR, 2 * HOUR);
            writer.close();
        }
    }

    private static void failed(Database database, int seq, long first, long next) throws Exception {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("insert into redelivery (destination, event, customer, origin, attempts, "
                    + "first_attempt_at, next_attempt_at) select 'segment', seq, customer, 'event', 1, " + first + ", "
                    + next + " from event where seq = " + seq);
        }
    }
}
