package io.subrelay.destinations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.customer.CustomerUpdate;
import io.subrelay.customer.CustomerUpdate.Reason;
import io.subrelay.customer.Environment;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.store.UnstoredEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * After transfers every destination that holds state has one owner for each subscription, and after merges one state
 * under each id that it was told of, whatever arrived first.
 */
class TransferredAndMergedTest {

    private static final List<String> HOLDING =
            List.of("segment", "amplitude", "onesignal", "mixpanel", "posthog", "braze", "customer-io",
                    "iterable", "clevertap", "airship", "intercom", "mparticle");
    private static final Set<String> STATUS = Set.of("rc_subscription_status", "subscription_status");
    private static final Set<String> ENTITLEMENTS =
            Set.of("rc_active_entitlements", "rc_active_entitlement_ids", "entitlement_ids");
    private static final long NOW = 1_795_000_000_000L;

    private static Destinations destinations;

    @BeforeAll
    static void start() throws Exception {
        destinations = new Destinations(Map.of("mixpanel.token", "mp", "posthog.api-key", "phc_1",
                "braze.api-key", "bz", "customer-io.site-id", "site", "customer-io.api-key", "cio"));
    }

    @AfterAll
    static void stop() {
        destinations.close();
    }

    /** Status and entitlements as a vendor holds them, by user. */
    private static final class Vendor {

        private final String name;
        private final Map<String, Map<String, String>> held = new TreeMap<>();
        private final Set<String> tracked = new TreeSet<>();

        Vendor(String name) {
            this.name = name;
        }

        void tell(EnrichedEvent event) {
            ObjectNode body = event.body().deepCopy();
            body.withObject("/customer/subscriber_attributes")
                    .put("$onesignalUserId", body.at("/event/app_user_id").asText("nobody"));
            JsonNode preview = destinations.preview(name, body);
            preview.path("requests").forEach(request -> receive(request.path("path").asText(
                    request.path("url").asText()), request.path("body")));
            if (CustomerUpdate.is(event.event())) {
                boolean known = body.at("/customer/subscription_status").isTextual();
                assertThat(preview.path("decision").asText()).as(name + " " + preview)
                        .matches(known ? "send" : "send|skip");
            }
        }

        private void receive(String url, JsonNode body) {
            switch (name) {
                case "segment" -> body.path("batch").forEach(each -> {
                    if (each.path("type").asText().equals("identify")) {
                        write(each.path("userId"), each.path("traits"));
                    }
                });
                case "amplitude" -> body.path("events").forEach(each -> {
                    JsonNode properties = each.path("user_properties");
                    write(each.path("user_id"), properties.has("$set") ? properties.path("$set") : properties);
                    unset(each.path("user_id"), properties.path("$unset").fieldNames());
                });
                case "onesignal" -> write(Destinations.json('"' + url.replaceFirst(".*/", "") + '"'),
                        body.at("/properties/tags"));
                case "mixpanel" -> body.forEach(each -> {
                    write(each.path("$distinct_id"), each.path("$set"));
                    each.path("$unset").forEach(
                            property -> unset(each.path("$distinct_id"), List.of(property.asText()).iterator()));
                });
                case "posthog" -> body.path("batch").forEach(each -> {
                    write(each.path("distinct_id"), each.at("/properties/$set"));
                    each.at("/properties/$unset").forEach(
                            property -> unset(each.path("distinct_id"), List.of(property.asText()).iterator()));
                });
                case "clevertap" -> body.path("d").forEach(each -> {
                    JsonNode profile = each.path("profileData");
                    if (profile.at("/rc_subscription_status/$delete").asInt() == 1) {
                        unset(each.path("identity"), profile.fieldNames());
                    } else {
                        write(each.path("identity"), profile);
                    }
                });
                case "airship" -> body.path("attributes").forEach(each -> {
                    String key = each.path("key").asText();
                    write(body.at("/audience/named_user_id"), Destinations.JSON.createObjectNode()
                            .put(key, each.path("action").asText().equals("set") ? each.path("value").asText() : null));
                });
                case "intercom" -> write(body.path("external_id"), body.path("custom_attributes"));
                case "mparticle" -> {
                    write(body.at("/user_identities/customer_id"), body.path("user_attributes"));
                    body.path("deleted_user_attributes").forEach(property -> unset(
                            body.at("/user_identities/customer_id"), List.of(property.asText()).iterator()));
                }
                case "iterable" -> write(body.path("userId"), body.path("dataFields"));
                case "braze" -> body.path("attributes").forEach(each -> write(each.path("external_id"), each));
                default -> body.path("batch").forEach(each -> {
                    if (each.path("action").asText().equals("identify")) {
                        write(each.at("/identifiers/id"), each.path("attributes"));
                    }
                });
            }
        }

