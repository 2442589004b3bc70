package io.subrelay.destinations;

import static io.subrelay.destinations.Destinations.enrich;
import static io.subrelay.destinations.Destinations.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.config.Settings;
import io.subrelay.destinations.Destinations.Outcome;
import io.subrelay.destinations.Destinations.Request;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent by revenue mode, identity, store and region, for awkward texts, and for several events at a time. */
class DestinationsByCaseTest extends WithDestinations {

    @ParameterizedTest
    @CsvSource(nullValues = "null", value = {
            "gross, 9.99, 0.1109, 0.30, 0.7, 9.99", "after-commission, 9.99, 0.1109, 0.30, 0.7, 6.993",
            "after-commission-and-taxes, 9.99, 0.1109, 0.30, 0.7, 5.885109",
            "gross, -9.99, 0.1109, 0.30, 0.7, -9.99", "after-commission, -9.99, 0.1109, 0.30, 0.7, -6.993",
            "after-commission-and-taxes, -9.99, 0.1109, 0.30, 0.7, -5.885109",
            "after-commission, 8.14, 0, 0.3, null, 5.698", "after-commission-and-taxes, 8.14, 0, 0.3, null, 5.698",
            "after-commission, 10, 0.1, null, 0.85, 8.5", "after-commission-and-taxes, 10, 0.1, null, 0.85, 7.5",
            "after-commission, 10, 0.1, null, null, 10", "after-commission-and-taxes, 10, 0.1, null, null, 10",
            "after-commission-and-taxes, 10, null, 0.3, null, 7", "after-commission, 0, 0, 0.3, null, 0",
            "after-commission, 199.99, 0, 0.3, null, 139.993", "gross, null, 0, 0.3, null, null",
            "after-commission, null, 0, 0.3, null, null"})
    void revenue_by_mode(String mode, String price, String tax, String commission, String takehome, String expected)
            throws Exception {
        Destinations modes = MODES.computeIfAbsent(mode, DestinationsByCaseTest::withRevenue);
        ObjectNode event =
                event("RENEWAL", "price", price == null ? "null" : price, "tax_percentage", tax == null ? "null" : tax,
                        "commission_percentage", commission == null ? "null" : commission,
                        "takehome_percentage", takehome == null ? "null" : takehome);
        JsonNode track = modes.send("segment", event).request().body().path("batch").path(0).path("properties");
        JsonNode amplitude = modes.send("amplitude", event).request().body().path("events").path(0);
        if (expected == null) {
            assertThat(track.has("revenue") || track.has("currency")).isFalse();
            assertThat(amplitude.has("revenue") || amplitude.path("event_properties").has("revenue")).isFalse();
        } else {
            for (JsonNode revenue : List.of(track.path("revenue"), amplitude.path("revenue"),
                    amplitude.path("event_properties").path("revenue"))) {
                assertThat(revenue.isNumber()).isTrue();
                assertThat(revenue.decimalValue()).isEqualByComparingTo(expected);
            }
            assertThat(track.path("currency").textValue()).isEqualTo("USD");
        }
    }

    private static final Map<String, Destinations> MODES = new java.util.concurrent.ConcurrentHashMap<>();

