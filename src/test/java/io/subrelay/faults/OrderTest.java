package io.subrelay.faults;

import static io.subrelay.faults.Guarantees.DESTINATIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Load;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Receipts.Receipt;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That deliveries go out in order, customer by customer, whatever fails on the way. */
class OrderTest {

    /** Without what is told of a merge, whose order CustomerUpdateTest shows. */
    private static final Map<String, String> EVENTS_ALONE = Map.of("segment.customer-updates", "off",
            "amplitude.customer-updates", "off", "onesignal.customer-updates", "off");

    private static final int EVENTS = Integer.getInteger("faults.events", 240);

    @ParameterizedTest
    @EnumSource(Store.Kind.class)
    void withThreeCallsInTenFailingInEveryWay(Store.Kind kind) throws Exception {
        Map<String, String> settings = Map.of("delivery.request-timeout", "1s",
                "delivery.maximum-redelivery-delay", "300ms", "segment.batch-size", "5", "amplitude.batch-size", "5");
        try (FakeVendors vendors = FakeVendors.start();
                Relay relay = Relay.start(kind.create(), Relay.live(vendors, settings));
                Trouble trouble = new Trouble(vendors)) {
            int customers = Math.max(20, EVENTS / 100);
            Map<String, Integer> sent = new Load(customers, EVENTS / customers, 4).run(relay.api());
            Guarantees.assertKept(kind.toString(), relay.api(), vendors, trouble, sent,
                    receipts -> receipts.assertRepeatsHadNoAnswer(relay.api()));
        }
    }

    @ParameterizedTest
    @EnumSource(Store.Kind.class)
    void acrossMergesAndRestarts(Store.Kind kind) {
        try (FakeVendors vendors = FakeVendors.start();
                Relay relay = Relay.start(kind.create(), Relay.live(vendors, EVENTS_ALONE))) {
            acrossAMerge(vendors, relay.api());
            vendors.reset();
            acrossARestart(vendors, relay);
        }
    }

    private static void acrossAMerge(FakeVendors vendors, Api api) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            ids.add(Hooks.customer());
        }
        // each pair is merged while the first event of one of them fails
        for (int i = 0; i < 6; i += 2) {
            String poor = ids.get(i + (i / 2) % 2);
            for (FakeVendor vendor : vendors.all()) {
                vendor.when(request -> request.text().contains('"' + poor + '"'), Integer.MAX_VALUE,
                        Fault.answer(429));
            }
            String one = ids.get(i);
            String two = ids.get(i + 1);
            api.accept(Hooks.renewal(one, 1), Hooks.renewal(two, 2), Hooks.renewal(two, 3));
            api.accept(Hooks.renewal(two, 4, one), Hooks.renewal(one, 5), Hooks.renewal(two, 6));
        }
        // and then all of them
        api.accept(Hooks.renewal(ids.get(0), 7, ids.get(2), ids.get(4)), Hooks.renewal(ids.get(5), 8));
        await().until(() -> vendors.statsig().requests().size() > 20);
        vendors.all().forEach(vendor -> assertThat(vendor.accepted())
                .noneMatch(request -> request.text().contains("\"p-4\"") || request.text().contains("\"p-8\"")));
        vendors.all().forEach(FakeVendor::recover);
        for (String destination : DESTINATIONS) {
            await().untilAsserted(
                    () -> assertThat(Receipts.of(vendors, destination).events()).as(destination).isEqualTo(20));
            List<Receipt> all = Receipts.of(vendors, destination).all();
            assertThat(all).hasSize(20);
            for (int i = 0; i < 6; i += 2) {
                String one = ids.get(i);
                String two = ids.get(i + 1);
                List<Integer> pair = all.stream().filter(it -> it.n() < 7)
                        .filter(it -> it.customer().equals(one) || it.customer().equals(two)).map(Receipt::n)
                        .toList();
                assertThat(pair).as(destination).hasSize(6);
                assertThat(pair.subList(3, 6)).as(destination).containsExactly(4, 5, 6);
                assertThat(pair.indexOf(2)).as(destination).isLessThan(pair.indexOf(3));
            }
            assertThat(all.subList(18, 20).stream().map(Receipt::n)).as(destination).containsExactly(7, 8);
        }
    }

    private static void acrossARestart(FakeVendors vendors, Relay relay) {
        Api api = relay.api();
        String poor = Hooks.customer();
        String merged = Hooks.customer();
        String other = Hooks.customer();
        vendors.all().forEach(vendor -> vendor.when(request -> request.text().contains('"' + poor + '"'),
                Integer.MAX_VALUE, Fault.tooMany(1)));
        api.accept(Hooks.renewal(poor, 1), Hooks.renewal(poor, 2), Hooks.renewal(other, 1),
                Hooks.renewal(merged, 1), Hooks.renewal(merged, 2, poor));
        await().until(() -> api.delivery(Hooks.id(poor, 1), "statsig").path("attempts").size() > 0
                && Receipts.of(vendors, "segment").events() == 2);
        vendors.all().forEach(vendor -> vendor.always(Fault.answer(503, Map.of("Retry-After", "1"), "")));
        relay.restart(Map.of());
        api.accept(Hooks.renewal(poor, 3), Hooks.renewal(other, 2));
        int attempts = api.delivery(Hooks.id(poor, 1), "statsig").path("attempts").size();
        assertThat(attempts).isPositive();
        relay.restart(Map.of());
        vendors.all().forEach(FakeVendor::recover);
        for (String destination : DESTINATIONS) {
            await().untilAsserted(
                    () -> assertThat(Receipts.of(vendors, destination).events()).as(destination).isEqualTo(7));
            Receipts receipts = Receipts.of(vendors, destination);
            receipts.assertNoRepeats();
            assertThat(receipts.of(poor)).containsExactly(1, 2, 3);
            assertThat(receipts.of(other)).containsExactly(1, 2);
            List<String> order = receipts.all().stream().map(it -> Hooks.id(it.customer(), it.n()))
                    .filter(id -> !id.startsWith(other + "-")).toList();
            assertThat(order.subList(3, 5)).containsExactly(Hooks.id(merged, 2), Hooks.id(poor, 3));
        }
        assertThat(api.delivery(Hooks.id(poor, 1), "statsig").path("attempts").size()).isGreaterThan(attempts);
    }
}
