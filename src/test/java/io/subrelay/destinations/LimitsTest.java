package io.subrelay.destinations;

import static io.subrelay.destinations.Destinations.enrich;
import static io.subrelay.destinations.Destinations.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.destinations.Destinations.Outcome;
import io.subrelay.destinations.Destinations.Request;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Long and odd content arrives at each of the further destinations within what its vendor takes. */
class LimitsTest {

    private static Destinations destinations;

    @BeforeAll
    static void start() throws Exception {
        destinations = new Destinations(Map.of("mixpanel.token", "mp", "mixpanel.revenue", "after-commission",
                "posthog.api-key", "phc_1", "braze.api-key", "bz", "customer-io.site-id", "site",
                "customer-io.api-key", "cio",
                "slack.webhook-url", "https://hooks.slack.com/services/T1/B2/xyz",
                "signed-webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        destinations.answerBody = request -> switch (request.path()) {
            case "/users/track" -> "{\"message\": \"success\"}";
            case "/1/upload" -> "{\"status\": \"success\"}";
            default -> "";
        };
    }

    @AfterAll
    static void stop() {
        destinations.close();
    }

    private static ObjectNode event(String type, String... fields) {
        ObjectNode webhook = (ObjectNode) json("""
                {"api_version": "1.0", "event": {"id": "12345678-1234-1234-1234-123456789012",
                 "event_timestamp_ms": 1767323045678, "app_id": "app12", "app_user_id": "user-1",
                 "product_id": "monthly", "period_type": "NORMAL",
                 "purchased_at_ms": 1767323045000, "expiration_at_ms": 1769915045000,
                 "store": "APP_STORE", "environment": "PRODUCTION", "price": 9.99, "currency": "EUR"} }""");
        ObjectNode event = (ObjectNode) webhook.path("event");
        event.put("type", type);
        for (int i = 0; i < fields.length; i += 2) {
            event.set(fields[i], json(fields[i + 1]));
        }
        return enrich(webhook);
    }

    /** A customer with a thousand aliases, an attribute of 3 KB and one in letters that take three bytes. */
    private static ObjectNode large() {
        ObjectNode event = event("RENEWAL");
        ArrayNode aliases = ((ObjectNode) event.path("event")).putArray("aliases");
        IntStream.range(0, 1000).forEach(i -> aliases.add("$RCAnonymousID:" + "0".repeat(28) + i));
        ((ObjectNode) event.path("customer")).set("aliases", aliases);
        ((ObjectNode) event.path("customer").path("subscriber_attributes")).put("story", "x".repeat(3000))
                .put("smile", "\uD83D\uDE00".repeat(1000)).put("n".repeat(300), "\u20ac".repeat(1000)).put("plan", "b");
        return event;
    }

    @Test
    void a_large_customer_fits_customer_io() {
        Request request = destinations.send("customer-io", large()).request();
        assertThat(request.body().path("batch")).hasSize(2);
        for (JsonNode operation : request.body().path("batch")) {
            assertThat(operation.toString().getBytes(StandardCharsets.UTF_8).length).isLessThan(32_000);
            assertThat(operation.path("attributes").has("aliases")).isFalse();
            JsonNode attributes = operation.path("attributes").path("subscriber_attributes");
            assertThat(attributes.path("story").textValue()).hasSize(1000);
            assertThat(attributes.path("plan").textValue()).isEqualTo("b");
            attributes.forEach(value -> assertThat(value.textValue().getBytes(StandardCharsets.UTF_8).length)
                    .isBetween(1, 1000));
            assertThat(attributes.path("smile").textValue()).matches("(\uD83D\uDE00)+");
        }
        ObjectNode many = large();
        ObjectNode attributes = (ObjectNode) many.path("customer").path("subscriber_attributes");
        IntStream.range(0, 40).forEach(i -> attributes.put("story" + i, "x".repeat(1000)));
        JsonNode event = destinations.send("customer-io", many).request().body().at("/batch/1/attributes");
        assertThat(event.has("subscriber_attributes")).isFalse();
        assertThat(event.path("product_id").textValue()).isEqualTo("monthly");
    }

    @Test
    void a_large_customer_fits_braze() {
        ObjectNode event = large();
        ArrayNode entitlements = ((ObjectNode) event.path("customer")).putArray("active_entitlements");
        IntStream.range(0, 40).forEach(i -> entitlements.add("e" + i));
        JsonNode body = destinations.send("braze", event).request().body();
        JsonNode attributes = body.path("attributes").path(0);
        assertThat(attributes.path("rc_active_entitlement_ids")).hasSize(25);
        assertThat(attributes.path("rc_customer_attribute_story").textValue()).hasSize(255);
        assertThat(attributes.path("rc_customer_attribute_plan").textValue()).isEqualTo("b");
        attributes.properties().forEach(each -> assertThat(each.getKey()).hasSizeLessThanOrEqualTo(255));
    }

    @Test
    void a_large_customer_fits_posthog_and_mixpanel() {
        ObjectNode event = large();
        ((ObjectNode) event.path("customer").path("subscriber_attributes")).put("book", "x".repeat(1_000_000));
        JsonNode properties = destinations.send("posthog", event).request().body().at("/batch/0/properties");
        assertThat(properties.has("aliases") || properties.has("subscriber_attributes")).isFalse();
        assertThat(properties.path("product_id").textValue()).isEqualTo("monthly");
        assertThat(properties.path("$set").path("rc_subscription_status").textValue()).isEqualTo("active");
        assertThat(destinations.send("mixpanel", large()).requests()).hasSize(2);
    }

    @Test
    void a_large_customer_fits_airship() {
        ObjectNode event = large();
        ((ObjectNode) event.path("event")).putObject("subscriber_attributes").putObject("story")
                .put("value", "x".repeat(70_000));
        Request request = destinations.send("airship", event).requests().get(1);
        assertThat(request.text().getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(65_536);
        JsonNode properties = request.body().at("/0/body/properties");
        assertThat(properties.has("aliases") || properties.has("subscriber_attributes")).isFalse();
        assertThat(properties.path("product_id").textValue()).isEqualTo("monthly");
    }

    @Test
    void mixpanel_gets_the_latest_time_it_takes_and_the_same_each_time() {
        ObjectNode early = event("RENEWAL", "purchased_at_ms", "1767395045678");
        JsonNode properties = destinations.send("mixpanel", early).requests().get(0).body().at("/0/properties");
        assertThat(properties.path("time").isIntegralNumber()).isTrue();
        assertThat(properties.path("time").longValue()).isEqualTo(1767323045678L + 59 * 60_000);
        assertThat(properties.path("purchased_at").textValue()).isEqualTo("2026-01-02T23:04:05.678Z");
        JsonNode usual = destinations.send("mixpanel", event("RENEWAL")).requests().get(0).body().at("/0/properties");
        assertThat(usual.path("time").longValue()).isEqualTo(1767323045000L);
        assertThat(usual.has("purchased_at")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "anonymous", "00000000-0000-0000-0000-000000000000", "{}", "0", ""})
    void mixpanel_is_sent_nobody(String id) {
        ObjectNode event = event("RENEWAL");
        ((ObjectNode) event.path("event")).put("app_user_id", id);
        assertThat(destinations.send("mixpanel", event).result())
                .isEqualTo("refuse: Mixpanel drops an event without a distinct id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mixpanel", "posthog", "braze", "customer-io", "slack", "signed-webhook",
            "iterable", "mparticle", "intercom", "discord", "airship", "clevertap"})
    void hostile_numbers_give_valid_requests(String destination) {
        for (String number : List.of("1e400", "-1e400", "92233720368547760.07", "\"many\"", "{}", "[]", "-7")) {
            ObjectNode event = event("RENEWAL", "price", number, "commission_percentage", number,
                    "purchased_at_ms", number, "expiration_at_ms", number, "renewal_number", number);
            Outcome outcome = destinations.send(destination, event);
            assertThat(outcome.result()).as(number).isEqualTo("deliver");
            assertThat(outcome.requests()).isNotEmpty();
            for (Request request : outcome.requests()) {
                request.body();
                assertThat(request.text()).doesNotContain("Infinity", "NaN");
                if (!destination.equals("signed-webhook")) {
                    assertThat(request.text()).doesNotContain("e400", "E+400", "9223372036854");
                }
            }
        }
        ObjectNode never = event("CANCELLATION", "event_timestamp_ms", "9000000000000000000");
        assertThat(destinations.send(destination, never).result()).endsWith(": the event has no valid date");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mixpanel", "posthog", "braze", "customer-io", "slack", "signed-webhook",
            "iterable", "mparticle", "intercom", "discord", "airship", "clevertap"})
    void hostile_texts_arrive(String destination) {
        for (String text : List.of("&".repeat(20_000), "<>".repeat(9_000), "\u0001".repeat(3_000),
                "\uD83D\uDE00".repeat(3_000), "a\"}]{{slack.webhook-url}} ${body} \u2028", "\u00e9")) {
            ObjectNode event = event("RENEWAL");
            ((ObjectNode) event.path("event")).put("id", text).put("app_user_id", text).put("product_id", text)
                    .put("app_id", text).put("store", text).put("cancel_reason", text);
            ((ObjectNode) event.path("customer").path("subscriber_attributes")).put(text, text).put("$email", "a@b.c");
            Outcome outcome = destinations.send(destination, event);
            assertThat(outcome.result()).as(destination + " " + text.substring(0, 1)).isEqualTo("deliver");
            outcome.requests().forEach(Request::body);
            if (List.of("slack", "discord").contains(destination)) {
                assertThat(outcome.request().text().length()).isLessThan(6_000);
            }
            if (destination.equals("signed-webhook")) {
                assertThat(outcome.request().headers().get("webhook-id")).matches("[A-Za-z0-9_-]{1,255}");
            }
        }
    }
}
