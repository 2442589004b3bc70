package io.subrelay.destinations;

import static io.subrelay.destinations.Destinations.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.destinations.Destinations.Outcome;
import io.subrelay.destinations.Destinations.Request;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the examples beside the routes cannot show: what becomes of a delivery by the body of its answer, ids,
 * signatures.
 */
class MoreDestinationsTest {

    private static Destinations destinations;

    @BeforeAll
    static void start() throws Exception {
        destinations = new Destinations(Map.of("mixpanel.token", "mp", "posthog.api-key", "phc_1", "braze.api-key",
                "bz",
                "customer-io.site-id", "site", "customer-io.api-key", "cio", "customer-io.connection-id", "conn1",
                "slack.webhook-url", "https://hooks.slack.com/services/T1/B2/xyz",
                "signed-webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    }

    @AfterAll
    static void stop() {
        destinations.close();
    }

    private static ObjectNode renewal() {
        return Destinations.enrich(
                json("""
                        {"api_version": "1.0", "event": {"type": "RENEWAL", "id": "12345678-1234-1234-1234-123456789012",
                         "event_timestamp_ms": 1767323045678, "app_id": "app12", "app_user_id": "user-1", "product_id": "monthly",
                         "period_type": "NORMAL", "purchased_at_ms": 1767323045000, "store": "APP_STORE",
                         "environment": "PRODUCTION", "price": 9.99, "currency": "EUR"} }"""));
    }

    private static Outcome send(String destination, int status, String body) {
        destinations.answer = request -> status;
        destinations.answerBody = request -> body;
        try {
            return destinations.send(destination, renewal());
        } finally {
            destinations.answer = request -> 200;
            destinations.answerBody = request -> "";
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "null", value = {
            "braze | 201 | {\"message\": \"success\", \"events_processed\": 1} | null",
            "braze | 202 | {\"message\": \"queued\"} | null",
            "braze | 201 | {\"message\": \"success\", \"errors\": []} | null",
            "braze | 201 | {\"message\": \"success\", \"errors\": [{\"type\": \"t\"}]} | refuse: Braze did not accept it: {\"message\"",
            "braze | 201 | {\"message\": \"Valid data must be provided\"} | refuse: Braze did not accept it: {",
            "braze | 200 | {} | refuse: Braze did not accept it: {}",
            "mixpanel | 200 | {\"status\": 1, \"error\": null} | null",
            "mixpanel | 200 | 1 | null",
            "mixpanel | 200 | {\"status\": 0, \"error\": \"no\"} | refuse: Mixpanel did not accept the profile: {\"status\": 0",
            "mixpanel | 200 | 0 | refuse: Mixpanel did not accept the profile: 0",
            "customer-io | 200 | {} | null",
            "customer-io | 207 | {\"errors\": [{\"batch_index\": 1}]} | refuse: Customer.io accepted only part of it: {\"errors\"",
            "iterable | 200 | {\"code\": \"Success\"} | null",
            "iterable | 200 | {\"code\": \"BadParams\"} | refuse: Iterable did not accept it: {\"code\"",
            "clevertap | 200 | {\"status\": \"success\", \"processed\": 2, \"unprocessed\": []} | null",
            "clevertap | 200 | {\"status\": \"partial\", \"processed\": 1} | refuse: CleverTap did not accept it: {\"status\": \"partial\"",
            "clevertap | 200 | {\"status\": \"fail\"} | refuse: CleverTap did not accept it",
            "clevertap | 200 | {} | refuse: CleverTap did not accept it: {}",
            "statsig | 200 | {\"success\": true} | null",
            "statsig | 200 | OK | null"})
    void a_success_that_is_none_is_not_delivered(String destination, int status, String body, String verdict) {
        Outcome outcome = send(destination, status, body);
        assertThat(outcome.result()).startsWith(verdict == null ? "deliver" : verdict);
    }

    @Test
    void what_statsig_did_not_log_goes_again() {
        assertThat(send("statsig", 202, "{\"success\":false}").result()).isEqualTo("retry: {\"success\":false}");
        assertThat(send("statsig", 202, "").result()).isEqualTo("deliver");
    }

    @ParameterizedTest
    @CsvSource({"braze, ''", "mixpanel, /import", "mixpanel, /engage", "segment, ''", "amplitude, ''", "posthog, ''",
            "customer-io, ''", "slack, ''", "statsig, ''", "iterable, /api/users/update",
            "iterable, /api/commerce/trackPurchase", "mparticle, ''", "intercom, /events", "intercom, /contacts",
            "discord, ''",
            "airship, /api/custom", "airship, /api/channels", "clevertap, ''"})
    void a_page_in_the_place_of_an_answer_is_none(String destination, String path) {
        destinations.answerBody = request -> request.path().contains(path) ? "<!DOCTYPE html><HTML><body>" : "1";
        try {
            assertThat(destinations.send(destination, renewal()).result())
                    .matches(path.isEmpty() ? "retry: <!DOCTYPE html><HTML><body>" : "retry: .+");
        } finally {
            destinations.answerBody = request -> "";
        }
    }

    @Test
    void a_raw_webhook_arrives_byte_for_byte() {
        ObjectNode event = renewal();
        ((ObjectNode) event.path("event")).put("price", new java.math.BigDecimal("0.70")).put("new_in_2030",
                "Zo\u00eb");
        Request request = destinations.send("raw-webhook", event).request();
        assertThat(request.text()).isEqualTo(event.deepCopy().retain("api_version", "event").toString());
        assertThat(request.headers()).containsEntry("authorization", "Bearer from-the-receiver");
    }

    @Test
    void an_answer_without_a_body_is_no_success_of_braze() {
        assertThat(send("braze", 201, "").result()).startsWith("refuse: Braze did not accept it");
        assertThat(send("mixpanel", 200, "").result()).isEqualTo("deliver");
    }

    @Test
    void nothing_of_an_answer_goes_into_the_next_request() {
        destinations.answerHeaders = Map.of("Set-Cookie", "a=b", "X-Answer", "1");
        try {
            assertThat(destinations.send("mixpanel", renewal()).requests().get(1).headers()).containsOnlyKeys(
                    "content-type", "content-length", "host", "connection", "accept-encoding", "user-agent");
        } finally {
            destinations.answerHeaders = Map.of();
        }
    }

    @Test
    void ids_are_those_that_a_vendor_takes() {
        assertThat(destinations.send("customer-io", renewal()).request().body().path("batch").path(1).path("id")
                .textValue())
                .isEqualTo("01KDYAK3SEGNZCDBVQ285FSS19");
        ObjectNode odd = renewal();
        ((ObjectNode) odd.path("event")).put("id", "renewal: 7.Zo\u00eb");
        assertThat(destinations.send("posthog", odd).request().body().path("batch").path(0).path("uuid").textValue())
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(json(destinations.send("mixpanel", odd).requests().get(0).text()).path(0).path("properties")
                .path("$insert_id").textValue()).matches("[0-9a-f]{36}");
        assertThat(destinations.send("signed-webhook", odd).request().headers().get("webhook-id"))
                .isEqualTo("renewal__7_Zo_");
    }

    @Test
    void a_signed_webhook_is_signed_as_it_arrives() throws Exception {
        ObjectNode event = renewal();
        ((ObjectNode) event.path("event")).put("product_id", "Zo\u00eb \u2028");
        Request request = destinations.send("signed-webhook", event).request();
        String signed = request.headers().get("webhook-id") + "." + request.headers().get("webhook-timestamp") + "."
                + request.text();
        var mac = javax.crypto.Mac.getInstance("HmacSHA256");
        mac.init(new javax.crypto.spec.SecretKeySpec(
                java.util.Base64.getDecoder().decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "HmacSHA256"));
        assertThat(request.headers().get("webhook-signature")).isEqualTo("v1," + java.util.Base64.getEncoder()
                .encodeToString(mac.doFinal(signed.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
        assertThat(request.headers()).containsEntry("content-type", "application/json");
    }

    @Test
    void a_contact_that_intercom_has_is_updated() {
        String refusal = "{\"type\":\"error.list\",\"errors\":[{\"code\":\"conflict\",\"message\":"
                + "\"A contact matching those details already exists with id=5ba682d23d7cf92bef87bfd4\"}]}";
        destinations.answer = request -> request.path().equals("/contacts") ? 409 : 202;
        destinations.answerBody = request -> request.path().equals("/contacts") ? refusal : "{}";
        try {
            Outcome outcome = destinations.send("intercom", renewal());
            assertThat(outcome.result()).isEqualTo("deliver");
            assertThat(outcome.requests()).extracting(request -> request.method() + " " + request.path())
                    .containsExactly("POST /contacts", "PUT /contacts/5ba682d23d7cf92bef87bfd4", "POST /events");
            assertThat(outcome.requests().get(1).body()).isEqualTo(outcome.requests().get(0).body());
            destinations.answerBody = request -> "{\"type\":\"error.list\"}";
            assertThat(destinations.send("intercom", renewal()).result())
                    .matches("refuse: .*Intercom names no contact");
        } finally {
            destinations.answer = request -> 200;
            destinations.answerBody = request -> "";
        }
    }

    @Test
    void discord_is_told_who_calls() {
        assertThat(destinations.send("discord", renewal()).request().headers().get("user-agent"))
                .startsWith("DiscordBot (");
    }

    @Test
    void slack_shows_hostile_texts_as_texts() {
        ObjectNode event = renewal();
        ((ObjectNode) event.path("event")).put("app_user_id", "<!channel>|\"&").put("price", 1234.5);
        Request request = destinations.send("slack", event).request();
        assertThat(request.path()).isEqualTo("/services/T1/B2/xyz");
        assertThat(request.body().path("attachments").path(0).path("fields").path(0).path("value").textValue())
                .isEqualTo(
                        ":smiley_cat: Customer <https://app.revenuecat.com/activity/12/%3C!channel%3E%7C%22%26|&lt;!channel&gt;|\"&amp;>"
                                + " just renewed their subscription.");
        assertThat(request.body().path("attachments").path(0).path("fields").path(2).path("value").textValue())
                .isEqualTo("$1234.50");
    }
}
