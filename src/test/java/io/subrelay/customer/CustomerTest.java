package io.subrelay.customer;

import static io.subrelay.customer.Given.given;
import static io.subrelay.customer.Given.transfer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.event.Event;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who a customer is, and what is known of one besides subscriptions. */
class CustomerTest {

    @Test
    void showsWhatAnEnrichedEventCarries() {
        Crowd crowd = Crowd.after(given("INITIAL_PURCHASE", 10).of("ann").with("original_app_user_id", "first")
                .aliases("first", "$anon").on("sub").period("TRIAL").expires(90).gives("pro", "plus")
                .attribute("$email", "a@x", 5).event());
        assertThat(crowd.view("$anon", 20).toEventJson().toString()).isEqualTo("""
                {"app_user_id":"ann","original_app_user_id":"first","last_seen_app_user_id":"ann",\
                "aliases":["first","$anon"],"subscriber_attributes":{"$email":"a@x"},\
                "subscription_status":"trial","active_entitlements":["plus","pro"]}""");
    }

    @Test
    void showsSubscriptionsInTheApi() {
        JsonNode api = Crowd.after(
                given("INITIAL_PURCHASE", 10).of("ann").on("sub").period("NORMAL").expires(90).gives("pro")
                        .with("environment", "SANDBOX").with("purchased_at_ms", 9).event(),
                given("TEST", 5).of("ann").on("test").expires(90).gives("all").event(),
                given("BILLING_ISSUE", 20).of("ann").on("sub").period("NORMAL").expires(20).gives("pro")
                        .with("environment", "SANDBOX").with("grace_period_expiration_at_ms", 40).event())
                .api("ann", 30);
        assertThat(api.path("environment").asText()).as("of a customer who has only that").isEqualTo("SANDBOX");
        assertThat(api.at("/environments/PRODUCTION").toString())
                .isEqualTo("{\"status\":null,\"entitlements\":[],\"subscriptions\":[]}");
        assertThat(api.at("/environments/SANDBOX/status").asText()).isEqualTo("grace_period");
        assertThat(api.at("/environments/SANDBOX/subscriptions")).isEqualTo(api.path("subscriptions"));
        assertThat(api.path("first_seen_at_ms").asLong()).isEqualTo(5);
        assertThat(api.path("last_seen_at_ms").asLong()).isEqualTo(20);
        assertThat(api.path("active_entitlements").toString()).isEqualTo("[\"pro\"]");
        assertThat(api.path("subscriptions").toString()).isEqualTo("""
                [{"subscription_key":"sub","store":"APP_STORE","product_id":"monthly","environment":"SANDBOX",\
                "period_type":"NORMAL","is_subscription":true,"status":"grace_period","purchased_at_ms":9,\
                "expires_at_ms":20,"grace_period_expires_at_ms":40,"auto_resume_at_ms":null,"cancel_reason":null,\
                "expiration_reason":null,"entitlements":["pro"],"newest_event_at_ms":20}]""");
    }

    @Test
    void isShownEvenWhereNoEventNamesAnyone() {
        assertThat(new Customer().view(Environment.PRODUCTION, id -> null, 20).toEventJson().toString()).isEqualTo("""
                {"app_user_id":null,"original_app_user_id":null,"last_seen_app_user_id":null,\
                "aliases":[],"subscriber_attributes":{},"subscription_status":null,"active_entitlements":[]}""");
    }

    @Test
    void writesNullWhereNothingIsKnown() {
        Crowd crowd = Crowd.after(transfer(10, List.of("from"), List.of("to", "also")));
        assertThat(crowd.view("also", 20).toEventJson().toString()).isEqualTo("""
                {"app_user_id":"to","original_app_user_id":null,"last_seen_app_user_id":"to",\
                "aliases":["also"],"subscriber_attributes":{},"subscription_status":null,"active_entitlements":[]}""");
        assertThat(crowd.view("from", 20).appUserId()).isEqualTo("from");
    }

    @Test
    void listsAliasesInTheOrderOfFirstSightAndLosesNoId() {
        Crowd crowd = Crowd.after(
                given("RENEWAL", 30).of("now").with("original_app_user_id", "first").aliases("c", "a").event(),
                given("RENEWAL", 20).of("before").with("original_app_user_id", "first").aliases("b", "a").event(),
                given("RENEWAL", 25).of("c").with("original_app_user_id", "elder").event());
        JsonNode api = crowd.api("elder", 40);
        assertThat(api.path("aliases").toString()).isEqualTo("[\"b\",\"a\",\"c\",\"before\",\"elder\"]");
        assertThat(api.path("original_app_user_id").asText()).isEqualTo("first");
        assertThat(api.path("last_seen_app_user_id").asText()).isEqualTo("now");
    }