        private void write(JsonNode user, JsonNode properties) {
            Map<String, String> profile = held.computeIfAbsent(user.asText(), id -> new TreeMap<>());
            properties.properties().forEach(property -> {
                String value = property.getValue().isNull() ? "" : property.getValue().isTextual()
                        ? property.getValue().asText() : property.getValue().toString();
                String as = STATUS.contains(property.getKey()) ? "status"
                        : ENTITLEMENTS.contains(property.getKey()) ? "entitlements" : null;
                if (as != null) {
                    profile.put(as, value.replaceAll("[\\[\\]\"]", ""));
                }
            });
            profile.values().removeIf(String::isEmpty);
            held.values().removeIf(Map::isEmpty);
        }

        private void unset(JsonNode user, java.util.Iterator<String> names) {
            names.forEachRemaining(property -> write(user, Destinations.JSON.createObjectNode().putNull(property)));
        }
    }

    private static Event purchase(String type, String user, String original, int day, String... fields) {
        ObjectNode webhook = WithDestinations.webhook(type, "id", '"' + type + user + original + day + '"',
                "app_user_id", '"' + user + '"', "original_app_user_id", '"' + user + '"',
                "aliases", "[\"" + user + "\"]", "subscriber_attributes", "{}",
                "transaction_id", '"' + original + day + '"', "original_transaction_id", '"' + original + '"',
                "event_timestamp_ms", String.valueOf(at(day)),
                "purchased_at_ms", String.valueOf(at(day)), "expiration_at_ms", String.valueOf(NOW + 1_000_000_000));
        for (int i = 0; i < fields.length; i += 2) {
            ((ObjectNode) webhook.path("event")).set(fields[i], Destinations.json(fields[i + 1]));
        }
        return Event.of(webhook, webhook.toString());
    }

    private static Event transfer(String from, String to, int day, String... fields) {
        ObjectNode webhook = (ObjectNode) Destinations.json("""
                {"api_version": "1.0", "event": {"type": "TRANSFER", "id": "%1$s%2$s%3$d", "event_timestamp_ms": %4$d,
                 "store": "APP_STORE", "environment": "PRODUCTION",
                 "transferred_from": ["%1$s"], "transferred_to": ["%2$s"]}}""".formatted(from, to, day, at(day)));
        for (int i = 0; i < fields.length; i += 2) {
            ((ObjectNode) webhook.path("event")).set(fields[i], Destinations.json(fields[i + 1]));
        }
        return Event.of(webhook, webhook.toString());
    }

    private static Event alias(String id, String other, int day) {
        ObjectNode webhook = (ObjectNode) Destinations
                .json("""
                        {"api_version": "1.0", "event": {"type": "SUBSCRIBER_ALIAS", "id": "alias%1$s%2$s",
                         "app_user_id": "%1$s", "event_timestamp_ms": %3$d, "environment": "PRODUCTION", "aliases": ["%1$s", "%2$s"]}}"""
                        .formatted(id, other, at(day)));
        return Event.of(webhook, webhook.toString());
    }

    private static Event redeemed(String from, String by, int day) {
        ObjectNode webhook = (ObjectNode) Destinations.json("""
                {"api_version": "1.0", "event": {"type": "PURCHASE_REDEEMED", "id": "redeemed", "app_user_id": "%2$s",
                 "event_timestamp_ms": %3$d, "environment": "PRODUCTION", "redemption_outcome": "alias",
                 "redeemed_from": ["%1$s"], "redeemed_by": ["%2$s"]}}""".formatted(from, by, at(day)));
        return Event.of(webhook, webhook.toString());
    }

    private static long at(int day) {
        return NOW - (100 - day) * 86_400_000L;
    }

