package io.subrelay.destinations;

import static io.subrelay.destinations.Destinations.enrich;
import static io.subrelay.destinations.Destinations.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.destinations.Destinations.Outcome;
import io.subrelay.destinations.Destinations.Request;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind to every destination: what is sent, and what is not and why. */
class DestinationsTest extends WithDestinations {

    @ParameterizedTest
    @CsvSource({
            "INITIAL_PURCHASE, NORMAL, initial_purchase, initial_purchase, true, 2022-09-06T19:44:59Z",
            "INITIAL_PURCHASE, TRIAL, trial_started, trial_started, true, 2022-09-06T19:44:59Z",
            "RENEWAL, NORMAL, renewal, renewal, true, 2022-09-06T19:44:59Z",
            "RENEWAL, CONVERSION, trial_converted, trial_converted, true, 2022-09-06T19:44:59Z",
            "CANCELLATION, NORMAL, cancellation, cancellation, , 2022-09-21T18:49:55.063Z",
            "CANCELLATION, TRIAL, trial_cancelled, trial_cancelled, , 2022-09-21T18:49:55.063Z",
            "UNCANCELLATION, NORMAL, uncancellation, uncancellation, , 2022-09-21T18:49:55.063Z",
            "NON_RENEWING_PURCHASE, NORMAL, non_subscription_purchase, non_renewing_purchase, , 2022-09-06T19:44:59Z",
            "SUBSCRIPTION_PAUSED, NORMAL, subscription_paused, subscription_paused, , 2022-09-21T18:49:55.063Z",
            "EXPIRATION, NORMAL, expiration, expiration, false, 2022-10-06T19:44:59.500Z",
            "BILLING_ISSUE, NORMAL, billing_issue, billing_issue, , 2022-09-21T18:49:55.063Z",
            "PRODUCT_CHANGE, NORMAL, product_change, product_change, , 2022-09-21T18:49:55.063Z"})
    void every_kind_has_its_names(String type, String period, String kind, String tag, String active, String when) {
        boolean conversion = period.equals("CONVERSION");
        ObjectNode event = event(type, "period_type", conversion ? "\"NORMAL\"" : "\"" + period + "\"",
                "is_trial_conversion", String.valueOf(conversion));

        JsonNode batch = destinations.send("segment", event).request().body().path("batch");
        assertThat(batch).hasSize(2);
        for (JsonNode call : batch) {
            assertThat(call.path("userId").textValue()).isEqualTo("user-1");
            assertThat(call.path("timestamp").textValue()).isEqualTo(when);
            assertThat(call.path("messageId").textValue()).isEqualTo("subrelay:evt-1:" + call.path("type").textValue());
            assertThat(call.path("context")).isEqualTo(
                    json("""
                            {"environment": "production", "library": {"name": "RevenueCat Segment events", "version": "1.0"}}"""));
        }
        assertThat(batch.path(0).path("event").textValue()).isEqualTo("rc_" + kind + "_event");
        assertThat(batch.path(1).path("traits")).isEqualTo(json("""
                {"last_seen_app_user_id": "user-1", "aliases": ["user-1", "a2"],
                 "rc_subscription_status": "active", "rc_active_entitlements": ["pro"]}"""));

        JsonNode amplitude = destinations.send("amplitude", event).request().body();
        assertThat(amplitude.path("api_key").textValue()).isEqualTo("amp-key");
        assertThat(amplitude.path("options")).isEqualTo(json("{\"min_id_length\": 1}"));
        JsonNode sent = amplitude.path("events").path(0);
        assertThat(sent.path("event_type").textValue()).isEqualTo("rc_" + kind + "_event");
        assertThat(sent.path("insert_id").textValue()).isEqualTo("evt-1");
        assertThat(sent.path("time").isIntegralNumber()).isTrue();
        assertThat(sent.path("time").longValue()).isEqualTo(java.time.Instant.parse(when).toEpochMilli());
        assertThat(sent.path("platform").textValue()).isEqualTo("iOS");

        JsonNode tags = destinations.send("onesignal", event).request().body().path("properties").path("tags");
        assertThat(tags.path("last_event_type").textValue()).isEqualTo(tag);
        assertThat(tags.path("last_event_at").textValue()).isEqualTo("1663786195");
        assertThat(tags.path("active_subscription").asText("")).isEqualTo(active == null ? "" : active);

        assertThat(destinations.send("statsig", event).request().body())
                .isEqualTo(event.deepCopy().retain("api_version", "event"));
    }