    private static Destinations withRevenue(String mode) {
        try {
            return new Destinations(Map.of("segment.revenue", mode, "amplitude.revenue", mode));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @AfterAll
    static void stopModes() {
        MODES.values().forEach(Destinations::close);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "null",
            value = {"null, null, user-1, null", "u9, null, u9, null", "null, d9, null, d9", "u9, d9, u9, d9"})
    void amplitude_ids(String user, String device, String userId, String deviceId) {
        ObjectNode event = event("RENEWAL");
        ObjectNode attributes = (ObjectNode) event.path("customer").path("subscriber_attributes");
        if (user != null) {
            attributes.put("$amplitudeUserId", user);
        }
        if (device != null) {
            attributes.put("$amplitudeDeviceId", device);
        }
        JsonNode sent = destinations.send("amplitude", event).request().body().path("events").path(0);
        assertThat(sent.path("user_id").textValue()).isEqualTo(userId);
        assertThat(sent.path("device_id").textValue()).isEqualTo(deviceId);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "null",
            value = {"APP_STORE, iOS", "MAC_APP_STORE, macOS", "PLAY_STORE, Android", "AMAZON, Amazon",
                    "STRIPE, Web", "RC_BILLING, Web", "PADDLE, Web", "ROKU, Roku", "PROMOTIONAL, null",
                    "TEST_STORE, null"})
    void amplitude_platforms(String store, String platform) {
        assertThat(destinations.send("amplitude", event("RENEWAL", "store", "\"" + store + "\"")).request().body()
                .path("events").path(0).path("platform").textValue()).isEqualTo(platform);
    }

    @Test
    void a_sparse_event_is_completed_from_the_customer() {
        ObjectNode event = enrich(
                json("""
                        {"api_version": "1.0", "event": {"type": "PRODUCT_CHANGE", "id": "e", "event_timestamp_ms": 1663786195063}}"""));
        event.set("customer",
                json("""
                        {"app_user_id": "c1", "original_app_user_id": "c0", "last_seen_app_user_id": "c2", "aliases": ["c0", "c1"],
                         "subscriber_attributes": {"$onesignalUserId": "o"}, "active_entitlements": []}"""));
        JsonNode batch = destinations.send("segment", event).request().body().path("batch");
        assertThat(batch.path(0).path("userId").textValue()).isEqualTo("c1");
        assertThat(batch.path(0).path("properties").path("original_app_user_id").textValue()).isEqualTo("c0");
        assertThat(batch.path(0).path("properties").path("aliases")).isEqualTo(json("[\"c0\", \"c1\"]"));
        assertThat(batch.path(0).path("properties").path("purchased_at").isNull()).isTrue();
        assertThat(batch.path(1).path("traits")).isEqualTo(json("""
                {"last_seen_app_user_id": "c2", "aliases": ["c0", "c1"], "rc_active_entitlements": []}"""));
        JsonNode amplitude = destinations.send("amplitude", event).request().body().path("events").path(0);
        assertThat(amplitude.path("user_id").textValue()).isEqualTo("c1");
        assertThat(amplitude.has("productId") || amplitude.has("platform")).isFalse();
        assertThat(destinations.send("onesignal", event).request().body().path("properties").path("tags")
                .path("app_user_id").textValue()).isEqualTo("c1");
    }

    @Test
    void hostile_texts_arrive_as_they_are() {
        String hostile = "a\"},\"x\":{\"\\u0000 {{segment.write-key}} ${body} \u00e9\uD83D\uDE00 \u2028 </script> \n";
        ObjectNode event = event("RENEWAL");
        ((ObjectNode) event.path("event")).put("product_id", hostile).put("app_user_id", hostile);
        ((ObjectNode) event.path("customer").path("subscriber_attributes")).put(hostile, hostile);
        JsonNode track = destinations.send("segment", event).request().body().path("batch").path(0);
        assertThat(track.path("userId").textValue()).isEqualTo(hostile);
        assertThat(track.path("properties").path("product_id").textValue()).isEqualTo(hostile);
        assertThat(track.path("properties").path("subscriber_attributes").path(hostile).textValue()).isEqualTo(hostile);
        assertThat(destinations.send("amplitude", event).request().body().path("events").path(0).path("productId")
                .textValue()).isEqualTo(hostile);
        assertThat(destinations.send("onesignal", event).request().body().path("properties").path("tags")
                .path("product_id").textValue()).isEqualTo(hostile);
        assertThat(destinations.send("statsig", event).request().body().path("event").path("product_id").textValue())
                .isEqualTo(hostile);
    }

    @Test
    void what_is_too_large_for_segment_is_made_to_fit() {
        ObjectNode many = event("RENEWAL");
        ArrayNode aliases = ((ObjectNode) many.path("event")).putArray("aliases");
        IntStream.range(0, 1000).forEach(i -> aliases.add("$RCAnonymousID:" + "0".repeat(28) + i));
        ((ObjectNode) many.path("customer")).set("aliases", aliases);
        JsonNode batch = destinations.send("segment", many).request().body().path("batch");
        assertThat(batch.path(0).path("properties").has("aliases") || batch.path(1).path("traits").has("aliases"))
                .isFalse();
        assertThat(batch.path(0).path("properties").has("subscriber_attributes")).isTrue();
        ((ObjectNode) many.path("customer").path("subscriber_attributes")).put("story", "x".repeat(40_000));
        batch = destinations.send("segment", many).request().body().path("batch");
        assertThat(batch.path(0).path("properties").has("subscriber_attributes")).isFalse();
        assertThat(batch.path(0).path("properties").path("product_id").textValue()).isEqualTo("monthly");
    }

    @ParameterizedTest
    @ValueSource(strings = {"segment", "amplitude", "onesignal", "statsig"})
    void hostile_numbers_give_valid_requests(String destination) throws Exception {
        for (String number : List.of("1e400", "-1e400", "92233720368547760.07", "\"many\"", "{}")) {
            for (String mode : List.of("gross", "after-commission")) {
                ObjectNode event = event("RENEWAL", "price", number, "commission_percentage", number,
                        "purchased_at_ms", number, "expiration_at_ms", number);
                Outcome outcome =
                        MODES.computeIfAbsent(mode, DestinationsByCaseTest::withRevenue).send(destination, event);
                assertThat(outcome.result()).isEqualTo("deliver");
                assertThat(outcome.request().text()).doesNotContain("Infinity");
                if (!destination.equals("statsig")) {
                    assertThat(outcome.request().text()).doesNotContain("e400", "E+400", "9223372036854");
                }
            }
        }
        ObjectNode never = event("CANCELLATION", "event_timestamp_ms", "9000000000000000000");
        if (destination.equals("segment")) {
            assertThat(destinations.send(destination, never).result()).endsWith(": the event has no valid date");
        } else {
            assertThat(destinations.send(destination, never).result()).isEqualTo("deliver");
        }
    }

    @Test
    void what_segment_would_drop_is_refused() {
        ObjectNode nobody = event("RENEWAL", "app_user_id", "null");
        assertThat(destinations.send("segment", nobody).result())
                .isEqualTo("refuse: Segment drops an event without a user id");
        ObjectNode large = event("RENEWAL");
        ((ObjectNode) large.path("event")).put("product_id", "\u00e9".repeat(17_000));
        assertThat(destinations.send("segment", large).result())
                .startsWith("refuse: ").endsWith("it exceeds the 32768 bytes that the vendor accepts");
        ObjectNode longId = event("RENEWAL", "id", "\"" + "x".repeat(200) + "\"");
        JsonNode batch = destinations.send("segment", longId).request().body().path("batch");
        assertThat(batch.path(0).path("messageId").textValue()).hasSizeLessThanOrEqualTo(100).endsWith(":track");
        assertThat(batch.path(1).path("messageId").textValue()).hasSizeLessThanOrEqualTo(100).endsWith(":identify");
    }

    @ParameterizedTest
    @ValueSource(strings = {"segment", "amplitude"})
    void a_list_becomes_one_request_without_what_is_skipped(String destination) {
        Outcome outcome = destinations.send(destination, transfer(), event("RENEWAL", "id", "\"e1\""), event("TEST"),
                event("CANCELLATION", "id", "\"e2\""), transfer());
        assertThat(outcome.results()).extracting(result -> result.replaceFirst(".* does", "does"))
                .containsExactly("does not track transfer", "deliver", "does not track test", "deliver",
                        "does not track transfer");
        assertThat(outcome.request().body().findValuesAsText(destination.equals("segment") ? "messageId" : "insert_id"))
                .isEqualTo(destination.equals("segment")
                        ? List.of("subrelay:e1:track", "subrelay:e1:identify", "subrelay:e2:track",
                                "subrelay:e2:identify")
                        : List.of("e1", "e2"));

        Outcome nothing = destinations.send(destination, transfer(), event("TEST"));
        assertThat(nothing.requests()).isEmpty();
        assertThat(nothing.results()).allSatisfy(result -> assertThat(result).startsWith("skip: "));
    }

    @ParameterizedTest
    @CsvSource({"segment, 0", "segment, 1", "segment, 2", "amplitude, 0", "amplitude, 1", "amplitude, 2"})
    void an_event_of_a_list_that_cannot_be_mapped_does_not_take_the_others_along(String destination, int at) {
        ObjectNode[] events =
                {event("RENEWAL", "id", "\"e0\""), event("RENEWAL", "id", "\"e1\""), event("RENEWAL", "id", "\"e2\"")};
        ((ObjectNode) events[at].path("customer")).put("subscriber_attributes", 7);
        ((ObjectNode) events[at].path("event")).put("purchased_at_ms", 9_000_000_000_000_000_000L);
        Outcome outcome = destinations.send(destination, events);
        for (int i = 0; i < 3; i++) {
            assertThat(outcome.results().get(i)).startsWith(i == at ? "refuse: " : "deliver");
        }
        assertThat(outcome.request().text()).contains("e" + (at + 1) % 3).doesNotContain("\"e" + at + "\"");
    }

    @Test
    void a_request_with_one_event_is_repeated_byte_for_byte() {
        for (String destination : List.of("segment", "amplitude", "onesignal", "statsig")) {
            String first = destinations.send(destination, event("RENEWAL")).request().text();
            assertThat(destinations.send(destination, event("RENEWAL")).request().text()).isEqualTo(first);
        }
    }

    @ParameterizedTest
    @CsvSource({"US, https://api.segment.io, https://api2.amplitude.com",
            "Eu, https://events.eu1.segmentapis.com, https://api.eu.amplitude.com"})
    void regions(String region, String segment, String amplitude) throws Exception {
        var properties = new java.util.Properties();
        try (var in = getClass().getResourceAsStream("/io/subrelay/destinations.properties")) {
            properties.load(in);
        }
        properties.put("segment.region", region);
        properties.put("amplitude.region", region);
        try (var camel = new org.apache.camel.impl.DefaultCamelContext()) {
            camel.getPropertiesComponent().setInitialProperties(properties);
            new Settings(camel.getPropertiesComponent()).normalized();
            assertThat(camel.resolvePropertyPlaceholders("{{segment.url}}/v1/batch")).isEqualTo(segment + "/v1/batch");
            assertThat(camel.resolvePropertyPlaceholders("{{amplitude.url}}")).isEqualTo(amplitude);
        }
    }

    @Test
    void preview_sends_nothing_and_needs_no_key() throws Exception {
        try (Destinations keyless = new Destinations(Map.of("segment.write-key", "", "amplitude.api-key", "",
                "onesignal.app-id", "", "onesignal.api-key", "", "statsig.server-secret", ""))) {
            for (String destination : List.of("segment", "amplitude", "onesignal", "statsig")) {
                JsonNode preview = keyless.preview(destination, event("RENEWAL"));
                assertThat(preview.path("decision").asText()).isEqualTo("send");
                assertThat(preview.path("requests").path(0).path("url").asText()).startsWith("http://127.0.0.1:");
                assertThat(preview.path("requests").path(0).path("body").toString()).contains("user-1");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"500", "503", "408", "429", "404", "0"})
    void a_failure_goes_back_to_the_outbox_at_once(int status) {
        destinations.answer = request -> status;
        try {
            Outcome outcome = destinations.send("onesignal", event("RENEWAL"));
            assertThat(outcome.requests()).hasSize(1);
            assertThat(outcome.result()).startsWith("retry: ");
        } finally {
            destinations.answer = request -> 200;
        }
    }
}
