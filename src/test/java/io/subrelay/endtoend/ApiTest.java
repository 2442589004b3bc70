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
import io.subrelay.vendors.Fault;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API tells, and that it tells and erases all of it. */
@ParameterizedClass
@EnumSource(Store.Kind.class)
class ApiTest {

    private static FakeVendors vendors;
    private static Relay relay;
    private static Api api;

    @Parameter
    private Store.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(Store.Kind kind) {
        vendors = FakeVendors.start();
        relay = Relay.start(kind.create(), Relay.live(vendors));
        api = relay.api();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        relay.close();
        vendors.close();
    }

    @AfterEach
    void reset() {
        vendors.reset();
    }

    @ParameterizedTest
    @CsvSource({"GET,/api/customers/nobody", "GET,/api/customers/nobody/history", "DELETE,/api/customers/nobody",
            "GET,/api/events/none", "POST,/api/events/none/redeliver", "POST,/api/destinations/none/redeliver",
            "POST,/api/destinations/none/pause", "POST,/api/destinations/none/resume", "POST,/api/events/none/retry",
            "POST,/api/customers/nobody/retry", "POST,/api/destinations/none/retry",
            "POST,/api/events/x/retry?destination=none", "POST,/api/destinations/none/backfill",
            "POST,/api/destinations/none/backfill?since=2026-01-31",
            "GET,/api/nothing", "GET,/nothing", "GET,/application.properties", "GET,/README.md", "GET,/docs/",
            "GET,/api/nothing?really=1", "GET,/api/customers/%ed%a0%80"})
    void whatIsNotThereIsNotFound(String method, String path) {
        HttpResponse<String> answer = api.call(method, path, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(Api.json(answer.body()).path("error").asText()).isNotBlank();
    }

    /** PostgreSQL has no texts with it. */
    @ParameterizedTest
    @CsvSource({"GET,/api/customers/%00", "GET,/api/customers/a%00/history", "DELETE,/api/customers/%00",
            "GET,/api/events/%00", "GET,/api/events/%00/preview", "POST,/api/events/%00/redeliver",
            "POST,/api/events/%00/retry", "POST,/api/customers/%00/retry", "POST,/api/destinations/%00/retry",
            "GET,/api/events?destination=%00", "GET,/api/events?state=dead&destination=a%00",
            "GET,/api/events?after=%00", "GET,/api/events?kind=%00", "GET,/api/search?q=a%00",
            "GET,/api/dead-letters?destination=%00", "POST,/api/destinations/segment/redeliver?reason=%00",
            "POST,/api/destinations/statsig/redeliver?dry-run=%00", "GET,/api/destinations/%00/timeline"})
    void aNullCharacterIsRefused(String method, String path) {
        HttpResponse<String> answer = api.call(method, path, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(Api.json(answer.body()).path("error").asText()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource({"/api/events?limit=many,limit accepts a whole number", "/api/events?limit=-1,limit accepts",
            "/api/events?limit=1e3,limit accepts", "/api/events?limit=1&limit=2,limit accepts",
            "/api/events?after=x,after accepts", "/api/events?after=99999999999999999999,after accepts",
            "/api/events?state=daed,state accepts dead", "/api/events?environment=test,environment accepts",
            "/api/events?since=yesterday,since accepts a time", "/api/search?q=,q accepts an id",
            "/api/dead-letters?until=now,until accepts a time",
            "/api/gaps?after=x,after accepts the next", "/api/previews?before=x,before and since accept",
            "/api/previews?since=1e12,before and since accept",
            "/api/books?day=2026-02-31,day accepts a day", "/api/books?day=now,day accepts a day",
            "/api/books?zone=Berlin,zone accepts the name",
            "/api/books?days=0,days accepts a whole number from 1 to 366",
            "/api/books?days=367,days accepts",
            "/api/destinations/segment/timeline?hours=0,hours accepts",
            "/api/destinations/segment/timeline?hours=a,hours accepts a whole number from 1 to 9999"})
    void aParameterThatCannotBeIsRefused(String path, String error) {
        HttpResponse<String> answer = api.call("GET", path, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(Api.json(answer.body()).path("error").asText()).startsWith(error);
    }

    /** What was meant to be tried is not done. */
    @ParameterizedTest
    @CsvSource({"/api/destinations/segment/redeliver?dry-run=1,dry-run", "/api/import?dry-run=yes,dry-run",
            "/api/destinations/segment/backfill?of=state&dry-run=on,dry-run", "/api/import?correct=on,correct",
            "/api/destinations/segment/backfill?dry-run=true&dry-run=true,dry-run"})
    void whatIsNeitherTrueNorFalseIsRefused(String path, String name) {
        HttpResponse<String> answer =
                api.call("POST", path, new byte[0], "Content-Type", "application/x-ndjson");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(Api.json(answer.body()).path("error").asText()).isEqualTo(name + " accepts true or false");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/events?limit=3", "/api/events?limit=100000&after=0", "/api/events?state=&destination=",
                    "/api/events?destination=segment&state=retrying", "/api/destinations/segment/timeline?hours=9999"})
    void aParameterThatCanBeIsTaken(String path) {
        HttpResponse<String> answer = api.call("GET", path, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().map()).containsEntry("Cache-Control", List.of("no-store"))
                .containsEntry("X-Content-Type-Options", List.of("nosniff"))
                .doesNotContainKeys("limit", "after", "state", "destination", "hours", "User-Agent");
        assertThat(Api.json(answer.body()).isArray()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/console/app.js", "/api/destinations"})
    void isNotForPagesWhoseNameLeadsHere(String path) {
        assertThat(api.getAs("rebound.example", path)).startsWith("403").contains("admin.password");
        assertThat(api.getAs("localhost", path)).startsWith("200");
    }

    @Test
    void findsACustomerByAnyOfItsIds() {
        String customer = Hooks.customer();
        api.accept(Hooks.renewal(customer, 1, customer + " with/odd?id&%41", "$RCAnonymousID:" + customer));
        for (String id : List.of(customer, customer + " with/odd?id&%41", "$RCAnonymousID:" + customer)) {
            JsonNode found = api.get("/api/customers/" + Api.encoded(id));
            assertThat(found.path("app_user_id").asText()).isEqualTo(customer);
            assertThat(found.path("original_app_user_id").asText()).isEqualTo(customer);
            assertThat(found.path("last_seen_app_user_id").asText()).isEqualTo(customer);
            assertThat(found.path("aliases")).hasSize(3);
            assertThat(found.path("subscriber_attributes").path("$onesignalUserId").asText())
                    .isEqualTo("os-" + customer);
            assertThat(found.path("subscription_status").asText()).isEqualTo("active");
            assertThat(found.path("active_entitlements").get(0).asText()).isEqualTo("pro");
            assertThat(found.path("subscriptions")).hasSize(1);
            assertThat(api.history(id)).hasSize(1);
        }
    }

    @Test
    void tellsWhatBecameOfEachEventNewestFirst() {
        String customer = Hooks.customer();
        vendors.statsig().next(1, Fault.answer(503));
        api.accept(Hooks.renewal(customer, 1), Hooks.renewal(customer, 2));
        await().untilAsserted(() -> assertThat(api.delivery(Hooks.id(customer, 2), "statsig").path("state").asText())
                .isEqualTo("delivered"));
        JsonNode history = api.history(customer);
        assertThat(history.findValuesAsText("event_id")).containsExactly(Hooks.id(customer, 2), Hooks.id(customer, 1));
        JsonNode first = history.get(1);
        assertThat(first.path("type").asText()).isEqualTo("RENEWAL");
        assertThat(first.path("kind").asText()).isEqualTo("renewal");
        assertThat(first.path("happened_at").asText()).matches("\\d{4}-.*Z");
        assertThat(first.path("received_at").asText()).matches("\\d{4}-.*Z");
        assertThat(first.path("deliveries").findValuesAsText("destination"))
                .containsExactly("amplitude", "onesignal", "segment", "statsig");
        JsonNode statsig = first.path("deliveries").get(3);
        assertThat(statsig.path("state").asText()).isEqualTo("delivered");
        assertThat(statsig.path("attempts").asInt()).isEqualTo(2);
        assertThat(statsig.path("response_code").asInt()).isEqualTo(200);
        assertThat(statsig.path("delivered_at").asText()).matches("\\d{4}-.*Z");
        assertThat(statsig.path("next_attempt_at").isNull()).isTrue();

        JsonNode event = api.get("/api/events/" + Hooks.id(customer, 1));
        assertThat(event.path("webhook")).isEqualTo(Hooks.renewal(customer, 1));
        JsonNode attempts = api.delivery(Hooks.id(customer, 1), "statsig").path("attempts");
        assertThat(attempts).hasSize(2);
        assertThat(attempts.get(0).path("response_code").asInt()).isEqualTo(503);
        assertThat(attempts.get(1).path("response_code").asInt()).isEqualTo(200);
    }

    @Test
    void tellsWhatIsStillToBeDone() {
        String customer = Hooks.customer();
        vendors.statsig().always(Fault.answer(503, java.util.Map.of("Retry-After", "3"), "busy"));
        api.accept(Hooks.renewal(customer, 1), Hooks.renewal(customer, 2));
        await().untilAsserted(() -> assertThat(api.delivery(Hooks.id(customer, 1), "statsig").path("state").asText())
                .isEqualTo("retrying"));
        JsonNode delivery = api.history(customer).get(1).path("deliveries").get(3);
        assertThat(delivery.path("state").asText()).isEqualTo("retrying");
        assertThat(delivery.path("response_code").asInt()).isEqualTo(503);
        assertThat(delivery.path("reason").asText()).isEqualTo("busy");
        assertThat(delivery.path("next_attempt_at").asText()).matches("\\d{4}-.*Z");
        assertThat(api.history(customer).get(0).path("deliveries").get(3).path("state").asText()).isEqualTo("pending");
        JsonNode statsig = api.destination("statsig");
        assertThat(statsig.path("mode").asText()).isEqualTo("live");
        assertThat(statsig.path("retrying").asInt()).isEqualTo(1);
        assertThat(statsig.path("pending").asInt()).isEqualTo(1);
        await().untilAsserted(
                () -> assertThat(api.destination("statsig").path("oldest_pending_seconds").asInt()).isPositive());
        vendors.statsig().recover();
        await().untilAsserted(() -> assertThat(api.destination("statsig").path("pending").asInt()
                + api.destination("statsig").path("retrying").asInt()).isZero());
        assertThat(api.destination("statsig").path("circuit").asText()).isEqualTo("closed");
        assertThat(api.destination("statsig").path("oldest_pending_seconds").asInt()).isZero();
    }

    @Test
    void previewStoresNothingAndSendsNothing() throws Exception {
        await().until(() -> api.get("/api/destinations").findValuesAsText("pending").stream().allMatch("0"::equals));
        List<String> before = stored();
        String customer = Hooks.customer();
        JsonNode preview = api.preview(Hooks.renewal(customer, 1));
        assertThat(preview.fieldNames()).toIterable().containsExactlyInAnyOrder("segment", "amplitude", "onesignal",
                "statsig");
        for (JsonNode destination : preview) {
            assertThat(destination.path("decision").asText()).isEqualTo("send");
            assertThat(destination.path("requests")).hasSize(1);
            assertThat(destination.path("requests").get(0).path("url").asText()).startsWith("http://127.0.0.1:");
        }
        assertThat(preview.toString()).doesNotContain("segment-key").doesNotContain("amplitude-key")
                .doesNotContain("onesignal-key").doesNotContain("statsig-key");
        JsonNode test = api.preview(Hooks.example("test"));
        assertThat(test.path("statsig").path("decision").asText()).isEqualTo("skip");
        assertThat(test.path("statsig").path("reason").asText()).contains("test");
        assertThat(api.call("GET", "/api/customers/" + customer, null).statusCode()).isEqualTo(404);
        assertThat(stored()).containsExactlyInAnyOrderElementsOf(before);
        assertThat(vendors.all()).allMatch(vendor -> vendor.requests().isEmpty());
        assertThat(api.call("POST", "/api/preview", "nonsense".getBytes(), "Content-Type", "application/json")
                .statusCode()).isEqualTo(400);
    }

    /** Everything but how far destinations are, which is written down now and then. */
    private static List<String> stored() throws Exception {
        return relay.store().everything().stream().filter(value -> !value.startsWith("outbox_position.")).toList();
    }

    @Test
    void previewTellsWhatIsThenSent() {
        String customer = Hooks.customer();
        api.accept(Hooks.renewal(customer, 1));
        await().until(() -> api.get("/api/destinations").findValuesAsText("pending").stream().allMatch("0"::equals));
        JsonNode preview = api.preview(Hooks.renewal(customer, 2));
        vendors.reset();
        api.accept(Hooks.renewal(customer, 2));
        await().until(() -> vendors.all().stream().noneMatch(vendor -> vendor.accepted().isEmpty()));
        assertThat(vendors.segment().accepted().get(0).body()).isEqualTo(preview.at("/segment/requests/0/body"));
        assertThat(vendors.onesignal().accepted().get(0).body()).isEqualTo(preview.at("/onesignal/requests/0/body"));
        assertThat(vendors.statsig().accepted().get(0).body()).isEqualTo(preview.at("/statsig/requests/0/body"));
        assertThat(vendors.amplitude().accepted().get(0).body().path("events"))
                .isEqualTo(preview.at("/amplitude/requests/0/body/events"));
    }

    @Test
    void erasesACustomerEverywhere() throws Exception {
        String customer = Hooks.customer() + "-secret";
        String other = Hooks.customer();
        vendors.statsig().when(request -> request.text().contains(customer), Integer.MAX_VALUE,
                Fault.tooMany(1));
        vendors.amplitude().when(request -> request.text().contains(customer), Integer.MAX_VALUE,
                Fault.answer(400, java.util.Map.of(), "{\"error\":\"" + customer + "\"}"));
        for (int n = 1; n <= 3; n++) {
            ObjectNode webhook = Hooks.renewal(customer, n, "alias-of-" + customer);
            Hooks.event(webhook).withObject("subscriber_attributes").putObject("$email")
                    .put("value", customer + "@example.com").put("updated_at_ms", n);
            api.accept(webhook);
        }
        api.accept(Hooks.renewal("earlier-" + customer, 1));
        api.accept(Hooks.renewal(customer, 4, "earlier-" + customer));
        api.accept(Hooks.renewal(other, 1));
        ObjectNode transfer = Hooks.example("transfer");
        Hooks.event(transfer).put("id", "transfer-" + customer).putArray("transferred_from").add(customer);
        Hooks.event(transfer).putArray("transferred_to").add("heir-" + other);
        api.accept(transfer);
        await().untilAsserted(() -> assertThat(api.delivery(Hooks.id(customer, 4), "segment").path("state").asText())
                .isEqualTo("delivered"));
        JsonNode before = api.destination("statsig");
        assertThat(before.path("pending").asInt() + before.path("retrying").asInt()).isPositive();
        JsonNode erased = api.call("DELETE", "/api/customers/alias-of-" + customer);
        // five webhooks, and that the merge was told of the earlier id
        assertThat(erased.path("erased").asInt()).isEqualTo(6);
        assertThat(api.call("GET", "/api/customers/" + customer, null).statusCode()).isEqualTo(404);
        assertThat(api.call("GET", "/api/events/" + Hooks.id(customer, 1), null).statusCode()).isEqualTo(404);
        vendors.reset();
        api.accept(Hooks.renewal(other, 2));
        await().untilAsserted(() -> assertThat(api.delivery(Hooks.id(other, 2), "statsig").path("state").asText())
                .isEqualTo("delivered"));
        await().untilAsserted(() -> assertThat(relay.store().everything()).noneMatch(value -> value.contains(customer)
                && !value.contains("transfer-")));
        await().untilAsserted(() -> assertThat(api.destination("statsig").path("pending").asInt()
                + api.destination("statsig").path("retrying").asInt()).isZero());
        assertThat(vendors.statsig().requests())
                .allMatch(request -> !request.text().contains(customer) || request.text().contains("transfer-"));
    }

    @Test
    void tellsBothSidesOfATransfer() {
        String from = Hooks.customer();
        String to = Hooks.customer();
        api.accept(Hooks.renewal(from, 1));
        ObjectNode transfer = Hooks.example("transfer");
        JsonNode renewal = Hooks.renewal(from, 2).path("event");
        Hooks.event(transfer).put("id", "transfer-" + from).set("event_timestamp_ms",
                renewal.get("event_timestamp_ms"));
        Hooks.event(transfer).set("store", renewal.get("store"));
        Hooks.event(transfer).set("app_id", renewal.get("app_id"));
        Hooks.event(transfer).putArray("transferred_from").add(from);
        Hooks.event(transfer).putArray("transferred_to").add(to);
        api.accept(transfer);
        assertThat(api.history(from).findValuesAsText("kind")).containsExactly("customer_update", "transfer",
                "renewal");
        assertThat(api.history(to).findValuesAsText("kind")).containsExactly("customer_update", "transfer");
        assertThat(api.get("/api/customers/" + to).path("active_entitlements").get(0).asText()).isEqualTo("pro");
        assertThat(api.get("/api/customers/" + from).path("active_entitlements")).isEmpty();
    }

    @Test
    void tellsTheWholeHistoryOfCustomersThatWereMerged() {
        String one = Hooks.customer();
        String two = Hooks.customer();
        api.accept(Hooks.renewal(one, 1), Hooks.renewal(two, 2), Hooks.renewal(two, 3, one), Hooks.renewal(one, 4));
        for (String id : List.of(one, two)) {
            assertThat(api.history(id)).extracting(
                    it -> it.path("kind").asText().equals("renewal") ? it.path("event_id").asText()
                            : it.path("reason").asText())
                    .containsExactly(Hooks.id(one, 4), "merge", Hooks.id(two, 3), Hooks.id(two, 2), Hooks.id(one, 1));
        }
    }
}
