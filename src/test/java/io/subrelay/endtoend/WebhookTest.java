package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.Relay;
import io.subrelay.event.Ids;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a request to the webhook's address. */
@ParameterizedClass
@EnumSource(Store.Kind.class)
class WebhookTest {

    private static final String[] DESTINATIONS = {"segment", "amplitude", "onesignal", "statsig"};

    private static FakeVendors vendors;
    private static Relay relay;

    @Parameter
    private Store.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(Store.Kind kind) {
        vendors = FakeVendors.start();
        relay = Relay.start(kind.create(), Relay.live(vendors));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        relay.close();
        vendors.close();
    }

    /** What only Subrelay itself makes tells nothing of a customer where a sender sends it. */
    @ParameterizedTest
    @ValueSource(strings = {"CUSTOMER_IMPORTED", "CUSTOMER_UPDATE"})
    void aTypeThatSubrelayMakesItselfIsOneWithoutMeaning(String type) {
        String who = Hooks.customer();
        ObjectNode webhook = Hooks.renewal(who, 1);
        Hooks.event(webhook).put("type", type).put("last_seen_at_ms", 1).putArray("purchases").addObject()
                .put("product_id", "p").put("store", "APP_STORE").put("status", "active")
                .put("environment", "PRODUCTION");
        relay.api().accept(webhook);
        assertThat(relay.api().get("/api/customers/" + who).path("subscription_status").isNull()).isTrue();
        await().untilAsserted(
                () -> assertThat(relay.api().history(who).get(0).path("deliveries").findValuesAsText("state"))
                        .containsExactly("skipped", "skipped", "skipped", "skipped"));
        assertThat(relay.api().history(who).get(0).path("kind").asText())
                .isEqualTo(type.toLowerCase(Locale.ROOT) + "_webhook");
    }

    @AfterEach
    void reset() {
        vendors.reset();
    }

