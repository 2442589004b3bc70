package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
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
                List<CompletableFuture<Long>> backfills = Stream.generate(() -> CompletableFuture.supplyAsync(() -> {
                    try {
                        together.await();
                        return new RequestedDeliveryStore(database).history(destination, 0, true);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }, threads)).limit(AT_ONCE).toList();

                assertThat(backfills.stream().mapToLong(CompletableFuture::join).sum()).isEqualTo(EVENTS);

                assertThat(OpenedDatabase.number(database, "select pending from destination where name = '"
                        + destination + "'")).isEqualTo(EVENTS);
            }
        } finally {
            threads.shutdown();
        }
    }
}
