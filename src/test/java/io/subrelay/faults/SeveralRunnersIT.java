package io.subrelay.faults;

import static io.subrelay.faults.Guarantees.DESTINATIONS;
import static io.subrelay.faults.Guarantees.runInBackground;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Load;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Several runners on one PostgreSQL: the work of one that is killed is taken over, in order, and nothing is lost. */
class SeveralRunnersIT {

    private static final int EVENTS = Integer.getInteger("faults.events", 320);
    private static final int CUSTOMERS = 40;

    /** Two are processes, the third one is in this process. */
    @Test
    void goOnWithoutTheOneThatIsKilled() throws Exception {
        Store store = Store.Kind.POSTGRESQL.create();
        try (FakeVendors vendors = FakeVendors.start(); Trouble trouble = new Trouble(vendors)) {
            Map<String, String> settings = Relay.live(vendors, Map.of("delivery.request-timeout", "2s"));
            try (RelayProcess first = RelayProcess.start(store, settings);
                    RelayProcess victim = RelayProcess.start(store, settings);
                    Relay third = Relay.start(store, settings)) {
                List<Api> alive = new CopyOnWriteArrayList<>(List.of(first.api(), victim.api(), third.api()));
                AtomicInteger turn = new AtomicInteger();
                Load load = new Load(CUSTOMERS, EVENTS / CUSTOMERS, 8);
                CompletableFuture<Map<String, Integer>> sent = runInBackground(load, () -> {
                    List<Api> now = List.copyOf(alive);
                    return now.get(turn.getAndIncrement() % now.size());
                });
                await().until(() -> load.accepted() > EVENTS / 2);
                alive.remove(victim.api());
                Instant killed = Instant.now();
                victim.kill();
                // customers of every slice: those that the dead runner had are taken over
                Map<String, Integer> all = new TreeMap<>();
                for (int i = 0; i < 32; i++) {
                    String customer = Hooks.customer();
                    alive.get(i % 2).accept(Hooks.renewal(customer, 1));
                    all.put(customer, 1);
                }
                Api api = first.api();
                for (String customer : all.keySet()) {
                    for (String destination : DESTINATIONS) {
                        await().until(() -> Set.of("delivered", "dead")
                                .contains(api.delivery(Hooks.id(customer, 1), destination).path("state").asText()));
                    }
                }
                all.putAll(sent.join());
                Guarantees.assertKept("3 runners, 1 killed", api, vendors, trouble, all,
                        receipts -> receipts.assertRepeatsAreExplainedBy(List.of(killed), Duration.ofSeconds(3), api));
            }
        }
    }
}
