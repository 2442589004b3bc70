package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Customers who stand differently without an event of their own. */
class CustomerUpdateTest {

    @ParameterizedTest
    @EnumSource
    void a_transfer_reaches_both_at_destinations_that_hold_state(Store.Kind kind) throws Exception {
        Store store = kind.create();
        String giver = Hooks.customer();
        String taker = Hooks.customer();
        try (FakeVendors vendors = FakeVendors.start();
                Relay relay = Relay.start(store, Relay.live(vendors, Map.of(
                        "amplitude.customer-updates", "off")))) {
            Api api = relay.api();
            JsonNode transfer = transfer(giver, taker);
            api.accept(Hooks.renewal(giver, 1), tells(taker, 2), transfer);
            await().until(() -> identities(vendors, taker).size() == 1 && identities(vendors, giver).size() == 2);

            JsonNode lost = identities(vendors, giver).get(1);
            assertThat(lost.path("rc_subscription_status").isNull()).isTrue();
            assertThat(lost.path("rc_active_entitlements")).isEmpty();
            JsonNode got = identities(vendors, taker).get(0);
            assertThat(got.path("rc_subscription_status").asText()).isEqualTo("active");
            assertThat(got.path("rc_active_entitlements").get(0).asText()).isEqualTo("pro");
            await().untilAsserted(() -> assertThat(vendors.onesignal().tags("onesignal_id", "os-" + taker))
                    .containsEntry("subscription_status", "active").containsEntry("active_subscription", "true"));
            await().untilAsserted(() -> assertThat(vendors.onesignal().tags("onesignal_id", "os-" + giver))
                    .containsEntry("active_subscription", "false")
                    .doesNotContainKeys("subscription_status", "entitlement_ids", "product_id"));
            await().until(() -> isAllSettled(api));
            assertThat(vendors.statsig().requests()).noneMatch(it -> it.text().contains("CUSTOMER_UPDATE"));
            assertThat(vendors.amplitude().items(taker)).isEmpty();
            assertThat(vendors.segment().items(taker))
                    .noneMatch(it -> it.json().path("type").asText().equals("track"));

            JsonNode update = api.get("/api/customers/" + taker + "/history").get(0);
            assertThat(update.path("kind").asText()).isEqualTo("customer_update");
            assertThat(update.path("reason").asText()).isEqualTo("transfer");
            assertThat(update.path("cause").asText()).isEqualTo(Hooks.event(transfer).path("id").asText());
            assertThat(update.path("deliveries").findValuesAsText("destination"))
                    .containsExactly("onesignal", "segment");
            // it is told, and tells nothing itself
            assertThat(api.get("/api/customers/" + taker).path("last_seen_at_ms"))
                    .isEqualTo(Hooks.event(transfer).path("event_timestamp_ms"));
            String history = "/api/destinations/amplitude/backfill?dry-run=true";
            assertThat(api.call("POST", history).path("would_schedule").asInt())
                    .as("what a customer stood like once is no history").isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_merge_reaches_each_id_that_destinations_were_told_of(Store.Kind kind) throws Exception {
        Store store = kind.create();
        String before = Hooks.customer();
        String now = Hooks.customer();
        try (FakeVendors vendors = FakeVendors.start();
                Relay relay = Relay.start(store, Relay.live(vendors, Map.of("segment.merge", "on")))) {
            Api api = relay.api();
            ObjectNode other = Hooks.renewal(now, 2);
            Hooks.event(other).putArray("entitlement_ids").add("max");
            JsonNode link = tells(now, 3);
            Hooks.event(link).put("type", "SUBSCRIBER_ALIAS").putArray("aliases").add(now).add(before);
            api.accept(Hooks.renewal(before, 1), other, link);
            await().until(() -> identities(vendors, now).size() == 2 && identities(vendors, before).size() == 2);

            for (String id : List.of(now, before)) {
                assertThat(identities(vendors, id).get(1).path("rc_active_entitlements")).as(id)
                        .extracting(JsonNode::asText).containsExactly("max", "pro");
            }
            await().until(() -> isAllSettled(api));
            assertThat(vendors.segment().items(now)).filteredOn(it -> it.json().path("type").asText().equals("alias"))
                    .extracting(it -> it.json().path("previousId").asText()).containsExactly(before);
            JsonNode history = api.get("/api/customers/" + before + "/history");
            assertThat(history).filteredOn(each -> each.path("kind").asText().equals("customer_update")).hasSize(2)
                    .allSatisfy(update -> {
                        assertThat(update.path("reason").asText()).isEqualTo("merge");
                        assertThat(update.path("cause")).isEqualTo(Hooks.event(link).path("id"));
                    });
        }
    }

    private static boolean isAllSettled(Api api) {
        for (JsonNode destination : api.get("/api/destinations")) {
            if (destination.path("pending").asInt() + destination.path("retrying").asInt() > 0) {
                return false;
            }
        }
        return true;
    }

    private static List<JsonNode> identities(FakeVendors vendors, String customer) {
        return vendors.segment().items(customer).stream().map(it -> it.json())
                .filter(it -> it.path("type").asText().equals("identify")).map(it -> it.path("traits")).toList();
    }

    /** An event that no destination of these tracks, but that tells where the customer is found. */
    private static JsonNode tells(String customer, int n) {
        ObjectNode webhook = Hooks.renewal(customer, n);
        Hooks.event(webhook).put("type", "EXPERIMENT_ENROLLMENT").remove(List.of("product_id", "transaction_id",
                "original_transaction_id", "purchased_at_ms", "expiration_at_ms", "period_type", "entitlement_ids"));
        return webhook;
    }

    private static JsonNode transfer(String from, String to) {
        ObjectNode webhook = Hooks.renewal(to, 3);
        long at = Hooks.event(webhook).path("event_timestamp_ms").asLong();
        ObjectNode event = Hooks.event(webhook).removeAll().put("type", "TRANSFER").put("id", "transfer-" + from)
                .put("event_timestamp_ms", at).put("store", "APP_STORE").put("environment", "PRODUCTION");
        event.putArray("transferred_from").add(from);
        event.putArray("transferred_to").add(to);
        return webhook;
    }
}
