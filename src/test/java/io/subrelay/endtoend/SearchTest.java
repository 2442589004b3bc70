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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Customers, events and dead letters are found by what a person has at hand. */
@ParameterizedClass
@EnumSource(Store.Kind.class)
class SearchTest {

    private static final Pattern NEXT = Pattern.compile("<([^>]*)>; rel=\"next\"");

    private static FakeVendors vendors;
    private static Relay relay;
    private static Api api;

    @Parameter
    private Store.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(Store.Kind kind) {
        vendors = FakeVendors.start();
        relay = Relay.start(kind.create(), Relay.only(vendors, "statsig"));
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

    private static ObjectNode with(ObjectNode webhook, String attribute, String value, long updatedAt) {
        Hooks.event(webhook).withObject("subscriber_attributes").putObject(attribute)
                .put("value", value).put("updated_at_ms", updatedAt);
        return webhook;
    }

    private static JsonNode search(String typed) {
        return api.get("/api/search?q=" + Api.encoded(typed));
    }

    /** How each customer was found: {@code by id}. */
    private static List<String> customers(String typed) {
        List<String> found = new ArrayList<>();
        search(typed).path("customers").forEach(each -> found.add(
                each.path("found_by").asText() + " " + each.path("app_user_id").asText()));
        return found;
    }

    private static long rows() throws Exception {
        return relay.store().number("select count(*) from search_index");
    }

    @Test
    void aCustomerIsFoundByIdsAttributesAndTransactions() throws Exception {
        String maya = Hooks.customer() + "-maya";
        String anonymous = "$RCAnonymousID:" + "ab12cd34" + maya.hashCode();
        api.accept(with(Hooks.renewal(maya, 1, anonymous), "$email", maya + "@example.com", 1));

        assertThat(customers(maya)).containsExactly("id " + maya);
        assertThat(customers(maya.substring(0, maya.length() - 2))).containsExactly("id " + maya);
        assertThat(customers(anonymous)).containsExactly("id " + anonymous);
        assertThat(customers("AB12CD34")).contains("id " + anonymous);
        assertThat(customers(" " + maya.toUpperCase() + "@Example.com ")).containsExactly("$email " + maya);
        assertThat(customers("os-" + maya)).containsExactly("$onesignalUserId " + maya);
        assertThat(customers(maya + "-t")).containsExactly("transaction " + maya);
        assertThat(search(maya).path("customers").get(0).path("subscription_status").asText()).isEqualTo("active");
        assertThat(search(maya).path("complete").asBoolean()).isTrue();
        assertThat(customers("nobody@example.com")).isEmpty();
    }

    /** Writing it with each event would cost as much as the event. */
    @Test
    void theIndexIsWrittenOnlyWhereSomethingChanges() throws Exception {
        String maya = Hooks.customer();
        api.accept(with(Hooks.renewal(maya, 1), "$email", maya + "@old.example", 1));
        long rows = rows();
        for (int n = 2; n < 12; n++) {
            api.accept(with(Hooks.renewal(maya, n), "$email", maya + "@old.example", n));
        }
        assertThat(rows()).isEqualTo(rows);

        api.accept(with(Hooks.renewal(maya, 12), "$email", maya + "@new.example", 12));
        assertThat(customers(maya + "@new.example")).containsExactly("$email " + maya);
        assertThat(customers(maya + "@old.example")).isEmpty();
        assertThat(rows()).isEqualTo(rows);
        // one that is late changes nothing
        api.accept(with(Hooks.renewal(maya, 13), "$email", maya + "@old.example", 2));
        assertThat(customers(maya + "@new.example")).containsExactly("$email " + maya);
    }

    @Test
    void oneCustomerOfTwoIsFoundByWhatBothHad() throws Exception {
        String one = Hooks.customer();
        String two = Hooks.customer();
        long before = rows();
        api.accept(with(Hooks.renewal(one, 1), "$email", one + "@example.com", 1));
        api.accept(with(Hooks.renewal(two, 2), "$displayName", two + " Lind", 2));
        api.accept(Hooks.renewal(one, 3, two));
        assertThat(customers(one + "@example.com")).containsExactly("$email " + one);
        assertThat(customers(two + " lind")).containsExactly("$displayName " + one);
        assertThat(customers(two + "-t")).containsExactly("transaction " + one);

        api.call("DELETE", "/api/customers/" + two);
        assertThat(customers(one + "@example.com")).isEmpty();
        assertThat(customers(two)).isEmpty();
        assertThat(rows()).isEqualTo(before);
    }

    @Test
    void anEventIsFoundByTheBeginningOfItsId() {
        String customer = Hooks.customer();
        String id = "B0F94ADC-" + customer;
        ObjectNode webhook = Hooks.renewal(customer, 1);
        Hooks.event(webhook).put("id", id);
        api.accept(webhook);
        assertThat(search(id).path("events").findValuesAsText("event_id")).containsExactly(id);
        assertThat(search("b0f94adc-").path("events").findValuesAsText("event_id")).contains(id);
        assertThat(search("B0F94ADC-" + customer.substring(0, 8)).path("events").findValuesAsText("event_id"))
                .contains(id);
        assertThat(search(id + "x").path("events")).isEmpty();
        assertThat(api.call("GET", "/api/search?q=%20", null).statusCode()).isEqualTo(400);
    }

    /** The ids of all events of a list, by its links. */
    private static List<String> listed(String filters) {
        List<String> ids = new ArrayList<>();
        String path = "/api/events?limit=2&" + filters;
        for (int page = 0; path != null; page++) {
            assertThat(page).as("pages of " + filters).isLessThan(100);
            HttpResponse<String> answer = api.call("GET", path, null, "Link", "</elsewhere>; rel=\"next\"");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            ids.addAll(Api.json(answer.body()).findValuesAsText("event_id"));
            Matcher next = NEXT.matcher(answer.headers().firstValue("Link").orElse(""));
            path = next.find() ? next.group(1) : null;
        }
        return ids;
    }

    @Test
    void eventsAreFilteredAndRunOnFromPageToPage() throws Exception {
        String customer = Hooks.customer();
        Instant before = Instant.now();
        ObjectNode sandbox = Hooks.renewal(customer, 2);
        Hooks.event(sandbox).put("environment", "SANDBOX").put("type", "CANCELLATION");
        vendors.statsig().next(1, Fault.answer(400, Map.of(), "{\"error\":\"no\"}"));
        api.accept(Hooks.renewal(customer, 1));
        await().until(() -> api.history(customer).toString().contains("\"dead\""));
        ObjectNode production = Hooks.renewal(customer, 3);
        Hooks.event(production).put("a_field_after_it", "SANDBOX");
        api.accept(sandbox, production, Hooks.renewal(customer, 4));
        byte[] spaced = Hooks.renewal(customer, 5).toPrettyString().getBytes(StandardCharsets.UTF_8);
        assertThat(api.post(spaced).statusCode()).isEqualTo(200);
        await().until(() -> !api.history(customer).toString().contains("\"pending\""));
        String one = Hooks.id(customer, 1);
        String two = Hooks.id(customer, 2);
        List<String> others = List.of(Hooks.id(customer, 5), Hooks.id(customer, 4), Hooks.id(customer, 3));

        String lately = "since=" + before;
        assertThat(listed(lately)).containsExactly(others.get(0), others.get(1), others.get(2), two, one);
        assertThat(listed(lately + "&kind=cancellation")).containsExactly(two);
        assertThat(listed(lately + "&environment=SANDBOX")).containsExactly(two);
        assertThat(listed(lately + "&state=delivered&destination=statsig&environment=PRODUCTION"))
                .containsExactlyElementsOf(others);
        assertThat(listed(lately + "&state=dead,retrying")).containsExactly(one);
        assertThat(listed(lately + "&state=dead&kind=renewal&environment=PRODUCTION")).containsExactly(one);
        assertThat(listed(lately + "&state=dead&kind=cancellation")).isEmpty();
        assertThat(listed(lately + "&destination=statsig")).hasSize(5);
        assertThat(listed(lately + "&destination=segment")).isEmpty();
        assertThat(listed(lately + "&state=pending")).isEmpty();
        assertThat(listed("until=" + before)).doesNotContain(one).doesNotContainAnyElementsOf(others);

        JsonNode newest = api.get("/api/events?limit=1").get(0);
        assertThat(newest.path("app_user_id").asText()).isEqualTo(customer);
        assertThat(newest.path("product_id").asText()).isEqualTo("p-5");
        assertThat(newest.path("price").asDouble()).isEqualTo(9.99);
        assertThat(List.of(newest.path("currency").asText(), newest.path("store").asText(),
                newest.path("environment").asText())).containsExactly("USD", "APP_STORE", "PRODUCTION");
    }

    @Test
    void deadLettersAreGroupedByReasonAndGoAgainTogether() {
        String customer = Hooks.customer();
        for (int n = 1; n <= 3; n++) {
            vendors.statsig().next(1, Fault.answer(400, Map.of(),
                    "{\"error\":\"" + (n < 3 ? "customer" + n + "@example.com is unknown, code 7" + n : "too old")
                            + "\"}"));
            api.accept(Hooks.renewal(customer + n, n));
            String id = Hooks.id(customer + n, n);
            await().until(() -> api.delivery(id, "statsig").path("state").asText().equals("dead"));
        }
        JsonNode group = null;
        for (JsonNode each : api.get("/api/dead-letters?destination=statsig")) {
            group = each.path("reason").asText().contains("is unknown") ? each : group;
        }
        assertThat(group.path("reason").asText()).isEqualTo("{\"error\":\"… is unknown, code …\"}");
        assertThat(group.path("count").asInt()).isEqualTo(2);
        assertThat(group.path("response_code").asInt()).isEqualTo(400);
        assertThat(group.path("event_ids").toString()).contains(Hooks.id(customer + 1, 1), Hooks.id(customer + 2, 2));
        assertThat(api.get("/api/dead-letters?until=2020-01-01")).isEmpty();

        String again = "/api/destinations/statsig/redeliver?response-code=400&reason="
                + Api.encoded(group.path("reason").asText());
        assertThat(api.call("POST", again + "&dry-run=true").path("would_schedule").asInt()).isEqualTo(2);
        // a reason that is blank is one, too
        assertThat(api.call("POST", "/api/destinations/statsig/redeliver?dry-run=true&reason=&response-code=")
                .path("would_schedule").asInt(-1)).isZero();
        assertThat(api.call("POST", again + "&until=2020-01-01").path("scheduled").asInt()).isZero();
        assertThat(api.call("POST", again).path("scheduled").asInt()).isEqualTo(2);
        await().until(() -> api.delivery(Hooks.id(customer + 1, 1), "statsig").path("state").asText()
                .equals("delivered"));
        assertThat(api.delivery(Hooks.id(customer + 3, 3), "statsig").path("state").asText()).isEqualTo("dead");
    }

    @Test
    void aTestEventIsTakenInAndSentToNobody() {
        String id = api.call("POST", "/api/test-event").path("event_id").asText();
        await().until(() -> api.delivery(id, "statsig").path("state").asText().equals("skipped"));
        assertThat(vendors.statsig().requests()).isEmpty();
    }
}
