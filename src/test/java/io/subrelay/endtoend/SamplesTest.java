package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Received;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That each vendor's sample payloads follow from webhooks, field by field, and that all examples reach all four. */
class SamplesTest {

    private static final FakeVendors VENDORS = FakeVendors.start();
    private static Relay relay;

    @BeforeAll
    static void start() {
        Map<String, String> settings = Relay.live(VENDORS);
        settings.put("segment.send-sandbox", "true");
        settings.put("amplitude.sandbox-api-key", "sandbox-key");
        relay = Relay.start(Store.Kind.H2.create(), settings);
    }

    @AfterAll
    static void stop() {
        relay.close();
        VENDORS.close();
    }

    @AfterEach
    void reset() {
        VENDORS.reset();
    }

    static List<Path> samples() {
        return Hooks.files("src/test/resources/samples");
    }

    @ParameterizedTest
    @MethodSource
    void samples(Path file) {
        String destination = file.getFileName().toString().split("-")[0];
        JsonNode sample = Hooks.read(file);
        JsonNode webhook = sample.path("webhook");
        FakeVendor vendor = Receipts.vendor(VENDORS, destination);
        relay.api().accept(webhook);
        await().until(() -> !vendor.accepted().isEmpty());
        try {
            Received request = vendor.accepted().get(0);
            Map<String, String> expected = flat(sample.path("expected"));
            Map<String, String> sent = flat(request.body());
            expected.forEach((path, value) -> {
                if (value.equals("\"<any>\"") || value.startsWith("\"YOUR") || path.endsWith("/api_key")) {
                    assertThat(sent).containsKey(path);
                    sent.put(path, value);
                }
            });
            // what no sample shows
            sent.keySet().removeIf(path -> path.matches("/options.*|.*properties/(country_code|renewal_number)"));
            if (destination.equals("onesignal")) {
                sent.put("/app_id", expected.get("/app_id"));
                assertThat(request.path()).isEqualTo("/api/v1/players/"
                        + webhook.at("/event/subscriber_attributes/$onesignalId/value").asText());
            }
            assertThat(sent).isEqualTo(expected);
            assertThat(vendor.dropped()).isEmpty();
            assertThat(vendor.refused()).isEmpty();
        } finally {
            // the samples are of the same few customers, and each tells of a customer that has no history
            relay.api().call("DELETE", "/api/customers/" + Api.encoded(webhook.at("/event/app_user_id").asText()));
        }
    }

    /** Every value by its path; numbers by value, so that 9 is 9.0. */
    private static Map<String, String> flat(JsonNode json) {
        Map<String, String> values = new TreeMap<>();
        flatten("", json, values);
        return values;
    }

    private static void flatten(String path, JsonNode json, Map<String, String> values) {
        if (json.isContainerNode() && !json.isEmpty()) {
            if (json.isArray()) {
                for (int i = 0; i < json.size(); i++) {
                    flatten(path + "/" + i, json.get(i), values);
                }
            } else {
                json.properties().forEach(member -> flatten(path + "/" + member.getKey(), member.getValue(), values));
            }
        } else {
            values.put(path,
                    json.isNumber() ? json.decimalValue().stripTrailingZeros().toPlainString() : json.toString());
        }
    }

    /** What each destination does with the kinds that it does not track. */
    @Test
    void everyExampleReachesWhoeverTracksItsKind() {
        List<String> kinds = Hooks.files("src/examples").stream()
                .map(file -> file.getFileName().toString().replace(".json", "")).toList();
        List<String> twelve = List.of("initial_purchase", "trial_started", "trial_converted", "trial_cancelled",
                "renewal", "cancellation", "uncancellation", "non_subscription_purchase", "subscription_paused",
                "expiration", "billing_issue", "product_change");
        kinds.forEach(kind -> relay.api().accept(Hooks.example(kind)));
        for (String kind : kinds) {
            String id = Hooks.example(kind).at("/event/id").asText();
            for (String destination : new String[] {"segment", "amplitude", "onesignal", "statsig"}) {
                boolean tracked = twelve.contains(kind) || destination.equals("statsig") && kind.equals("transfer");
                await().untilAsserted(() -> {
                    JsonNode delivery = relay.api().delivery(id, destination);
                    String state = delivery.path("state").asText();
                    if (tracked && destination.equals("onesignal")) {
                        // the newest writes the tags; those that are older than the customer's newest do not
                        assertThat(state).as("%s to %s", kind, destination).isIn("delivered", "skipped");
                    } else {
                        assertThat(state).as("%s to %s: %s", kind, destination, delivery)
                                .isEqualTo(tracked ? "delivered" : "skipped");
                    }
                    if (state.equals("skipped")) {
                        assertThat(delivery.path("reason").asText()).isNotBlank();
                    }
                });
            }
        }
        assertThat(new TreeSet<>(kinds)).containsAll(twelve);
        for (FakeVendor vendor : VENDORS.all()) {
            assertThat(vendor.dropped()).as(vendor.getClass().getSimpleName()).isEmpty();
            assertThat(vendor.refused()).as(vendor.getClass().getSimpleName()).isEmpty();
            assertThat(vendor.items()).isNotEmpty();
        }
        // besides these, customers that an event changed beside its own
        assertThat(VENDORS.amplitude().items())
                .filteredOn(item -> !item.json().path("event_type").asText().equals("$identify")).hasSize(12);
        assertThat(VENDORS.segment().items())
                .filteredOn(item -> item.json().path("type").asText().equals("track")).hasSize(12);
    }
}
