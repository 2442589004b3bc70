package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Load;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Three runners on one PostgreSQL, of which one is killed: its work is taken over, in order, and nothing is lost. */
class SeveralRunnersIT {

    private static final int EVENTS = Integer.getInteger("faults.events", 2_000);
    private static final int CUSTOMERS = 40;

    @Test
    void goOnWithoutTheOneThatIsKilled() {
        
        Store store = Store.Kind.POSTGRESQL.create();
        List<RelayProcess> runners = new ArrayList<>();
        try (FakeVendors vendors = FakeVendors.start()) {
            Map<String, String> settings = Relay.live(vendors);
            settings.putAll(store.settings());
            for (int i = 0; i < 3; i++) {
                runners.add(RelayProcess.start(settings));
            }
            List<RelayProcess> alive = new java.util.concurrent.CopyOnWriteArrayList<>(runners);
            AtomicInteger turn = new AtomicInteger();
            Load load = new Load(CUSTOMERS, EVENTS / CUSTOMERS, 8);
            CompletableFuture<Map<String, Integer>> sent = CompletableFuture.supplyAsync(() -> {
                try {
                    return load.run(() -> alive.get(turn.getAndIncrement() % alive.size()).api());
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            });
            await().atMost(Duration.ofMinutes(2)).until(() -> load.accepted() > EVENTS / 2);
            RelayProcess victim = runners.get(1);
            Instant killed = Instant.now();
            alive.remove(victim);
            victim.kill();
            Map<String, Integer> all = new TreeMap<>(sent.join());
            // customers of every slice: those that the dead runner had are taken over
            for (int i = 0; i < 32; i++) {
                String customer = Hooks.customer();
                runners.get(i % 2 * 2).api().accept(Hooks.renewal(customer, 1));
                all.put(customer, 1);
            }
            for (String destination : new String[] {"segment", "amplitude", "onesignal", "statsig"}) {
                CrashIT.awaitSettled(runners.get(0).api(), destination);
                Receipts receipts = Receipts.of(vendors, destination);
                receipts.assertAllInOrder(all);
                receipts.assertRepeatsAreExplainedBy(List.of(killed), Duration.ofSeconds(3));
                System.out.printf("3 runners, %d events, 1 killed: %s lost 0, out of order 0, repeated %d%n",
                        EVENTS, destination, receipts.repeats().size());
            }
            assertThat(Duration.between(killed, Instant.now())).isLessThan(Duration.ofSeconds(EVENTS > 5_000 ? 120 : 30));
        } finally {
            runners.forEach(RelayProcess::close);
        }
    }
}