    @Test
    void segment_gets_a_track_with_everything() {
        Request request = destinations.send("segment", event("BILLING_ISSUE",
                "grace_period_expiration_at_ms", "1664136227000", "entitlement_id", "\"pro\"")).request();
        assertThat(request.method() + " " + request.path()).isEqualTo("POST /v1/batch");
        assertThat(request.headers()).containsOnlyKeys("authorization", "content-type", "content-length", "host",
                "connection", "accept-encoding", "user-agent");
        assertThat(request.headers()).containsEntry("content-type", "application/json")
                .containsEntry("authorization", "Basic "
                        + java.util.Base64.getEncoder().encodeToString("wri+te%Key/1:".getBytes()));
        assertThat(request.body().path("batch").path(0).path("properties")).isEqualTo(json("""
                {"store": "APP_STORE", "purchased_at": 1662493499, "expires_at": 1665085499, "entitlement": "pro",
                 "entitlements": ["pro", "plus"], "product_id": "monthly", "app_user_id": "user-1",
                 "original_app_user_id": "$RCAnonymousID:1",
                 "subscriber_attributes": {"$email": "a@b.c", "$onesignalUserId": "os-1"},
                 "period_type": "NORMAL", "environment": "PRODUCTION", "presented_offering_id": null,
                 "transaction_id": "t1", "original_transaction_id": "t0", "aliases": ["user-1", "a2"],
                 "app_id": "app12", "revenue": 9.99, "currency": "USD", "grace_period_expires_at": 1664136227,
                 "price_in_purchased_currency": 10.49, "purchased_currency": "EUR"}"""));
    }

    @Test
    void amplitude_gets_an_event_with_everything() {
        Request request = destinations.send("amplitude", event("CANCELLATION", "cancel_reason", "\"UNSUBSCRIBE\"",
                "auto_resume_at_ms", "1664136227000", "new_product_id", "\"yearly\"")).request();
        assertThat(request.method() + " " + request.path()).isEqualTo("POST /2/httpapi");
        assertThat(request.headers()).containsOnlyKeys("content-type", "content-length", "host", "connection",
                "accept-encoding", "user-agent");
        assertThat(request.body().path("events").path(0)).isEqualTo(json("""
                {"event_type": "rc_cancellation_event", "partner_id": "revenuecat", "insert_id": "evt-1",
                 "time": 1663786195063, "platform": "iOS", "revenue": 9.99, "productId": "monthly", "user_id": "user-1",
                 "event_properties": {
                   "subscriber_attributes": {"$email": "a@b.c", "$onesignalUserId": "os-1"}, "period_type": "NORMAL",
                   "purchased_at": "2022-09-06T19:44:59Z", "expiration_at": "2022-10-06T19:44:59.500Z",
                   "environment": "PRODUCTION", "entitlement_id": null, "entitlement_ids": ["pro", "plus"],
                   "presented_offering_id": null, "transaction_id": "t1", "original_transaction_id": "t0",
                   "aliases": ["user-1", "a2"], "original_app_user_id": "$RCAnonymousID:1", "store": "APP_STORE",
                   "app_user_id": "user-1", "product_id": "monthly", "currency": "EUR", "app_id": "app12",
                   "revenue": 9.99, "price_in_purchased_currency": 10.49, "cancel_reason": "UNSUBSCRIBE",
                   "auto_resume_at": "2022-09-25T20:03:47Z", "new_product_id": "yearly"},
                 "user_properties": {"rc_subscription_status": "active", "rc_active_entitlements": ["pro"]}}"""));
    }

