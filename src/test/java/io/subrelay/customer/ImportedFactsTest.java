package io.subrelay.customer;

import static io.subrelay.customer.Given.given;
import static io.subrelay.customer.Given.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.event.Event;
import io.subrelay.imports.ImportReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the REST API told, alone and among webhooks. Times are seconds since the epoch; the API is asked at 1000. */
class ImportedFactsTest {

    private static final long ASKED = 1000;

    /** An answer of the API. */
    private static final class Answer {

        private final ObjectNode answer = Given.JSON.createObjectNode();
        private final ObjectNode subscriber = answer.putObject("subscriber");

        private Answer(String id, long askedAt) {
            answer.put("request_date", date(askedAt)).put("request_date_ms", askedAt * 1000);
            subscriber.put("original_app_user_id", id).put("first_seen", date(1)).put("last_seen", date(askedAt - 1));
            subscriber.putObject("entitlements");
            subscriber.putObject("non_subscriptions");
            subscriber.putObject("subscriptions");
        }

        private static String date(long at) {
            return Instant.ofEpochSecond(at).toString();
        }

        Answer subscription(String product, long bought, Long expires, Map<String, Object> more) {
            ObjectNode told = subscriber.withObject("/subscriptions").putObject(product);
            told.put("purchase_date", date(bought)).put("original_purchase_date", date(1)).put("store", "app_store")
                    .put("period_type", "normal").put("is_sandbox", false).put("ownership_type", "PURCHASED")
                    .put("expires_date", expires == null ? null : date(expires)).putNull("unsubscribe_detected_at");
            more.forEach((name, value) -> {
                if (value instanceof Number at) {
                    told.put(name, date(at.longValue()));
                } else {
                    told.put(name, (String) value);
                }
            });
            subscriber.withObject("/entitlements").putObject("gives-" + product).put("product_identifier", product);
            return this;
        }

        Answer oneTime(String product, String transaction, long bought) {
            subscriber.withObject("/non_subscriptions").withArray(product).addObject().put("id", "x")
                    .put("store", "app_store").put("is_sandbox", false).put("purchase_date", date(bought))
                    .put("store_transaction_id", transaction);
            subscriber.withObject("/entitlements").putObject("gives-" + product).put("product_identifier", product);
            return this;
        }

