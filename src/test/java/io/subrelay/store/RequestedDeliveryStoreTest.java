package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Deliveries that several people ask for at once. */
class RequestedDeliveryStoreTest {

    private static final int EVENTS = 200;
    private static final int AT_ONCE = 4;
    private static final int ROUNDS = 5;

    @ParameterizedTest
    @EnumSource
    void areScheduledOnce(Store.Kind kind) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try (Database database = OpenedDatabase.with(kind.create().settings())) {
            OpenedDatabase.accept(database, "anna", 1, EVENTS);
            for (int round = 0; round < ROUNDS; round++) {
                String destination = "added" + round;
                new DeliveryStore(database).register(destination, 1);
                CyclicBarrier together = new CyclicBarrier(AT_ONCE);
                HistoryBackfills backfills =
                        new HistoryBackfills(database, new RequestedDeliveryStore(database));
                assertThat(sum(threads, () -> {
                    together.await();
                    return backfills.start(destination, 0);
                })).isEqualTo(EVENTS);
                StateBackfills states = new StateBackfills(database, 1);
                assertThat(sum(threads, () -> {
                    together.await();
                    return states.start(destination, 1);
                })).as("one customer, told of once").isEqualTo(1);

                assertThat(sum(threads, () -> backfills.next(destination).orElse(0))).isEqualTo(EVENTS);
                assertThat(OpenedDatabase.number(database, "select pending from destination where name = '"
                        + destination + "'")).isEqualTo(EVENTS);
            }
        } finally {
            threads.shutdown();
        }
    }

    private static long sum(ExecutorService threads, Callable<Long> each) throws Exception {
        long sum = 0;
        for (Future<Long> one : threads.invokeAll(Collections.nCopies(AT_ONCE, each))) {
            sum += one.get();
        }
        return sum;
    }

    /** Not more than are delivered in a while are scheduled, so that the others can be dropped. */
    @ParameterizedTest
    @EnumSource
    void ofHistoryWaitsInTheStoreUntilThereIsRoomAndIsStopped(Store.Kind kind) throws Exception {
        int events = HistoryBackfills.AHEAD + 300;
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try (Database database = OpenedDatabase.with(kind.create().settings())) {
            OpenedDatabase.accept(database, "anna", 1, 600);
            for (int other = 6; other < events / 100; other++) {
                OpenedDatabase.accept(database, "other" + other, 1, 100);
            }
            new DeliveryStore(database).register("added", 1);
            HistoryBackfills backfills = new HistoryBackfills(database, new RequestedDeliveryStore(database));
            assertThat(backfills.start("added", 0)).isEqualTo(events);
            assertThat(backfills.start("added", 0)).as("while it runs").isZero();
            assertThat(sum(threads, () -> backfills.next("added").orElse(0)))
                    .as("by several runners").isEqualTo(HistoryBackfills.AHEAD);
            assertThat(backfills.next("added")).isEmpty();
            String waiting = "select pending from destination where name = 'added'";
            assertThat(OpenedDatabase.number(database, waiting)).isEqualTo(HistoryBackfills.AHEAD);
            database.jdbc().update("delete from redelivery where event <= 900");
            assertThat(backfills.running()).containsExactly("added");
            assertThat(backfills.stop("added")).hasValue(300);
            assertThat(backfills.stop("added")).isEmpty();
            assertThat(backfills.next("added")).as("once it is stopped").isEmpty();
            assertThat(OpenedDatabase.number(database, waiting)).isEqualTo(HistoryBackfills.AHEAD);
            // one that began while the clock was a year ahead
            database.jdbc().update("update history_backfill set started_at = started_at + 31536000000");
            assertThat(backfills.start("added", 0)).as("what was dropped").isEqualTo(1_200);
            assertThat(backfills.next("added")).hasValue(900);
            assertThat(backfills.next("added")).isEmpty();
            database.jdbc().update("update redelivery set attempts = 1, next_attempt_at = " + Long.MAX_VALUE
                    + " where event = 1");
            assertThat(backfills.next("added")).as("while a customer's wait behind one that is retried").hasValue(300);
        } finally {
            threads.shutdown();
        }
    }
}
