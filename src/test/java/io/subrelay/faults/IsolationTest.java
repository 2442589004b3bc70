package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** That a destination in trouble costs the others nothing, and an event in trouble its neighbours nothing. */
class IsolationTest {

    /** More than are sent at a time. */
    private static final int EVENTS = Integer.getInteger("faults.events", 100);
    private static final List<String> OTHERS = List.of("segment", "amplitude", "onesignal");

    /**
     * Whatever is wrong with one: all that is accepted meanwhile reaches each of the others, and waits for that one
     * alone.
     */
    @Test
    void ofADestinationThatHangsOrIsDown() throws Exception {
        try (FakeVendors vendors = FakeVendors.start();
                Relay relay = Relay.start(Store.Kind.H2.create(),
                        Relay.live(vendors, Map.of("delivery.concurrency", "64")))) {
            for (Fault fault : List.of(Fault.hang(), Fault.answer(503), Fault.slow(Duration.ofMinutes(2)),
                    Fault.tooMany(1),
                    Fault.html(200))) {
                vendors.statsig().always(fault);
                assertOthersAreServed(relay.api(), vendors);
                vendors.statsig().recover();
            }
            vendors.statsig().down();
            assertOthersAreServed(relay.api(), vendors);
            assertThat(relay.api().health().statusCode()).isEqualTo(200);
        }
    }

    private static void assertOthersAreServed(Api api, FakeVendors vendors) {
        vendors.all().forEach(FakeVendor::forget);
        Map<String, Integer> sent = new TreeMap<>();
        for (int i = 0; i < EVENTS; i++) {
            String customer = Hooks.customer();
            sent.put(customer, 1);
            api.accept(Hooks.renewal(customer, 1));
        }
        for (String destination : OTHERS) {
            await().until(() -> Receipts.of(vendors, destination).events() >= EVENTS);
            Receipts.of(vendors, destination).assertAllInOrder(sent);
        }
        assertThat(api.destination("statsig").path("pending").asInt()
                + api.destination("statsig").path("retrying").asInt())
                .isGreaterThanOrEqualTo(EVENTS);
    }

    @Test
    void ofAnEventThatIsRefusedFromItsList() {
        Map<String, String> settings;
        try (FakeVendors vendors = FakeVendors.start()) {
            settings = Relay.only(vendors, "amplitude");
            settings.put("delivery.concurrency", "1");
            try (Relay relay = Relay.start(Store.Kind.H2.create(), settings)) {
                Api api = relay.api();
                vendors.amplitude().next(1, Fault.slow(Duration.ofMinutes(1)));
                String first = Hooks.customer();
                api.accept(Hooks.renewal(first, 1));
                await().until(() -> !vendors.amplitude().requests().isEmpty());
                String customer = Hooks.customer();
                Map<String, Integer> sent = new TreeMap<>(Map.of(customer, 25, first, 1));
                for (int n = 1; n <= 25; n++) {
                    String other = Hooks.customer();
                    sent.put(other, 1);
                    api.accept(Hooks.renewal(customer, n), Hooks.renewal(other, 1));
                    if (n == 10) {
                        ObjectNode bad = Hooks.renewal("anonymous", 1); // an id that Amplitude refuses
                        api.accept(bad);
                    }
                }
                vendors.amplitude().recover();
                await().until(() -> api.destination("amplitude").path("pending").asInt() == 0);
                Receipts.of(vendors, "amplitude").assertAllInOrder(sent);
                Receipts.of(vendors, "amplitude").assertNoRepeats();
                JsonNode bad = api.delivery(Hooks.id("anonymous", 1), "amplitude");
                assertThat(bad.path("state").asText()).isEqualTo("dead");
                assertThat(bad.path("response_code").asInt()).isEqualTo(400);
                assertThat(bad.path("reason").asText()).contains("Invalid field values");
                assertThat(api.destination("amplitude").path("dead").asInt()).isEqualTo(1);
                assertThat(vendors.amplitude().requests()).hasSizeBetween(3, 20);
            }
        }
    }
}
