package io.subrelay.delivery.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import io.subrelay.store.Database;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.EventStore;
import io.subrelay.store.Writer;
import io.subrelay.time.Clocks;
import io.subrelay.time.TestClock;
import io.subrelay.webhook.WebhookReader;
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

    /** An import is delivered nowhere, and what comes after a merge by it has to wait all the same. */
    @ParameterizedTest
    @EnumSource
    void aMergeIsReadThoughItIsNotDelivered(Store.Kind kind) throws Exception {
        try (Database database = OpenedDatabase.with(kind.create().settings())) {
            OpenedDatabase.accept(database, "anna", 1, 1);
            OpenedDatabase.accept(database, "berta", 1, 1);
            Writer writer = new Writer(database, new EventStore(() -> List.of("segment"), List::of));
            writer.start(accepted -> {});
            for (ObjectNode imported : List.of(Hooks.renewal("anna", 2), Hooks.renewal("berta", 3, "anna"))) {
                writer.remember(List.of(new WebhookReader().read(imported.toString().getBytes(UTF_8))), NOW, false)
                        .get(0).join();
            }
            DeliveryStore store = new DeliveryStore(database);
            store.register("segment", 1);
            StoredBacklog backlog = new StoredBacklog("segment", 1, store, writer,
                    new Clocks(new TestClock(NOW), new TestClock(TICKS)), () -> LONGEST);

            assertThat(backlog.next(Set.of(0), 0, 4, 10)).extracting(Backlog.Row::seq).containsExactly(1L, 2L, 4L);
            Backlog.Row merge = backlog.nextOf(1, 2, 4, 10).get(0);
            assertThat(merge.delivery().event().afterCustomers()).containsExactly(2L);
            assertThat(merge.delivery().isMeantFor("segment")).isFalse();
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
