package io.subrelay.faults;

import static io.subrelay.faults.Guarantees.DESTINATIONS;
import static io.subrelay.faults.Guarantees.runInBackground;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Load;
import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Three runners on one PostgreSQL, of which one is killed: its work is taken over, in order, and nothing is lost. */
class SeveralRunnersIT {

    private static final int EVENTS = Integer.getInteger("faults.events", 1_000);
    private static final int CUSTOMERS = 40;

    @Test
    void goOnWithoutTheOneThatIsKilled() throws Exception {
        Store store = Store.Kind.POSTGRESQL.create();
        List<RelayProcess> runners = new ArrayList<>();
        try (FakeVendors vendors = FakeVendors.start(); Trouble trouble = new Trouble(vendors)) {
            for (int i = 0; i < 3; i++) {
                runners.add(RelayProcess.start(store, Relay.live(vendors, Map.of("delivery.request-timeout", "2s"))));
            }
            List<RelayProcess> alive = new CopyOnWriteArrayList<>(runners);
            AtomicInteger turn = new AtomicInteger();
            Load load = new Load(CUSTOMERS, EVENTS / CUSTOMERS, 8);
            CompletableFuture<Map<String, Integer>> sent =
                    runInBackground(load, () -> alive.get(turn.getAndIncrement() % alive.size()).api());
            await().atMost(Duration.ofMinutes(2)).until(() -> load.accepted() > EVENTS / 2);
            RelayProcess victim = runners.get(1);
            Instant killed = Instant.now();
            alive.remove(victim);
            victim.kill();
            Api api = runners.get(0).api();
            // customers of every slice: those that the dead runner had are taken over
            Map<String, Integer> all = new TreeMap<>();
            for (int i = 0; i < 32; i++) {
                String customer = Hooks.customer();
                runners.get(i % 2 * 2).api().accept(Hooks.renewal(customer, 1));
                all.put(customer, 1);
            }
            for (String customer : all.keySet()) {
                for (String destination : DESTINATIONS) {
                    await().atMost(Duration.between(Instant.now(), killed.plusSeconds(30))).until(() -> Set.of("delivered", "dead")
                            .contains(api.delivery(Hooks.id(customer, 1), destination).path("state").asText()));
                }
            }
            all.putAll(sent.join());
            Guarantees.assertKept("3 runners, 1 killed", api, vendors, trouble, all,
                    receipts -> receipts.assertRepeatsAreExplainedBy(List.of(killed), Duration.ofSeconds(3)));
        } finally {
            runners.forEach(RelayProcess::close);
        }
    }
}
