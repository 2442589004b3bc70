package io.subrelay.faults;

import static io.subrelay.faults.Guarantees.runInBackground;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Load;
import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * That nothing is lost and nothing gets out of order when the runner is killed at any moment. The system properties
 * {@code faults.kills} and {@code faults.events} make it longer.
 */
class CrashIT {

    private static final int KILLS = Integer.getInteger("faults.kills", 2);
    private static final int EVENTS = Integer.getInteger("faults.events", 300);
    private static final int CUSTOMERS = 50;
    /** What was delivered that long before a kill may not have been written down yet. */
    private static final Duration UNMARKED = Duration.ofSeconds(3);

    @ParameterizedTest
    @EnumSource(Store.Kind.class)
    void killsUnderLoad(Store.Kind kind) throws Exception {
        Map<String, String> impatient = Map.of("delivery.request-timeout", "2s");
        try (FakeVendors vendors = FakeVendors.start();
                RelayProcess relay = RelayProcess.start(kind.create(), Relay.live(vendors, impatient));
                Trouble trouble = new Trouble(vendors)) {
            Load load = new Load(CUSTOMERS, EVENTS / CUSTOMERS, 8);
            CompletableFuture<Map<String, Integer>> sent = runInBackground(load, relay::api);
            List<Instant> kills = new ArrayList<>();
            for (int kill = 1; kill <= KILLS; kill++) {
                int from = EVENTS * kill / (KILLS + 1);
                await().until(() -> load.accepted() >= from || sent.isDone());
                kills.add(Instant.now());
                relay.kill();
                relay.start();
                relay.awaitReady();
            }
            Guarantees.assertKept(kind + ", " + KILLS + " kills", relay.api(), vendors, trouble, sent.join(),
                    receipts -> receipts.assertRepeatsAreExplainedBy(kills, UNMARKED, relay.api()));
        }
    }
}
