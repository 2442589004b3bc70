package io.subrelay.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.harness.Logged;
import java.sql.SQLException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RepeatedlyTest {

    @Test
    void oneThatFailsIsNotTheLastAndTheLogSaysWhatFailed() {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        AtomicInteger times = new AtomicInteger();
        try (Logged log = new Logged()) {
            Repeatedly.every(timer, 1, "The work could not be done", () -> {
                if (times.incrementAndGet() == 1) {
                    throw new IllegalStateException(new SQLException("no connection"));
                }
            });
            await().until(() -> times.get() > 1);
            assertThat(log.lines()).containsOnlyOnce("WARN The work could not be done, which is tried again:"
                    + " java.sql.SQLException: no connection");
        } finally {
            timer.shutdownNow();
        }
    }
}