    @Test
    void anEarlierEventCompletesButDoesNotTakeOver() {
        Customer customer = new Customer();
        Event newer = given("RENEWAL", 20).of("new").on("sub").event();
        Event older = given("EXPIRATION", 10).of("old").on("sub").with("original_app_user_id", "orig").aliases("new")
                .event();
        customer.add(newer);
        assertThat(customer.isLate(newer)).isFalse();
        assertThat(customer.isLate(older)).isTrue();
        customer.add(older);
        assertThat(customer.isLate(newer)).isFalse();
        assertThat(customer.isLate(older)).isTrue();
        // Of one moment: a renewal comes before an expiration.
        assertThat(customer.isLate(given("EXPIRATION", 20).event())).isFalse();
        assertThat(customer.isLate(given("INITIAL_PURCHASE", 20).event())).isTrue();
        assertThat(customer.newestEventAt()).isEqualTo(20);
        // What writes no state, or that of another environment, makes nothing late.
        customer.add(given("RENEWAL", 30).of("new").event());
        customer.add(given("VIRTUAL_CURRENCY_TRANSACTION", 30).of("new").on("sub").event());
        customer.add(given("RENEWAL", 30).id("s").of("new").on("sub").with("purchase_environment", "SANDBOX").event());
        assertThat(customer.isLate(newer)).isFalse();
        assertThat(Customer.parse(customer.toJson()).isLate(older)).isTrue();
        assertThat(customer.ids()).containsExactlyInAnyOrder("new", "old", "orig");
        assertThat(customer.view(Environment.PRODUCTION, id -> null, 0).appUserId()).isEqualTo("new");
    }

    @Test
    void keepsAttributesByWhenTheyWereSet() {
        Crowd crowd = Crowd.after(
                given("TEST", 50).of("ann").attribute("a", "new", 40).attribute("gone", "", 40)
                        .attribute("no", null, 40).event(),
                given("TEST", 60).of("ann").attribute("a", "old", 30).attribute("gone", "x", 39)
                        .attribute("back", "", 1).event(),
                given("TEST", 10).of("ann").attribute("back", "here", 2).attribute("no", "y", 40).event(),
                given("TEST", 70).of("ann").with("subscriber_attributes", fields(
                        "bare", "text", "number", 5, "untimed", Map.of("value", "v"), "list", List.of(1),
                        "nested", Map.of("value", Map.of("x", 1)), "none", null, "empty", Map.of(),
                        "oddly timed", Map.of("value", "w", "updated_at_ms", "soon"))).event(),
                given("TEST", 69).of("ann").attribute("bare", "older", 69).attribute("untimed", "newer", 71).event());
        assertThat(crowd.api("ann", 80).path("subscriber_attributes").toString()).isEqualTo("""
                {"a":"new","back":"here","bare":"text","no":"y","number":"5","oddly timed":"w","untimed":"newer"}""");
    }

    @Test
    void anEventTakenInAgainChangesNothing() {
        Customer customer = new Customer();
        Event event = given("RENEWAL", 20).of("ann").on("sub").attribute("a", "b", 1).aliases("x").event();
        Event transfer = transfer(30, List.of("ann"), List.of("bob"));
        customer.add(event);
        customer.add(transfer);
        String once = customer.toJson();
        customer.add(event);
        customer.add(transfer);
        customer.merge(Customer.parse(once));
        customer.merge(customer);
        assertThat(customer.toJson()).isEqualTo(once);
        assertThat(Customer.parse(once).toJson()).isEqualTo(once);
    }