    @Test
    void onesignal_gets_texts_on_a_user_and_numbers_on_a_device() {
        ObjectNode event =
                event("BILLING_ISSUE", "entitlement_ids", "null", "grace_period_expiration_at_ms", "1664136227000");
        Request user = destinations.send("onesignal", event).request();
        assertThat(user.method() + " " + user.path()).isEqualTo("PATCH /apps/app-1/users/by/onesignal_id/os-1");
        assertThat(user.headers()).containsOnlyKeys("authorization", "content-type", "content-length", "host",
                "connection", "accept-encoding", "user-agent").containsEntry("authorization", "Key os-key");
        assertThat(user.body()).isEqualTo(json("""
                {"properties": {"tags": {"app_user_id": "user-1", "purchased_at": "1662493499", "store": "APP_STORE",
                 "environment": "PRODUCTION", "last_event_type": "billing_issue", "last_event_at": "1663786195",
                 "product_id": "monthly", "entitlement_ids": "", "period_type": "NORMAL", "expiration_at": "1665085499",
                 "subscription_status": "active", "grace_period_expiration_at": "1664136227"}}}"""));

        ObjectNode attributes = (ObjectNode) event.path("customer").path("subscriber_attributes");
        attributes.remove("$onesignalUserId");
        attributes.put("$onesignalId", "player-1");
        Request device = destinations.send("onesignal", event).request();
        assertThat(device.method() + " " + device.path()).isEqualTo("PUT /api/v1/players/player-1");
        assertThat(device.headers()).containsEntry("authorization", "Basic os-key");
        assertThat(device.body()).isEqualTo(json("""
                {"app_id": "app-1", "tags": {"app_user_id": "user-1", "purchased_at": 1662493499, "store": "APP_STORE",
                 "environment": "PRODUCTION", "last_event_type": "billing_issue", "last_event_at": 1663786195,
                 "product_id": "monthly", "entitlement_ids": null, "period_type": "NORMAL", "expiration_at": 1665085499,
                 "subscription_status": "active", "grace_period_expiration_at": 1664136227}}"""));
    }

