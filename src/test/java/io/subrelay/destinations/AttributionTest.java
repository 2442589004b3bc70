package io.subrelay.destinations;

import static io.subrelay.destinations.Destinations.enrich;
import static io.subrelay.destinations.Destinations.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.destinations.Destinations.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** What the answers of those mean that attribute purchases to campaigns, and what they are sent of odd events. */
class AttributionTest {

    static final List<String> NAMES = List.of("appsflyer", "adjust", "firebase", "meta", "branch", "singular");

    private static final Map<String, String> ATTRIBUTES = Map.of("$appsflyerId", "1767550959127-4823116",
            "$adjustId", "8a4c1f0e9b2d7753c6e1a0f4d2b98c75", "$fbAnonId", "XZ1A5D0C", "$attConsentStatus", "authorized",
            "$idfa", "9F2C4B1E-77A0-4D35-8E61-2B0C5D9A4F13", "$singularDeviceId", "40009df0",
            "$firebaseAppInstanceId", "c1f0d8e7b6a594837261504f3e2d1c0b");

    private static Destinations destinations;

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("adjust.ios.app-token", "2fm9gkqubvpc",
                "adjust.ios.event-token.renewal", "rb6oy2", "firebase.ios.app-id", "1:1:ios:a1",
                "firebase.ios.api-secret", "ga-secret", "meta.dataset-id", "1", "meta.access-token", "EAAG",
                "branch.key", "key_live_1", "singular.key", "sdk-1", "singular.ios.bundle-id", "com.tidepool.app"));
        settings.putAll(Map.of("appsflyer.ios.app-id", "id1", "appsflyer.ios.key", "af"));
        destinations = new Destinations(settings);
    }

    @AfterAll
    static void stop() {
        destinations.close();
    }

    private static ObjectNode renewal(String... fields) {
        ObjectNode webhook = (ObjectNode) json("""
                {"api_version": "1.0", "event": {"type": "RENEWAL", "id": "12345678-1234-1234-1234-123456789012",
                 "app_id": "app12", "app_user_id": "user-1", "product_id": "monthly", "period_type": "NORMAL",
                 "store": "APP_STORE", "environment": "PRODUCTION", "price": 9.99, "currency": "EUR"} }""");
        ObjectNode event = (ObjectNode) webhook.path("event");
        long now = System.currentTimeMillis();
        event.put("event_timestamp_ms", now).put("purchased_at_ms", now - 5_000);
        ObjectNode attributes = event.putObject("subscriber_attributes");
        ATTRIBUTES.forEach((name, value) -> attributes.putObject(name).put("value", value));
        for (int i = 0; i < fields.length; i += 2) {
            event.set(fields[i], json(fields[i + 1]));
        }
        return enrich(webhook);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', emptyValue = "", value = {
            "appsflyer | 200 | ok | deliver", "appsflyer | 400 | wrong | refuse", "appsflyer | 401 | '' | hold",
            "appsflyer | 403 | '' | hold", "appsflyer | 404 | '' | hold", "appsflyer | 429 | '' | retry",
            "appsflyer | 503 | '' | retry",
            "adjust | 200 | {\"status\":\"OK\"} | deliver", "adjust | 401 | '' | hold", "adjust | 403 | '' | hold",
            "adjust | 400 | {\"error\":\"Event request failed (Invalid app token)\"} | hold",
            "adjust | 400 | {\"error\":\"Event request failed (Invalid event token)\"} | refuse",
            "adjust | 400 | {\"error\":\"Event request failed (Ignoring event, earlier unique event tracked)\"} | skip",
            "adjust | 404 | {\"error\":\"Event request failed (App token not found)\"} | hold",
            "adjust | 404 | {\"error\":\"Event request failed (Device not found)\"} | retry",
            "adjust | 413 | '' | refuse", "adjust | 451 | '' | skip", "adjust | 500 | '' | retry",
            "firebase | 204 | '' | deliver", "firebase | 400 | '' | refuse", "firebase | 500 | '' | retry",
            "meta | 200 | {\"events_received\":1} | deliver", "meta | 400 | '' | refuse", "meta | 500 | '' | retry",
            "meta | 400 | {\"error\":{\"code\":190,\"error_subcode\":463}} | hold",
            "meta | 400 | {\"error\":{\"code\" : 200}} | hold", "meta | 400 | {\"error\":{\"code\":10}} | hold",
            "meta | 400 | {\"error\":{\"code\":100,\"error_subcode\":33}} | hold",
            "meta | 400 | {\"error\":{\"code\":100,\"error_subcode\":2804003}} | refuse",
            "meta | 400 | {\"error\":{\"code\":100,\"error_subcode\":200}} | refuse",
            "meta | 400 | {\"error\":{\"code\":17,\"fbtrace_id\":\"A\"}} | retry",
            "meta | 403 | {\"error\":{\"code\":4}} | retry",
            "meta | 400 | {\"error\":{\"code\":100,\"is_transient\":true}} | retry",
            "branch | 200 | {} | deliver", "branch | 400 | {\"error\":{\"message\":\"Invalid branch_key\"}} | hold",
            "branch | 400 | {\"error\":{\"message\":\"Missing device identifier\"}} | refuse",
            "branch | 401 | '' | hold", "branch | 429 | '' | retry",
            "singular | 200 | {\"status\":\"ok\"} | deliver", "singular | 200 | '' | deliver",
            "singular | 200 | {\"status\":\"error\",\"reason\":\"Invalid SDK key\"} | hold",
            "singular | 200 | {\"status\":\"error\",\"reason\":\"bad platform\"} | refuse",
            "singular | 400 | '' | refuse", "singular | 429 | '' | retry"})
    void answers(String destination, int status, String body, String meaning) {
        destinations.answer = request -> status;
        destinations.answerBody = request -> body;
        try {
            Outcome outcome = destinations.send(destination, renewal());
            assertThat(outcome.result().replaceFirst("(?s):.*", "")).isEqualTo(meaning);
            assertThat(outcome.requests()).hasSize(1);
        } finally {
            destinations.answer = request -> 200;
            destinations.answerBody = request -> "";
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void a_page_is_no_answer_and_a_retry_is_the_same_request(String destination) {
        ObjectNode event = renewal();
        String first = destinations.send(destination, event).request().text();
        destinations.answerBody = request -> "<!DOCTYPE html><HTML><body>";
        try {
            Outcome again = destinations.send(destination, event);
            assertThat(again.result()).startsWith("retry: ");
            assertThat(again.request().text()).isEqualTo(first).isNotEmpty();
        } finally {
            destinations.answerBody = request -> "";
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void hostile_numbers_give_valid_requests(String destination) {
        for (String number : List.of("1e400", "-1e400", "92233720368547760.07", "\"many\"", "{}", "[]")) {
            Outcome outcome = destinations.send(destination, renewal("price", number, "commission_percentage", number,
                    "purchased_at_ms", number, "expiration_at_ms", number));
            assertThat(outcome.result()).as(number).isEqualTo("deliver");
            assertThat(outcome.request().text()).doesNotContain("Infinity", "NaN", "e400", "E%2B400", "9223372036854");
        }
        // Branch is not told when
        assertThat(destinations.send(destination, renewal("purchased_at_ms", "null",
                "event_timestamp_ms", "9000000000000000000")).result())
                .matches(destination.equals("branch") ? "deliver" : "refuse: .*: the event has no valid date");
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void hostile_texts_arrive_or_are_refused_for_their_length(String destination) {
        for (String text : List.of("&".repeat(20_000), "\u0001".repeat(3_000), "\uD83D\uDE00".repeat(3_000),
                "a\"}]{{meta.access-token}}&a=b ${body} \u2028", "\u00e9")) {
            ObjectNode event = renewal();
            ((ObjectNode) event.path("event")).put("id", text).put("app_user_id", text).put("product_id", text)
                    .put("app_id", text).put("cancel_reason", text).put("transaction_id", text);
            ((ObjectNode) event.path("customer").path("subscriber_attributes")).put("$email", text)
                    .put("$phoneNumber", text).put("$ip", text);
            Outcome outcome = destinations.send(destination, event);
            assertThat(outcome.result()).matches(destination.equals("appsflyer") && text.length() > 1000
                    ? "refuse: .*it exceeds the 1024 bytes that the vendor accepts" : "deliver");
            outcome.requests().forEach(request -> {
                if (!request.headers().get("content-type").contains("form")) {
                    request.body();
                }
                assertThat(request.text()).doesNotContain("EAAG\"}]");
            });
        }
    }
}