    @Test
    void readsTimesThatWereStoredAsSuch() {
        String stored = """
                {"newest":[30,8,"x"],"first":10,"last":["ann"],"subscriptions":{"s":[
                ["renewal",10,"r",{"store":"PLAY_STORE","product":"monthly","tx":"t","bought":9,"expires":40}],
                ["billing",20,"b",{"grace":50}],["pause",25,"p",{"grace":null,"resume":60}],
                ["expire",30,"x",{"resume":null,"expires":28}]]},"wrote":[30,8,"x","expiration"],
                "sandbox":{"subscriptions":{"t":[["renewal",15,"y",{"bought":14,"expires":null}]]},
                "wrote":[15,1,"y","renewal"]}}""";
        assertThat(Customer.parse(stored).toJson()).isEqualTo("""
                {"newest":[30,8,"x"],"first":10,"last":["ann"],"subscriptions":{"s":[\
                ["renewal",10,"r",{"store":"PLAY_STORE","product":"monthly","tx":"t","b":-1,"e":30}],\
                ["billing",20,"b",{"g":30}],["pause",25,"p",{"g":null,"r":35}],\
                ["expire",30,"x",{"e":-2,"r":null}]]},"wrote":["expiration"],\
                "sandbox":{"subscriptions":{"t":[["renewal",15,"y",{"b":-1}]]},\
                "wrote":[15,1,"y","renewal"]}}""");
        assertThat(Customer.parse(Customer.parse(stored).toJson()).toJson())
                .isEqualTo(Customer.parse(stored).toJson());
    }

    @Test
    void needsOthersOnlyAfterTransfers() {
        Customer customer = new Customer();
        customer.add(given("RENEWAL", 20).of("ann").on("sub").event());
        assertThat(customer.isInTransfers()).isFalse();
        customer.view(Environment.PRODUCTION, id -> {
            throw new AssertionError(id);
        }, 0);
        customer.add(transfer(30, List.of("ann", "eve"), List.of("bob", "bo")));
        assertThat(customer.isInTransfers()).isTrue();
        // Whoever is not known owns what went there.
        assertThat(customer.toApiJson(id -> null, 0).path("subscriptions")).isEmpty();
        customer.add(transfer(40, List.of("bob"), List.of("ann")));
        assertThat(customer.toApiJson(id -> null, 0).path("subscriptions")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INITIAL_PURCHASE", "RENEWAL", "CANCELLATION", "BILLING_ISSUE", "EXPIRATION",
            "SUBSCRIPTION_PAUSED", "PRODUCT_CHANGE", "TRANSFER", "NON_RENEWING_PURCHASE",
            "VIRTUAL_CURRENCY_TRANSACTION"})
    void fieldsOfTheWrongTypeCountAsAbsent(String type) {
        List<Object> odd = Arrays.asList(null, "", "  ", 5, 1.5, true, List.of(), Arrays.asList(null, 1, " "),
                Map.of("a", 1), BigInteger.TEN.pow(40), "text");
        List<String> names = List.of("original_app_user_id", "aliases", "subscriber_attributes", "product_id",
                "entitlement_ids", "entitlement_id", "period_type", "purchased_at_ms", "expiration_at_ms",
                "grace_period_expiration_at_ms", "auto_resume_at_ms", "store", "environment", "is_trial_conversion",
                "cancel_reason", "expiration_reason", "original_transaction_id", "transferred_from", "transferred_to");
        for (Object value : odd) {
            Crowd crowd = new Crowd();
            for (String name : names) {
                Given event = given(type, 10).id(type + name).of("ann").on("sub").expires(90).gives("pro");
                event.with("transferred_from", List.of("eve")).with("transferred_to", List.of("ann")).with(name, value);
                crowd.takeAll(List.of(event.event()), 1);
            }
            crowd.all(20);
            assertThat(crowd.view("ann", 20).appUserId()).isEqualTo("ann");
        }
        Crowd.after(given(type, 10).event(),
                given(type, 11).of(" ").with("aliases", Arrays.asList(null, 4, "")).event());
    }

    @Test
    void ignoresIdsThatAreNone() {
        Event event = given("RENEWAL", 10).with("app_user_id", 5).with("original_app_user_id", " ")
                .with("aliases", Arrays.asList(null, "", 7, "ann", "ann")).event();
        assertThat(EventIds.ofOneCustomer(event)).containsExactly("ann");
        assertThat(EventIds.transferredFrom(event)).isEmpty();
        Event transfer = transfer(10, Arrays.asList("a", null), Arrays.asList("", "b", "c"));
        assertThat(EventIds.ofOneCustomer(transfer)).containsExactly("b", "c");
        assertThat(EventIds.transferredFrom(transfer)).containsExactly("a");
        assertThat(EventIds.all(transfer)).containsExactly("b", "c", "a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "{\"ids\":5}", "{\"seen\":[[1,2]]}", "{\"what\":1}",
            "{\"newest\":[]}",
            "{\"subscriptions\":{\"s\":[[\"renewal\",1,\"e\",{\"odd\":1}]]}}", "{\"attributes\":{\"a\":[1]}}"})
    void doesNotReadWhatItDidNotWrite(String text) {
        assertThatThrownBy(() -> Customer.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }
}