    @Test
    void onesignal_gets_few_tags_for_what_is_no_subscription() {
        ObjectNode coins = event("NON_RENEWING_PURCHASE");
        ((ObjectNode) coins.path("customer")).putNull("subscription_status");
        assertThat(tags(coins)).isEqualTo(
                json("""
                        {"app_user_id": "user-1", "purchased_at": "1662493499", "store": "APP_STORE", "environment": "PRODUCTION",
                         "last_event_type": "non_renewing_purchase", "last_event_at": "1663786195", "product_id": "monthly",
                         "entitlement_ids": "pro,plus"}"""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/../../b", "a?x=1#y", "a b%2F+&=;", "\u00e9\uD83D\uDE00", "a\\b\"c", "..."})
    void onesignal_ids_cannot_leave_their_place_in_the_path(String id) {
        ObjectNode event = event("RENEWAL");
        ((ObjectNode) event.path("customer").path("subscriber_attributes")).put("$onesignalUserId", id);
        String path = destinations.send("onesignal", event).request().path();
        assertThat(path).startsWith("/apps/app-1/users/by/onesignal_id/");
        String last = path.substring("/apps/app-1/users/by/onesignal_id/".length());
        assertThat(last).doesNotContain("/").doesNotContain("?").doesNotContain("#");
        assertThat(java.net.URLDecoder.decode(last.replace("+", "%2B"), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(id);
    }

    @Test
    void statsig_gets_the_webhook_as_it_was() {
        Request request = destinations.send("statsig", event("RENEWAL", "new_in_2030", "{\"a\": [1.50]}")).request();
        assertThat(request.method() + " " + request.path()).isEqualTo("POST /v1/webhooks/revenuecat_webhook");
        assertThat(request.headers()).containsOnlyKeys("authorization", "statsig-api-key", "content-type",
                "content-length", "host", "connection", "accept-encoding", "user-agent")
                .containsEntry("authorization", "Bearer secret-1").containsEntry("statsig-api-key", "secret-1");
        assertThat(request.body()).isEqualTo(webhook("RENEWAL", "new_in_2030", "{\"a\": [1.50]}"));
    }

    @Test
    void what_is_not_tracked_is_skipped_with_the_reason() {
        for (String destination : List.of("segment", "amplitude", "onesignal")) {
            Outcome outcome = destinations.send(destination, transfer());
            assertThat(outcome.requests()).isEmpty();
            assertThat(outcome.result().toLowerCase()).isEqualTo("skip: " + destination + " does not track transfer");
        }
        assertThat(destinations.send("statsig", transfer()).request().body().path("event").path("type").textValue())
                .isEqualTo("TRANSFER");
        for (String destination : List.of("segment", "amplitude", "onesignal", "statsig")) {
            Outcome outcome = destinations.send(destination, event("BRAND\\\"NEW"));
            assertThat(outcome.requests()).isEmpty();
            assertThat(outcome.result()).startsWith("skip: ").endsWith(" does not track brand\\\"new");
        }
    }

    @Test
    void sandbox_events_go_where_they_are_wanted() throws Exception {
        ObjectNode event = event("RENEWAL", "environment", "\"SANDBOX\"");
        assertThat(destinations.send("segment", event).result())
                .isEqualTo("skip: Sandbox events are not sent to Segment");
        assertThat(destinations.send("amplitude", event).result())
                .isEqualTo("skip: Sandbox events need amplitude.sandbox-api-key");
        assertThat(destinations.send("onesignal", event).requests()).hasSize(1);
        assertThat(destinations.send("statsig", event).requests()).hasSize(1);

        try (Destinations other =
                new Destinations(Map.of("segment.send-sandbox", "true", "amplitude.sandbox-api-key", "sand",
                        "onesignal.send-sandbox", "false", "statsig.send-sandbox", "false"))) {
            assertThat(other.send("segment", event).request().body().path("batch").path(0).path("context")
                    .path("environment").textValue()).isEqualTo("sandbox");
            assertThat(other.send("amplitude", event).request().body().path("api_key").textValue()).isEqualTo("sand");
            assertThat(other.send("onesignal", event).result())
                    .isEqualTo("skip: Sandbox events are not sent to OneSignal");
            assertThat(other.send("statsig", event).result()).isEqualTo("skip: Sandbox events are not sent to Statsig");
        }
    }

    @Test
    void names_are_settings_and_a_blank_one_is_not_sent() throws Exception {
        try (Destinations other =
                new Destinations(Map.of("segment.event-name.renewal", "", "amplitude.event-name.renewal", "",
                        "segment.event-name.cancellation", "It's off / \u00e9", "onesignal.tag.store", "",
                        "onesignal.tag.environment", "",
                        "onesignal.tag.app_user_id", "rc user", "statsig.event-type", "rc"))) {
            assertThat(other.send("segment", event("RENEWAL")).result())
                    .isEqualTo("skip: Segment does not track renewal");
            assertThat(other.send("amplitude", event("RENEWAL")).result())
                    .isEqualTo("skip: Amplitude does not track renewal");
            assertThat(other.send("segment", event("CANCELLATION")).request().body().path("batch").path(0).path("event")
                    .textValue()).isEqualTo("It's off / \u00e9");
            JsonNode tags = other.send("onesignal", event("RENEWAL")).request().body().path("properties").path("tags");
            assertThat(tags.path("rc user").textValue()).isEqualTo("user-1");
            assertThat(tags.has("store") || tags.has("environment") || tags.has("")).isFalse();
            assertThat(other.send("statsig", event("INITIAL_PURCHASE", "period_type", "\"TRIAL\"", "price", "0.70"))
                    .request()
                    .text()).contains("\"type\":\"rc_initial_purchase_event\"")
                    .startsWith("{\"api_version\":\"1.0\",\"event\":{");
            assertThat(other.send("statsig", transfer()).request().body().path("event").path("type").textValue())
                    .isEqualTo("rc_transfer_event");
        }
    }

    @Test
    void onesignal_gets_the_state_as_it_stands_where_an_event_is_not_the_newest() {
        ObjectNode late = event("RENEWAL").put("late", true);
        ((ObjectNode) late.path("customer")).put("subscription_status", "grace_period").put("last_seen_app_user_id",
                "user-2");
        late.set("standing",
                json("""
                        {"last_event": {"kind": "billing_issue", "at_ms": 1700000000500},
                         "subscription": {"product_id": "yearly", "store": "PLAY_STORE", "environment": "PRODUCTION",
                          "period_type": "NORMAL", "purchased_at_ms": 1690000000000, "expires_at_ms": 1800000000000,
                          "grace_period_expires_at_ms": 1700900000000, "entitlements": ["pro", "plus"], "status": "grace_period",
                          "newest_event_kind": "billing_issue", "newest_event_at_ms": 1700000000500}}"""));
        assertThat(tags(late)).isEqualTo(json("""
                {"app_user_id": "user-2", "last_event_type": "billing_issue", "last_event_at": "1700000000",
                 "store": "PLAY_STORE", "environment": "PRODUCTION", "product_id": "yearly", "period_type": "NORMAL",
                 "purchased_at": "1690000000", "expiration_at": "1800000000", "entitlement_ids": "pro,plus",
                 "active_subscription": "true", "grace_period_expiration_at": "1700900000", "auto_resume_at": "",
                 "new_product_id": "", "subscription_status": "grace_period"}"""));

        ((ObjectNode) late.path("standing")).putNull("subscription");
        ((ObjectNode) late.path("customer")).putNull("subscription_status").put("status_ended", true);
        assertThat(tags(late)).isEqualTo(json("""
                {"app_user_id": "user-2", "last_event_type": "billing_issue", "last_event_at": "1700000000",
                 "product_id": "", "purchased_at": "", "period_type": "", "expiration_at": "", "entitlement_ids": "pro",
                 "subscription_status": "", "active_subscription": "false"}"""));
    }

    @Test
    void onesignal_keeps_the_tags_of_a_subscription_that_gives_access() {
        ObjectNode coins = event("NON_RENEWING_PURCHASE");
        ((ObjectNode) coins.path("customer")).put("subscription_status", "active");
        assertThat(tags(coins)).isEqualTo(json("""
                {"app_user_id": "user-1", "store": "APP_STORE", "environment": "PRODUCTION",
                 "last_event_type": "non_renewing_purchase", "last_event_at": "1663786195"}"""));
        ObjectNode grant = event("NON_RENEWING_PURCHASE", "store", "\"PROMOTIONAL\"", "period_type", "\"PROMOTIONAL\"");
        ((ObjectNode) grant.path("customer")).put("subscription_status", "promotional");
        assertThat(tags(grant)).isEqualTo(
                json("""
                        {"app_user_id": "user-1", "store": "PROMOTIONAL", "environment": "PRODUCTION",
                         "last_event_type": "non_renewing_purchase", "last_event_at": "1663786195", "product_id": "monthly",
                         "entitlement_ids": "pro,plus", "purchased_at": "1662493499", "period_type": "PROMOTIONAL",
                         "expiration_at": "1665085499", "active_subscription": "true", "subscription_status": "promotional"}"""));
    }

    private static JsonNode tags(ObjectNode event) {
        return destinations.send("onesignal", event).request().body().path("properties").path("tags");
    }

    @Test
    void the_end_of_a_status_is_sent() {
        ObjectNode event = event("RENEWAL");
        ((ObjectNode) event.path("customer")).putNull("subscription_status").put("status_ended", true);
        assertThat(tags(event).path("subscription_status").textValue()).isEmpty();
        assertThat(destinations.send("segment", event).request().body().path("batch").path(1).path("traits")
                .path("rc_subscription_status").isNull()).isTrue();
        assertThat(destinations.send("amplitude", event).request().body().path("events").path(1)).isEqualTo(json("""
                {"event_type": "$identify", "user_id": "user-1", "time": 1662493499000, "insert_id": "evt-1:ended",
                 "user_properties": {"$unset": {"rc_subscription_status": "-"}}}"""));
    }

    @Test
    void any_kind_can_have_a_name() throws Exception {
        try (Destinations other = new Destinations(Map.of("segment.event-name.subscription_extended", "Extended",
                "amplitude.event-name.brand_new", "New", "onesignal.event-name.virtual_currency_transaction", "coins",
                "onesignal.last-event-type", "Upper", "statsig.event-name.test", "rc_test_event",
                "statsig.event-type", "RC"))) {
            assertThat(other.send("segment", event("SUBSCRIPTION_EXTENDED")).request().body().path("batch").path(0)
                    .path("event").textValue()).isEqualTo("Extended");
            assertThat(other.send("amplitude", event("BRAND_NEW")).request().body().path("events").path(0)
                    .path("event_type").textValue()).isEqualTo("New");
            // it carries no purchase, whose tags stay
            assertThat(other.send("onesignal", enrich(json("""
                    {"event": {"type": "VIRTUAL_CURRENCY_TRANSACTION", "id": "v", "event_timestamp_ms": 1663786195063,
                     "app_user_id": "u", "environment": "PRODUCTION",
                     "subscriber_attributes": {"$onesignalUserId": {"value": "o", "updated_at_ms": 1}}}}"""))).request()
                    .body().path("properties").path("tags")).isEqualTo(json("""
                            {"app_user_id": "u", "environment": "PRODUCTION", "last_event_type": "COINS",
                             "last_event_at": "1663786195", "subscription_status": "active"}"""));
            assertThat(other.send("statsig", event("TEST")).request().body().path("event").path("type").textValue())
                    .isEqualTo("rc_test_event");
        }
    }

    @Test
    void onesignal_is_told_of_someone_it_knows() {
        ObjectNode unknown = event("RENEWAL", "subscriber_attributes", "{}");
        assertThat(destinations.send("onesignal", unknown).result())
                .isEqualTo("skip: The customer has neither $onesignalUserId nor $onesignalId");
        ObjectNode dots = event("RENEWAL");
        ((ObjectNode) dots.path("customer").path("subscriber_attributes")).put("$onesignalUserId", "..");
        assertThat(destinations.send("onesignal", dots).result())
                .isEqualTo("skip: The customer has neither $onesignalUserId nor $onesignalId");
    }
}
