package io.subrelay.faults;

import static io.subrelay.faults.Guarantees.DESTINATIONS;
import static io.subrelay.faults.Guarantees.runInBackground;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Load;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Several runners on one PostgreSQL: the work of one that is killed is taken over, in order, and nothing is lost. */
class SeveralRunnersIT {

    private static final int EVENTS = Integer.getInteger("faults.events", 600);
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
                    runInBackground(load, () -> {
                        List<RelayProcess> now = List.copyOf(alive);
                        return now.get(turn.getAndIncrement() % now.size()).api();
                    });
            await().until(() -> load.accepted() > EVENTS / 2);
            RelayProcess victim = runners.get(1);
            alive.remove(victim);
            Instant killed = Instant.now();
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
                    await().until(() -> Set.of("delivered", "dead")
                            .contains(api.delivery(Hooks.id(customer, 1), destination).path("state").asText()));
                }
            }
            all.putAll(sent.join());
            Guarantees.assertKept("3 runners, 1 killed", api, vendors, trouble, all,
                    receipts -> receipts.assertRepeatsAreExplainedBy(List.of(killed), Duration.ofSeconds(3), api));
        } finally {
            runners.forEach(RelayProcess::close);
        }
    }

    /** Much of what waits, and of what is on its way, is known to the runner that is not told to erase it. */
    @Test
    void forgetWhomOneOfThemErases() throws Exception {
        Store store = Store.Kind.POSTGRESQL.create();
        try (FakeVendors vendors = FakeVendors.start();
                RelayProcess one = RelayProcess.start(store, Relay.only(vendors, "statsig"));
                RelayProcess two = RelayProcess.start(store, Relay.only(vendors, "statsig"))) {
            List<String> erased = Stream.generate(Hooks::customer).limit(12).toList();
            List<String> onTheirWay = erased.subList(0, 4);
            vendors.statsig().when(
                    request -> onTheirWay.stream().anyMatch(it -> request.text().contains('"' + it + '"')),
                    Integer.MAX_VALUE, Fault.slow(Duration.ofMinutes(1)));
            vendors.statsig().always(Fault.answer(429));
            for (String customer : erased) {
                one.api().accept(Hooks.renewal(customer, 1), Hooks.renewal(customer, 2));
            }
            String kept = Hooks.customer();
            two.api().accept(Hooks.renewal(kept, 1));
            await().until(() -> vendors.statsig().accepted().size() == onTheirWay.size());
            for (String customer : erased.subList(4, 12)) {
                await().until(() -> one.api().delivery(Hooks.id(customer, 1), "statsig").path("state").asText()
                        .equals("retrying"));
            }
            for (String customer : erased) {
                assertThat(one.api().call("DELETE", "/api/customers/" + customer).path("erased").asInt()).isEqualTo(2);
            }
            // nothing tells when the other one has asked whom to forget, which it does twice a second
            await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
            vendors.statsig().recover();
            await().until(() -> Receipts.of(vendors, "statsig").of(kept).equals(List.of(1)));
            Guarantees.awaitSettled(two.api(), "statsig");
            assertThat(two.api().destination("statsig").path("delivered").asInt()).isEqualTo(1);
            assertThat(vendors.statsig().accepted()).hasSize(1 + onTheirWay.size());
            for (String table : List.of("event", "delivery", "attempt")) {
                assertThat(store.number(
                        "select count(distinct " + (table.equals("event") ? "seq" : "event") + ") from " + table))
                        .as(table).isEqualTo(1);
            }
            assertThat(store.number("select count(*) from redelivery")).isZero();
        }
    }
}
