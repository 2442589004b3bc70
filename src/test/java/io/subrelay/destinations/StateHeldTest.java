package io.subrelay.destinations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.cases.Case;
import io.subrelay.destinations.Destinations.Request;
import io.subrelay.event.Event;
import io.subrelay.store.UnstoredEvents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What vendors that hold a customer's state end with, whichever event of a case comes first. */
class StateHeldTest {

    private static final List<String> HOLDING =
            List.of("mixpanel", "posthog", "braze", "customer-io", "iterable", "clevertap", "intercom", "mparticle");

    private static final Set<String> EVERY_ORDER = Set.of("newer-event-that-writes-no-state-comes-first",
            "former-owner-loses-the-status", "renewal-made-early", "two-one-time-purchases-one-refunded",
            "a-grant-ends-as-a-purchase-is-made", "lifetime-after-the-subscription", "an-upgrade-is-transferred");

    private static Destinations destinations;

    @BeforeAll
    static void start() throws Exception {
        destinations = new Destinations(Map.of("mixpanel.token", "mp", "posthog.api-key", "phc_1",
                "braze.api-key", "bz", "customer-io.site-id", "site", "customer-io.api-key", "cio"));
        destinations.answerBody = request -> switch (request.path()) {
            case "/users/track" -> "{\"message\": \"success\"}";
            case "/1/upload" -> "{\"status\": \"success\"}";
            default -> "";
        };
    }

    @AfterAll
    static void stop() {
        destinations.close();
    }

    /** The profiles of a vendor, by the id of the customer: a null or what is unset takes a property away. */
    private static final class Vendor {

        private final Map<String, ObjectNode> profiles = new HashMap<>();

        void receive(Request request) {
            JsonNode nothing = MissingNode.getInstance();
            JsonNode body = request.body();
            if (request.path().startsWith("/engage")) {
                body.forEach(each -> write(each.path("$distinct_id"), each.path("$set"), each.path("$unset")));
            } else if (request.path().startsWith("/batch")) {
                body.path("batch").forEach(each -> write(each.path("distinct_id"), each.at("/properties/$set"),
                        each.at("/properties/$unset")));
            } else if (request.path().startsWith("/users")) {
                body.path("attributes").forEach(each -> write(each.path("external_id"), each, nothing));
            } else if (request.path().equals("/v2/events")
                    && body.path("environment").asText().equals("production")) {
                ObjectNode attributes = body.path("user_attributes").deepCopy();
                write(body.at("/user_identities/customer_id"), attributes.without("$country"),
                        body.path("deleted_user_attributes"));
            } else if (request.path().equals("/contacts")) {
                ObjectNode attributes = body.path("custom_attributes").deepCopy();
                if (attributes.has("subscription_status")) {
                    attributes.set("rc_subscription_status", attributes.remove("subscription_status"));
                }
                write(body.path("external_id"), attributes, nothing);
            } else if (request.path().equals("/1/upload")) {
                body.path("d").forEach(each -> {
                    boolean ends = each.at("/profileData/rc_subscription_status/$delete").asInt() == 1;
                    write(each.path("identity"), ends ? nothing : each.path("profileData"),
                            ends ? Destinations.json("[\"rc_subscription_status\"]") : nothing);
                });
            } else if (request.path().equals("/api/users/update")) {
                write(body.path("userId"), body.path("dataFields"), nothing);
            } else if (request.path().startsWith("/api/v2")) {
                body.path("batch").forEach(each -> write(each.at("/identifiers/id"),
                        each.path("action").asText().equals("identify") ? each.path("attributes") : nothing, nothing));
            }
        }

        private void write(JsonNode id, JsonNode set, JsonNode unset) {
            ObjectNode profile = profiles.computeIfAbsent(id.asText(), each -> Destinations.JSON.createObjectNode());
            set.properties().forEach(property -> {
                profile.set(property.getKey(), property.getValue());
                if (property.getValue().isNull()) {
                    profile.remove(property.getKey());
                }
            });
            unset.forEach(name -> profile.remove(name.asText()));
        }
    }

    static Stream<Case> cases() {
        return Case.all().filter(each -> each.erased().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void is_the_customers_as_stored(Case given) {
        List<List<Event>> orders = new ArrayList<>(List.of(given.webhooks(), given.reversed()));
        if (EVERY_ORDER.contains(given.name())) {
            permute(given.webhooks(), new ArrayList<>(), orders);
        }
        for (String destination : HOLDING) {
            Map<String, ObjectNode> first = new HashMap<>();
            for (List<Event> order : orders) {
                String id = order.get(order.size() - 1).event().path("app_user_id").asText();
                JsonNode expected = given.customers().get(id);
                ObjectNode held = play(destination, order, given.asOfMs()).get(id);
                // Intercom is told of the subscription by what is about it, here before what is skipped
                boolean partly = destination.equals("intercom")
                        && given.name().equals("sandbox-does-not-colour-production");
                if (expected == null || held == null || partly) {
                    continue;
                }
                // each event says these for itself, and one that is not the newest does not
                held.remove(List.of("app_id", "platform"));
                String why = destination + " of " + id + " in the order "
                        + order.stream().map(event -> event.kind() + " " + event.id()).toList();
                if (expected.has("subscription_status")) {
                    assertThat(held.path("rc_subscription_status").asText("null")).as(why)
                            .isEqualTo(expected.path("subscription_status").asText("null"));
                }
                assertThat(held).as(why).isEqualTo(first.computeIfAbsent(id, each -> held));
            }
        }
    }

    /** The profiles after all events, without those of customers who had an event since that is not sent. */
    private static Map<String, ObjectNode> play(String destination, List<Event> order, long receivedAt) {
        UnstoredEvents events = new UnstoredEvents();
        Vendor vendor = new Vendor();
        for (Event event : order) {
            List<Request> requests = destinations.send(destination, events.enrich(event, receivedAt).body()).requests();
            requests.forEach(vendor::receive);
            if (requests.isEmpty()) {
                vendor.profiles.remove(event.event().path("app_user_id").asText());
            }
        }
        return vendor.profiles;
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
