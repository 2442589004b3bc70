package io.subrelay.customer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.event.Event;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** A customer in one environment at one time, as destinations and the API show it; holds until the customer changes. */
public final class CustomerView {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Customer customer;
    private final CustomerHoldings holdings;

    CustomerView(Customer customer, CustomerHoldings holdings) {
        this.customer = customer;
        this.holdings = holdings;
    }

    /** The id that the customer was last seen by; null only if no event named it. */
    public String appUserId() {
        return customer.appUserId();
    }

    /** The status of the subscription that had the most recent event; null if the customer has none. */
    public Status status() {
        SubscriptionState standing = holdings.standing();
        return standing == null ? null : standing.status();
    }

    /** The entitlements that any subscription or purchase gives at the time of this view, in alphabetical order. */
    public Collection<String> activeEntitlements() {
        return holdings.entitlements();
    }

    /** What is to be told again where it changes: status and entitlements; null where the customer has nothing. */
    List<Object> standing() {
        return holdsNothing() ? null : Arrays.asList(status(), List.copyOf(activeEntitlements()));
    }

    boolean holdsNothing() {
        return holdings.subscriptions().isEmpty() && !holdings.hasEnded();
    }

    /**
     * The {@code customer} of an enriched event. What is not known is null; {@code status_ended} is there, and true,
     * where the customer had a status and has lost it.
     */
    public ObjectNode toEventJson() {
        ObjectNode json = JSON.objectNode();
        json.put("app_user_id", appUserId());
        json.put("original_app_user_id", customer.original == null ? null : customer.original.id());
        json.put("last_seen_app_user_id", appUserId());
        customer.aliases().forEach(json.putArray("aliases")::add);
        ObjectNode values = json.putObject("subscriber_attributes");
        customer.attributes.forEach((name, attribute) -> {
            if (attribute.value() != null) {
                values.put(name, attribute.value());
            }
        });
        json.put("subscription_status", textOf(status()));
        if (holdings.hasEnded()) {
            json.put("status_ended", true);
        }
        activeEntitlements().forEach(json.putArray("active_entitlements")::add);
        return json;
    }

    /**
     * Whether the subscription that stands for the customer is not as the event tells it, although the event is the
     * newest: it is about an earlier product or period, such as the expiration of what was renewed or replaced, or
     * about what is another's by a transfer. What is bought once says nothing of a subscription.
     */
    public boolean standsOtherwise(Event event) {
        SubscriptionState standing = holdings.standing();
        JsonNode told = event.event();
        if (holdings.wrote() == null || event.type().equals("NON_RENEWING_PURCHASE")) {
            return false;
        }
        if (standing == null) {
            return holdings.hasEnded();
        }
        return differs(standing.product, Fields.text(told, "product_id"))
                || differs(standing.purchasedAt, Fields.number(told, "purchased_at_ms"))
                || differs(standing.expiresAt, Fields.number(told, "expiration_at_ms"));
    }

    private static boolean differs(Object is, Object told) {
        return is != null && told != null && !is.equals(told);
    }

    /**
     * The state as it stands, for a destination that holds it and is sent an event that does not tell it:
     * {@code last_event}, the customer's newest that destinations write from, else that of its subscription; and
     * {@code subscription}, the one that stands for the customer; each null where there is none.
     */
    public ObjectNode toStandingJson() {
        ObjectNode json = JSON.objectNode();
        SubscriptionState standing = holdings.standing();
        NamedId wrote = holdings.wrote();
        if (wrote == null && standing != null) {
            wrote = new NamedId(standing.newestKnown.happened(), standing.newestKnown.kind());
        }
        json.set("last_event", wrote == null ? JSON.nullNode()
                : JSON.objectNode().put("kind", wrote.id()).put("at_ms", wrote.key().at()));
        json.set("subscription", standing == null ? JSON.nullNode() : standing.toJson(holdings.environment())
                .put("new_product_id", standing.newProduct())
                .put("newest_event_kind", standing.newestKnown.kind())
                .put("newest_event_at_ms", standing.newestKnown.happened().at()));
        return json;
    }

    /** The customer as the API shows it: the same, with subscriptions and when it was seen (ms since the epoch). */
    ObjectNode toApiJson() {
        ObjectNode json = toEventJson();
        json.put("first_seen_at_ms", customer.newest == null ? null : (Long) customer.firstSeenAt);
        json.put("last_seen_at_ms", customer.newest == null ? null : (Long) customer.newest.at());
        json.put("environment", holdings.environment().name());
        addRows(json);
        return json;
    }

    /** One of the API's {@code environments}. */
    ObjectNode toEnvironmentJson() {
        ObjectNode json = JSON.objectNode();
        json.put("status", textOf(status()));
        activeEntitlements().forEach(json.putArray("entitlements")::add);
        addRows(json);
        return json;
    }

    private void addRows(ObjectNode json) {
        ArrayNode rows = json.putArray("subscriptions");
        holdings.subscriptions().forEach(each -> rows.add(each.toJson(holdings.environment())));
    }

    private static String textOf(Status status) {
        return status == null ? null : status.text();
    }
}