    static Stream<Arguments> lives() {
        String expired = String.valueOf(at(9));
        return Stream.of(
                Arguments.of("to another", List.of(purchase("INITIAL_PURCHASE", "a", "s1", 1), transfer("a", "b", 2))),
                Arguments.of("on and on", List.of(purchase("INITIAL_PURCHASE", "a", "s1", 1), transfer("a", "b", 2),
                        transfer("b", "c", 3))),
                Arguments.of("there and back", List.of(purchase("INITIAL_PURCHASE", "a", "s1", 1),
                        transfer("a", "b", 2), transfer("b", "a", 3), purchase("RENEWAL", "a", "s1", 4))),
                Arguments.of("renewed by the new owner", List.of(purchase("INITIAL_PURCHASE", "a", "s1", 1),
                        transfer("a", "b", 2), purchase("RENEWAL", "b", "s1", 3),
                        purchase("EXPIRATION", "b", "s1", 10, "expiration_at_ms", expired))),
                Arguments.of("two of two stores", List.of(purchase("INITIAL_PURCHASE", "a", "s1", 1),
                        purchase("INITIAL_PURCHASE", "b", "p1", 2,
                                "store", "\"PLAY_STORE\"", "entitlement_ids", "[\"max\"]"),
                        transfer("a", "b", 3), transfer("b", "a", 4, "store", "\"PLAY_STORE\""))),
                Arguments.of("linked, then expired", List.of(purchase("INITIAL_PURCHASE", "a", "s1", 1),
                        purchase("INITIAL_PURCHASE", "b", "s2", 2, "entitlement_ids", "[\"max\"]"),
                        alias("b", "a", 3),
                        purchase("EXPIRATION", "b", "s2", 10, "expiration_at_ms", expired))),
                Arguments.of("redeemed", List.of(
                        purchase("INITIAL_PURCHASE", "a", "s1", 1, "store", "\"RC_BILLING\""),
                        purchase("EXPIRATION", "b", "s2", 10, "expiration_at_ms", expired), redeemed("a", "b", 11))),
                Arguments.of("logged in", List.of(purchase("INITIAL_PURCHASE", "a", "s1", 1),
                        purchase("RENEWAL", "b", "s1", 3, "aliases", "[\"a\", \"b\"]"),
                        purchase("EXPIRATION", "b", "s1", 10, "expiration_at_ms", expired))),
                Arguments.of("transferred to one who logs in", List.of(purchase("INITIAL_PURCHASE", "a", "s1", 1),
                        transfer("a", "b", 2), alias("c", "b", 3), purchase("RENEWAL", "c", "s1", 4))),
                Arguments.of("linked, then transferred", List.of(purchase("INITIAL_PURCHASE", "a", "s1", 1),
                        alias("b", "a", 2), transfer("b", "c", 3))),
                Arguments.of("owned again by its newest event", List.of(purchase("INITIAL_PURCHASE", "a", "s1", 1),
                        transfer("a", "b", 2), purchase("RENEWAL", "a", "s1", 3))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lives")
    void every_destination_has_one_state(String name, List<Event> life) {
        List<List<Event>> orders = new ArrayList<>();
        permute(life, new ArrayList<>(), orders);
        for (String destination : HOLDING) {
            Map<String, Map<String, String>> first = null;
            for (List<Event> order : orders) {
                UnstoredEvents events = new UnstoredEvents();
                Vendor vendor = new Vendor(destination);
                for (Event event : order) {
                    vendor.tell(events.enrich(event, NOW));
                    events.updates(NOW).forEach(vendor::tell);
                }
                Map<String, Map<String, String>> held = new TreeMap<>(vendor.held);
                String why = destination + " in the order " + order.stream().map(Event::id).toList();
                first = first == null ? held : first;
                assertThat(held).as(why).isEqualTo(first);
                vendor.held.clear();
                for (String user : List.of("a", "b", "c")) {
                    CustomerUpdate all =
                            new CustomerUpdate(user, Environment.PRODUCTION, Reason.STATE_BACKFILL, "test");
                    vendor.tell(events.enrich(all.toEvent("", NOW), NOW));
                }
                assertThat(held).as(why + ", compared with the state").isEqualTo(vendor.held);
            }
            assertThat(first).as(destination).isNotEmpty();
        }
    }

    private static void permute(List<Event> left, List<Event> taken, List<List<Event>> orders) {
        if (left.isEmpty()) {
            orders.add(List.copyOf(taken));
        }
        for (int i = 0; i < left.size(); i++) {
            List<Event> rest = new ArrayList<>(left);
            taken.add(rest.remove(i));
            permute(rest, taken, orders);
            taken.remove(taken.size() - 1);
        }
    }
}