    @Test
    void isAcceptedOnceAndThenADuplicate() {
        String customer = Hooks.customer();
        HttpResponse<String> answer = relay.api().post(Hooks.renewal(customer, 1));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.body()).isEqualTo("{\"status\":\"accepted\"}");
        assertThat(relay.api().post(Hooks.renewal(customer, 1)).body()).isEqualTo("{\"status\":\"duplicate\"}");
        relay.api().accept(Hooks.renewal(customer, 2));
        for (String destination : DESTINATIONS) {
            await().untilAsserted(
                    () -> assertThat(Receipts.of(vendors, destination).of(customer)).containsExactly(1, 2));
        }
    }

    @Test
    void hasOneEffectHoweverOftenItComesAtOnce() throws Exception {
        String customer = Hooks.customer();
        ExecutorService senders = Executors.newFixedThreadPool(20);
        List<Callable<String>> posts = java.util.Collections.nCopies(100,
                () -> relay.api().post(Hooks.renewal(customer, 1)).body());
        int accepted = 0;
        for (Future<String> answer : senders.invokeAll(posts)) {
            accepted += answer.get().contains("accepted") ? 1 : 0;
        }
        senders.shutdown();
        assertThat(accepted).isEqualTo(1);
        relay.api().accept(Hooks.renewal(customer, 2));
        for (String destination : DESTINATIONS) {
            await().untilAsserted(
                    () -> assertThat(Receipts.of(vendors, destination).of(customer)).containsExactly(1, 2));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "nonsense", "{\"event\":", "[]", "\"event\"", "7", "null", "{}",
            "{\"event\":null}",
            "{\"event\":[]}", "{\"event\":\"x\"}", "{\"api_version\":\"1.0\"}{}", "{\"event\":{\"id\":\"a\"\u0000}}"})
    void thatIsNoWebhookIsRefused(String body) throws Exception {
        assertRefused(body.getBytes(StandardCharsets.UTF_8), "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "type", "event_timestamp_ms"})
    void thatLacksAFieldIsRefusedWithItsName(String field) throws Exception {
        ObjectNode webhook = Hooks.renewal(Hooks.customer(), 1);
        Hooks.event(webhook).remove(field);
        assertRefused(webhook, field);
        for (String wrong : new String[] {"null", "[]", "{}", "true", "\"\"", "\"  \"", "1.5", "-1", "1e300",
                "99999999999999999999", "\"1662665865167\"", "7"}) {
            boolean right = wrong.equals("\"1662665865167\"")
                    || field.equals("event_timestamp_ms") && wrong.equals("7");
            if (!right) {
                assertRefused(Hooks.event(webhook).set(field, Api.json(wrong)), webhook, field);
            }
        }
    }

    /** Whatever its ids are, it is not lost: it is taken, found by each of them, and erased by them. */
    @ParameterizedTest
    @ValueSource(strings = {"id", "type", "app_user_id", "original_app_user_id", "aliases", "transferred_from",
            "transferred_to", "original_transaction_id", "product_id"})
    void withAnIdThatNoIndexTakesIsTaken(String field) throws Exception {
        for (String odd : List.of("a\u0000b", "a\nb", "a\u0085b", "x".repeat(600), "\ud83d\ude00".repeat(3_000),
                "half a pair \ud800", "y".repeat(100_000))) {
            String customer = Hooks.customer();
            String id = odd + customer;
            ObjectNode webhook = Hooks.renewal(customer, 1);
            boolean several = field.startsWith("transferred") || field.equals("aliases");
            if (field.startsWith("transferred")) {
                webhook = Hooks.example("transfer");
                Hooks.event(webhook).put("id", "transfer-" + customer);
            }
            if (several) {
                Hooks.event(webhook).putArray(field).add(customer).add(id);
            } else {
                Hooks.event(webhook).put(field, id);
            }
            HttpResponse<String> answer = relay.api().post(Api.JSON.writer()
                    .with(com.fasterxml.jackson.core.json.JsonWriteFeature.ESCAPE_NON_ASCII)
                    .writeValueAsBytes(webhook));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).contains("accepted");
            // Such an address is no HTTP: by the hash of the id, if it is the only one.
            boolean inAnAddress = odd.length() < 1_000 && odd.chars().noneMatch(c -> Character.isISOControl(c)
                    || Character.isSurrogate((char) c));
            if (field.equals("id")) {
                String key = inAnAddress ? id : Ids.ofEvent(id);
                assertThat(relay.api().get("/api/events/" + key).at("/webhook/event/app_user_id").asText())
                        .isEqualTo(customer);
                assertThat(relay.api().call("POST", "/api/events/" + key + "/redeliver", null).statusCode())
                        .isEqualTo(200);
            } else {
                String key = !field.contains("app_user_id") && !several ? customer
                        : inAnAddress ? id : Ids.ofCustomer(Ids.wellFormed(id));
                String path = "/api/customers/" + Api.encoded(key);
                assertThat(relay.api().get(path).toString()).contains(customer);
                assertThat(relay.api().history(key)).isNotEmpty();
                if (field.equals("app_user_id")) {
                    assertThat(relay.api().get(path).path("app_user_id").asText())
                            .isEqualTo(Ids.wellFormed(id));
                }
                assertThat(relay.api().call("DELETE", path).path("erased").asInt())
                        .isEqualTo(field.equals("transferred_from") ? 0 : 1);
            }
        }
    }

    @Test
    void mayGiveItsTimesAsText() {
        String customer = Hooks.customer();
        ObjectNode webhook = Hooks.renewal(customer, 1);
        long at = Hooks.event(webhook).path("event_timestamp_ms").asLong();
        Hooks.event(webhook).put("event_timestamp_ms", String.valueOf(at))
                .put("expiration_at_ms", String.valueOf(at + 1000));
        assertThat(relay.api().post(webhook).statusCode()).isEqualTo(200);
        JsonNode stored = relay.api().get("/api/customers/" + customer);
        assertThat(stored.path("last_seen_at_ms").asLong()).isEqualTo(at);
        assertThat(stored.at("/subscriptions/0/expires_at_ms").asLong()).isEqualTo(at + 1000);
    }

    @Test
    void thatNamesNobodyIsKeptAndShown() {
        ObjectNode webhook = Hooks.renewal(Hooks.customer(), 1);
        String id = Hooks.event(webhook).path("id").asText();
        Hooks.event(webhook).remove(List.of("app_user_id", "original_app_user_id", "aliases"));
        assertThat(relay.api().post(webhook).statusCode()).isEqualTo(200);
        JsonNode stored = relay.api().get("/api/events/" + id);
        assertThat(stored.path("webhook")).isEqualTo(webhook);
        assertThat(stored.at("/customer/app_user_id").isNull()).isTrue();
        assertThat(relay.api().get("/api/events").findValuesAsText("event_id")).contains(id);
    }

    @Test
    void thatIsNoUtf8IsRefused() throws Exception {
        byte[] body = Hooks.renewal(Hooks.customer(), 1).toString().getBytes(StandardCharsets.UTF_8);
        body[body.length / 2] = (byte) 0xff;
        assertRefused(body, "UTF-8");
    }

    @Test
    void thatIsNestedTooDeepIsRefused() throws Exception {
        assertRefused(("{\"event\":" + "[".repeat(200_000)).getBytes(StandardCharsets.UTF_8), "");
        assertRefused(("{\"event\":{\"a\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}}")
                .getBytes(StandardCharsets.UTF_8), "");
    }

    /** What is odd but can be told apart is taken: the sender may add what it likes. */
    @Test
    void withOddValuesElsewhereIsTakenAndDelivered() {
        String customer = Hooks.customer();
        ObjectNode webhook = Hooks.renewal(customer, 1);
        ObjectNode event = Hooks.event(webhook);
        event.put("new_field", "a\u0000b \ud83d\ude00 \ud800 \u2028");
        event.put("store", 7).put("period_type", "\u0000").put("price", "free").putNull("currency");
        event.withObject("subscriber_attributes").putObject("odd").put("value", "a\u0000b\ud800").put("updated_at_ms",
                1);
        event.withObject("subscriber_attributes").put("broken", 3);
        event.put("type", "RENEWAL").put("expiration_at_ms", "soon").putObject("entitlement_ids");
        assertTaken(customer, webhook);
    }

    @ParameterizedTest
    @ValueSource(strings = {"aliases", "subscriber_attributes", "experiments", "entitlement_ids", "app_user_id",
            "original_app_user_id", "product_id", "purchased_at_ms", "price", "environment", "store"})
    void withAnyTypeInAnOptionalFieldIsTaken(String field) {
        for (String wrong : new String[] {"null", "[]", "{}", "[null]", "[[1]]", "{\"a\":{\"b\":1}}", "true", "1.5",
                "\"\"", "\"x\"", "99999999999999999999"}) {
            String customer = Hooks.customer();
            ObjectNode webhook = Hooks.renewal(customer, 1);
            Hooks.event(webhook).set(field, Api.json(wrong));
            assertThat(relay.api().post(webhook).statusCode()).as("%s: %s", field, wrong).isEqualTo(200);
        }
        await().untilAsserted(() -> assertThat(relay.api().destination("statsig").path("pending").asInt()).isZero());
    }

    @Test
    void withTheLongestNamesIsTaken() {
        String customer = "c".repeat(500);
        ObjectNode webhook = Hooks.renewal(customer, 1);
        Hooks.event(webhook).put("id", "i".repeat(198) + "-1").put("type", "\u0130".repeat(100));
        assertThat(relay.api().post(webhook).statusCode()).isEqualTo(200);
        assertThat(relay.api().get("/api/customers/" + customer).path("app_user_id").asText()).isEqualTo(customer);
    }

    @Test
    void thatMakesOneOfVeryManyCustomersIsTaken() {
        String customer = Hooks.customer();
        String[] others = IntStream.range(0, 400).mapToObj(i -> customer + "-id-of-another-device-" + i)
                .toArray(String[]::new);
        for (String other : others) {
            relay.api().accept(Hooks.renewal(other, 1));
        }
        assertTaken(customer, Hooks.renewal(customer, 1, others));
        assertThat(relay.api().get("/api/customers/" + others[399]).path("aliases")).hasSizeGreaterThanOrEqualTo(400);
    }

    private void assertTaken(String customer, JsonNode webhook) {
        byte[] body;
        try {
            body = Api.JSON.writer().with(com.fasterxml.jackson.core.json.JsonWriteFeature.ESCAPE_NON_ASCII)
                    .writeValueAsBytes(webhook);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(e);
        }
        HttpResponse<String> answer = relay.api().post(body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        await().untilAsserted(
                () -> assertThat(relay.api().delivery(Hooks.id(customer, 1), "statsig").path("state").asText())
                        .isEqualTo("delivered"));
    }

    @Test
    void thatIsTooLargeIsRefused() throws Exception {
        long before = relay.store().number("select count(*) from event");
        ObjectNode webhook = Hooks.renewal(Hooks.customer(), 1);
        Hooks.event(webhook).put("note", "x".repeat(2 << 20));
        HttpResponse<String> answer = relay.api().post(webhook);
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(Api.json(answer.body()).path("error").asText()).contains("server.max-body-size");
        assertThat(relay.store().number("select count(*) from event")).isEqualTo(before);
        Hooks.event(webhook).put("note", "x".repeat(900_000));
        assertThat(relay.api().post(webhook).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/x-www-form-urlencoded"})
    void thatIsNotJsonByItsContentTypeIsRefused(String type) throws Exception {
        byte[] body = Hooks.renewal(Hooks.customer(), 1).toString().getBytes(StandardCharsets.UTF_8);
        long before = relay.store().number("select count(*) from event");
        HttpResponse<String> answer = relay.api().call("POST", "/webhooks/revenuecat", body, "Content-Type", type);
        assertThat(answer.statusCode()).isIn(404, 415);
        assertThat(Api.json(answer.body()).path("error").asText()).isNotBlank();
        assertThat(relay.store().number("select count(*) from event")).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH"})
    void withAnotherMethodIsRefused(String method) {
        byte[] body = Hooks.renewal(Hooks.customer(), 1).toString().getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> answer =
                relay.api().call(method, "/webhooks/revenuecat", body, "Content-Type", "application/json");
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(Api.json(answer.body()).path("error").asText()).isNotBlank();
    }

    @Test
    void mayHaveACharset() {
        byte[] body = Hooks.renewal(Hooks.customer(), 1).toString().getBytes(StandardCharsets.UTF_8);
        assertThat(relay.api().call("POST", "/webhooks/revenuecat", body,
                "Content-Type", "application/json; charset=utf-8").statusCode()).isEqualTo(200);
    }

    private void assertRefused(JsonNode ignored, JsonNode webhook, String names) throws Exception {
        assertRefused(webhook, names);
    }

    private void assertRefused(JsonNode webhook, String names) throws Exception {
        assertRefused(webhook.toString().getBytes(StandardCharsets.UTF_8), names);
    }

    private void assertRefused(byte[] body, String names) throws Exception {
        long before = relay.store().number("select count(*) from event");
        HttpResponse<String> answer = relay.api().post(body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.body()).doesNotContain("Exception").doesNotContain("io.subrelay");
        JsonNode error = Api.json(answer.body());
        assertThat(error.fieldNames()).toIterable().containsExactly("error");
        assertThat(error.path("error").asText()).contains(names);
        assertThat(relay.store().number("select count(*) from event")).isEqualTo(before);
    }
}
