package io.subrelay.destinations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.cases.Case;
import io.subrelay.destinations.Destinations.Outcome;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.store.UnstoredEvents;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the destinations that hold state end with, whatever arrived before. */
class EndStatesTest {

    /** What changes a customer without being sent there: it shows with the next event. */
    private static final Set<String> SILENT = Set.of("transfer", "purchase_redeemed", "subscriber_alias",
            "subscription_extended", "temporary_entitlement_grant", "refund_reversed");
    /** What only some events tell, and none takes back. */
    private static final Set<String> LINGERING = Set.of(
            "grace_period_expiration_at", "auto_resume_at", "new_product_id");

    private static Destinations destinations;

    @BeforeAll
    static void start() throws Exception {
        destinations = new Destinations(Map.of("onesignal.send-sandbox", "false"));
    }

    @AfterAll
    static void stop() {
        destinations.close();
    }

    /** What OneSignal holds of each user, and what the customer was when it was last told of it. */
    private static final class Tags {

        final Map<String, Map<String, String>> held = new TreeMap<>();
        final Map<String, JsonNode> customers = new TreeMap<>();
        JsonNode last;

        Tags(List<Event> events, long asOf) {
            UnstoredEvents passing = new UnstoredEvents();
            for (Event event : events) {
                EnrichedEvent enriched = passing.enrich(event, asOf);
                String user = enriched.event().event().path("app_user_id").asText("nobody");
                ObjectNode body = enriched.body().deepCopy();
                body.withObject("/customer/subscriber_attributes").put("$onesignalUserId", user);
                Outcome outcome = destinations.send("onesignal", body);
                if (outcome.result().equals("deliver")) {
                    last = outcome.request().body().at("/properties/tags");
                    Map<String, String> tags = held.computeIfAbsent(user, name -> new TreeMap<>());
                    last.properties().forEach(tag -> tags.put(tag.getKey(), tag.getValue().textValue()));
                    tags.values().removeIf(String::isEmpty);
                    if (last.has("subscription_status")
                            || !enriched.event().kind().equals("non_subscription_purchase")) {
                        customers.put(user, body.path("customer"));
                    }
                } else {
                    assertThat(outcome.result()).startsWith("skip: ");
                }
            }
            held.values().forEach(tags -> tags.keySet().removeAll(LINGERING));
        }
    }

    static Stream<Case> all() {
        return Case.all();
    }

    static Stream<Case> told() {
        return Case.all().filter(each -> each.webhooks().stream().noneMatch(event -> SILENT.contains(event.kind())));
    }

    @ParameterizedTest
    @MethodSource("all")
    void the_status_is_that_of_the_customer(Case sequence) {
        for (List<Event> order : List.of(sequence.webhooks(), sequence.reversed())) {
            Tags tags = new Tags(order, sequence.asOfMs());
            // but for a one-time purchase, which tells nothing of it
            tags.customers.forEach((user, customer) -> assertThat(tags.held.get(user).get("subscription_status"))
                    .isEqualTo(customer.path("subscription_status").textValue()));
        }
    }

    @ParameterizedTest
    @MethodSource("told")
    void the_state_is_one_in_any_order(Case sequence) {
        Map<String, Map<String, String>> held = new Tags(sequence.webhooks(), sequence.asOfMs()).held;
        Map<String, Map<String, String>> reversed = new Tags(sequence.reversed(), sequence.asOfMs()).held;
        held.forEach((user, tags) -> {
            // no purchase stands for a customer who has bought things once
            if (!tags.containsKey("subscription_status")) {
                Set<String> ofPurchase = Set.of("product_id", "purchased_at", "entitlement_ids");
                tags.keySet().removeAll(ofPurchase);
                reversed.get(user).keySet().removeAll(ofPurchase);
            }
            // sent with a purchase or an end: where the customer was first seen in between, with neither
            if (!tags.containsKey("active_subscription") || !reversed.get(user).containsKey("active_subscription")) {
                tags.remove("active_subscription");
                reversed.get(user).remove("active_subscription");
            }
        });
        assertThat(reversed).isEqualTo(held);
    }

    @ParameterizedTest
    @MethodSource("all")
    void what_a_case_says_is_sent(Case sequence) {
        for (JsonNode request : sequence.requests()) {
            if (request.path("destination").asText().equals("onesignal") && request.path("last").asBoolean()) {
                JsonNode last = new Tags(sequence.webhooks(), sequence.asOfMs()).last;
                request.path("has").properties()
                        .forEach(tag -> assertThat(last.path(tag.getKey())).as(tag.getKey()).isEqualTo(tag.getValue()));
            }
        }
    }
}
