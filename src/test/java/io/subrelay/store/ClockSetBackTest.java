package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Deliveries that failed while the clock was ahead. */
class ClockSetBackTest {

    private static final long NOW = 1_800_000_000_000L;
    private static final long YEAR = 31_536_000_000L;

    @ParameterizedTest
    @EnumSource
    void areDueOnceItIsRight(Store.Kind kind) throws Exception {
        try (Database database = OpenedDatabase.with(kind.create().settings())) {
            OpenedDatabase.accept(database, "anna", 1, 1);
            OpenedDatabase.accept(database, "berta", 1, 1);
            OpenedDatabase.accept(database, "clara", 1, 1);
            DeliveryStore store = new DeliveryStore(database);
            store.register("segment", 1);
            // of one that failed in a year, of one that failed then for the second time, and of one that waits as asked
            fail(database, 1, NOW + YEAR, NOW + YEAR, NOW + YEAR + 1_000);
            fail(database, 2, NOW - 1_000, NOW + YEAR, NOW + YEAR + 1_000);
            fail(database, 3, NOW - 1_000, NOW - 1_000, NOW + 90_000_000);
            store.makeDueWhatFailedAfter("segment", NOW);
            List<DeliveryStore.Waiting> waiting = store.unsettled("segment", Set.of(0), 1, 0, 3, 10);
            assertThat(waiting.stream().map(DeliveryStore.Waiting::nextAttemptAt))
                    .containsExactly(0L, 0L, NOW + 90_000_000);
        }
    }

    private static void fail(Database database, int seq, long first, long last, long next) throws Exception {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("insert into redelivery (destination, event, customer, origin, attempts, "
                    + "first_attempt_at, next_attempt_at) select 'segment', seq, customer, 'event', 1, " + first + ", "
                    + next
                    + " from event where seq = " + seq);
            statement.execute("insert into attempt (event, destination, attempt, attempted_at, millis) values ("
                    + seq + ", 'segment', 1, " + last + ", 1)");
        }
    }
}
