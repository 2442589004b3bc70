package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.harness.Hooks;
import io.subrelay.harness.RelayProcess;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A runner that is killed while it makes its database starts again as if it had never been started. */
class FirstStartIT {

    private static final int KILLS = Integer.getInteger("faults.first-kills", 2);
    /** About as long as making the database takes. */
    private static final long SPAN_MS = 400;

    @Test
    void thatIsKilledIsBegunAgain() {
        int unfinished = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            try (RelayProcess relay = RelayProcess.create(Map.of())) {
                relay.start();
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> Files.exists(relay.folder().resolve("data/subrelay.last-event")));
                LockSupport.parkNanos(Duration.ofMillis(SPAN_MS * kill / KILLS).toNanos());
                relay.kill();
                unfinished += Files.exists(relay.folder().resolve("data/subrelay.new.mv.db")) ? 1 : 0;
                relay.start();
                relay.awaitReady();
                relay.api().accept(Hooks.renewal(Hooks.customer(), 1));
                assertThat(relay.folder().resolve("data/subrelay.new.mv.db")).doesNotExist();
            }
        }
        System.out.printf("%d runners killed in their first start, %d of them while the database was made%n",
                KILLS, unfinished);
    }
}