        Event event() {
            return new ImportReader().read(answer.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Answer answer(long askedAt) {
        return new Answer("ann", askedAt);
    }

    private static Answer monthly(long bought, long expires, Map<String, Object> more) {
        return answer(ASKED).subscription("monthly", bought, expires, more);
    }

    /** A webhook about the subscription. */
    private static Given hook(String type, long at, long bought, long expires) {
        return given(type, at * 1000).of("ann").on("first").with("transaction_id", "t" + bought).period("NORMAL")
                .with("purchased_at_ms", bought * 1000).expires(expires * 1000).gives("gives-monthly");
    }

    /** Its status, entitlements and the subscription that stands, whatever the order of the events. */
    private static JsonNode state(long atSeconds, Event... events) {
        Set<JsonNode> states = new HashSet<>();
        LifecycleTest.permute(new ArrayList<>(List.of(events)), 0,
                order -> states.add(new Crowd().takeAll(order, 1 + order.size() % 2).api("ann", atSeconds * 1000)));
        assertThat(states).as("one state in any order").hasSize(1);
        return states.iterator().next();
    }

    private static Event[] and(Event event, Event... others) {
        List<Event> all = new ArrayList<>(List.of(others));
        all.add(event);
        return all.toArray(Event[]::new);
    }

    @ParameterizedTest
    @CsvSource({
            "active, normal, 900, 2000, , , , , ,",
            "trial, trial, 900, 2000, , , , , ,",
            "intro, intro, 900, 2000, , , , , ,",
            "promotional, promotional, 900, 2000, , , , , promotional,",
            "promotional, normal, 900, 2000, , , , , promotional,",
            "cancelled, normal, 900, 2000, 950, , , , ,",
            "cancelled_trial, trial, 900, 2000, 950, , , , ,",
            "grace_period, normal, 900, 990, 991, 1500, , , ,",
            "grace_period_trial, trial, 900, 990, , 1500, , , ,",
            "paused, normal, 900, 2000, , , 3000, , play_store,",
            "paused, normal, 900, 990, 950, , 3000, , play_store,",
            "expired, normal, 900, 990, , , 995, , play_store,",
            "expired, normal, 900, 990, 950, , , , ,",
            "expired, normal, 900, 990, , 999, , , ,",
            "expired, normal, 900, 2000, , , , 950, ,",
            "expired_promotional, promotional, 900, 990, , , , , promotional,"})
    void tells_each_status(String status, String period, long bought, long expires, Long unsubscribed, Long grace,
            Long resume, Long refunded, String store) {
        Map<String, Object> more = new TreeMap<>(Map.of("period_type", period));
        Map<String, Object> optional = new TreeMap<>();
        optional.put("unsubscribe_detected_at", unsubscribed);
        optional.put("grace_period_expires_date", grace);
        optional.put("auto_resume_date", resume);
        optional.put("refunded_at", refunded);
        optional.put("store", store);
        optional.forEach((name, value) -> {
            if (value != null) {
                more.put(name, value);
            }
        });
        Crowd crowd = Crowd.after(monthly(bought, expires, more).event());
        assertThat(crowd.status("ann")).isEqualTo(status);
        boolean access = !status.startsWith("expired") && (expires > ASKED || grace != null);
        assertThat(crowd.active("ann", ASKED * 1000)).isEqualTo(access ? List.of("gives-monthly") : List.of());
    }

    @Test
    void joins_the_subscription_that_webhooks_name() {
        Event[] hooks = {hook("INITIAL_PURCHASE", 801, 800, 900).event(), hook("RENEWAL", 901, 900, 2000).event(),
                hook("CANCELLATION", 950, 900, 2000).with("cancel_reason", "UNSUBSCRIBE").event()};
        JsonNode without = state(1001, hooks);
        for (String transaction : new String[] {null, "t900"}) {
            Map<String, Object> more = new TreeMap<>(Map.of("unsubscribe_detected_at", 950));
            more.put("store_transaction_id", transaction);
            JsonNode with = state(1001, and(monthly(900, 2000, more).event(), hooks));
            assertThat(with.path("subscriptions")).isEqualTo(without.path("subscriptions"));
            assertThat(with.path("subscription_status").asText()).isEqualTo("cancelled");
            assertThat(with.path("active_entitlements").toString()).isEqualTo("[\"gives-monthly\"]");
        }
    }

    @Test
    void newer_webhooks_win() {
        Event answer = monthly(900, 2000, Map.of()).event();
        assertThat(state(1600, and(answer, hook("EXPIRATION", 1500, 900, 1500).event()))
                .path("subscription_status").asText()).isEqualTo("expired");
        JsonNode renewed = state(2100, and(answer, hook("RENEWAL", 2001, 2000, 3000).event()));
        assertThat(renewed.path("subscriptions")).hasSize(1);
        assertThat(renewed.at("/subscriptions/0/expires_at_ms").asLong()).isEqualTo(3_000_000);
        assertThat(state(1200, and(answer, hook("CANCELLATION", 1100, 900, 2000).event()))
                .path("subscription_status").asText()).isEqualTo("cancelled");
    }

    /** Of the period before the one that the answer tells. */
    @Test
    void older_webhooks_complete_it() {
        JsonNode state = state(1001, monthly(900, 2000, Map.of()).event(),
                hook("EXPIRATION", 890, 800, 890).with("app_id", "app").event(),
                hook("CANCELLATION", 850, 800, 890).with("cancel_reason", "UNSUBSCRIBE").event());
        assertThat(state.path("subscription_status").asText()).isEqualTo("active");
        assertThat(state.path("subscriptions")).hasSize(1);
        assertThat(state.at("/subscriptions/0/cancel_reason").isNull()).isTrue();
        assertThat(state.at("/subscriptions/0/subscription_key").asText()).isEqualTo("first");
    }

    @Test
    void heals_what_was_missed() {
        Event bought = hook("RENEWAL", 901, 900, 1200).event();
        Event cancelled = hook("CANCELLATION", 950, 900, 1200).with("cancel_reason", "UNSUBSCRIBE").event();
        JsonNode state = state(1300, bought, cancelled, monthly(900, 2000, Map.of()).event());
        assertThat(state.path("subscription_status").asText()).as("uncancelled, and extended").isEqualTo("active");
        assertThat(state.path("active_entitlements")).hasSize(1);
        assertThat(state.at("/subscriptions/0/cancel_reason").isNull()).isTrue();
        Event paused = hook("SUBSCRIPTION_PAUSED", 950, 900, 1200).with("auto_resume_at_ms", 1).event();
        assertThat(state(1300, bought, paused, monthly(900, 2000, Map.of()).event())
                .at("/subscriptions/0/auto_resume_at_ms").isNull()).isTrue();
        assertThat(state(1300, bought, monthly(900, 990, Map.of()).event()).path("subscription_status").asText())
                .isEqualTo("expired");
    }

    @Test
    void of_several_the_one_with_the_newest_event_stands() {
        Answer answer = monthly(100, 2000, Map.of()).subscription("other", 800, 900L, Map.of());
        JsonNode state = state(1001, answer.event());
        assertThat(state.path("subscription_status").asText()).as("expired at 900").isEqualTo("expired");
        assertThat(state.path("active_entitlements").toString()).isEqualTo("[\"gives-monthly\"]");
        answer.subscription("monthly", 100, 2000L, Map.of("unsubscribe_detected_at", 950));
        assertThat(state(1001, answer.event()).path("subscription_status").asText()).isEqualTo("cancelled");
    }

    /** In the App Store both products are of one original transaction. */
    @Test
    void an_earlier_product_of_the_subscription_says_nothing() {
        Answer answer = answer(ASKED).subscription("yearly", 300, 5000L, Map.of("store_transaction_id", "t300"))
                .subscription("monthly", 100, 300L, Map.of("store_transaction_id", "t100"));
        JsonNode state = state(1001, answer.event(), hook("INITIAL_PURCHASE", 101, 100, 300).event(),
                hook("RENEWAL", 301, 300, 5000).with("product_id", "yearly").event());
        assertThat(state.path("subscription_status").asText()).isEqualTo("active");
        assertThat(state.path("subscriptions")).hasSize(1);
        assertThat(state.at("/subscriptions/0/product_id").asText()).isEqualTo("yearly");
    }

    @Test
    void a_later_answer_wins_and_the_same_one_changes_nothing() {
        Event answer = monthly(900, 2000, Map.of()).event();
        Event later = answer(1800).subscription("monthly", 900, 1700L, Map.of()).event();
        assertThat(state(1900, answer, later, hook("RENEWAL", 901, 900, 2000).event())
                .path("subscription_status").asText()).isEqualTo("expired");
        assertThat(monthly(900, 2000, Map.of()).event().id()).isEqualTo(answer.id());
        Map<String, String> once = Crowd.after(answer).all(0);
        assertThat(Crowd.after(answer, answer).all(0)).isEqualTo(once);
    }

    @Test
    void a_purchase_that_is_no_subscription_is_told_once() {
        Event answer = answer(ASKED).oneTime("gem", "g1", 500).oneTime("gem", "g2", 600).event();
        Given bought = given("NON_RENEWING_PURCHASE", 500_100).of("ann").on("g1").with("product_id", "gem")
                .with("transaction_id", "g1").gives("gives-gem");
        JsonNode state = state(1001, answer, bought.event());
        assertThat(state.path("subscriptions")).hasSize(2);
        assertThat(state.path("subscription_status").isNull()).isTrue();
        assertThat(state.path("active_entitlements").toString()).isEqualTo("[\"gives-gem\"]");
        Event refund = given("CANCELLATION", 1_100_000).of("ann").on("g1").with("product_id", "gem")
                .with("transaction_id", "g1").with("cancel_reason", "CUSTOMER_SUPPORT").event();
        assertThat(state(1200, answer, bought.event(), refund).path("active_entitlements")).hasSize(1);
        Event one = answer(ASKED).oneTime("gem", "g1", 500).event();
        assertThat(state(1200, one, bought.event(), refund).path("active_entitlements")).isEmpty();
        assertThat(state(1200, one, refund).path("active_entitlements")).isEmpty();
    }

    @Test
    void goes_along_with_a_transfer() {
        Event[] events = {monthly(900, 2000, Map.of("store_transaction_id", "t900")).event(),
                hook("RENEWAL", 901, 900, 2000).event(), transfer(1_100_000, List.of("ann"), List.of("bob"))};
        LifecycleTest.permute(new ArrayList<>(List.of(events)), 0, order -> {
            Crowd crowd = new Crowd().takeAll(order, 1);
            assertThat(crowd.status("ann")).isNull();
            assertThat(crowd.status("bob")).isEqualTo("active");
            assertThat(crowd.api("bob", 1_200_000).path("subscriptions")).hasSize(1);
        });
    }

    @Test
    void is_by_the_id_that_events_name() {
        Event answer = new ImportReader().read(("""
                {"app_user_id": "old", "request_date_ms": 9000, "subscriber": {"original_app_user_id": "first",
                  "first_seen": "1970-01-01T00:00:01Z", "last_seen": "1970-01-01T00:00:05Z"}}""")
                .getBytes(StandardCharsets.UTF_8));
        Crowd crowd = Crowd.after(answer);
        assertThat(crowd.api("first", 0).path("app_user_id").asText()).isEqualTo("old");
        assertThat(crowd.api("old", 0).path("first_seen_at_ms").asLong()).isEqualTo(1000);
        assertThat(crowd.api("old", 0).path("last_seen_at_ms").asLong()).isEqualTo(5000);
        crowd.takeAll(List.of(given("TEST", 2000).of("new").aliases("first").event()), 1);
        assertThat(crowd.api("first", 0).path("app_user_id").asText()).isEqualTo("new");
    }
}
