package io.subrelay.customer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** A customer as shown to destinations and by the API, at one time. Immutable; keeps no hold on the customer. */
public final class CustomerView {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final String appUserId;
    private final String originalAppUserId;
    private final List<String> aliases;
    private final Map<String, String> attributes = new TreeMap<>();
    private final List<SubscriptionState> subscriptions;
    private final Long firstSeenAt;
    private final Long lastSeenAt;
    private final long atMs;

    /** @param owned what the customer owns, wherever it came from; not copied */
    CustomerView(Customer customer, List<SubscriptionState> owned, long atMs) {
        this.appUserId = customer.appUserId();
        this.originalAppUserId = customer.original == null ? null : customer.original.id();
        this.aliases = customer.aliases();
        customer.attributes.forEach((name, attribute) -> {
            if (attribute.value() != null) {
                attributes.put(name, attribute.value());
            }
        });
        this.subscriptions = owned;
        this.firstSeenAt = customer.newest == null ? null : (Long) customer.firstSeenAt;
        this.lastSeenAt = customer.newest == null ? null : (Long) customer.newest.at();
        this.atMs = atMs;
    }

    /** The id that the customer was last seen by; null only if no event named it. */
    public String appUserId() {
        return appUserId;
    }

    /** The status of the subscription that had the most recent event; null if the customer has none. */
    public Status status() {
        return subscriptions.stream()
                .filter(each -> each.isSubscription() && each.status() != null)
                .max(Comparator.comparing(SubscriptionState::newestKnown))
                .map(SubscriptionState::status)
                .orElse(null);
    }

    /** The entitlements that any subscription or purchase gives at the time of this view, in alphabetical order. */
    public Collection<String> activeEntitlements() {
        TreeSet<String> active = new TreeSet<>();
        subscriptions.forEach(each -> each.addEntitlementsAt(atMs, active));
        return active;
    }

    /** The {@code customer} of an enriched event. What is not known is null. */
    public ObjectNode toEventJson() {
        ObjectNode json = JSON.objectNode();
        json.put("app_user_id", appUserId);
        json.put("original_app_user_id", originalAppUserId);
        json.put("last_seen_app_user_id", appUserId);
        json.set("aliases", texts(aliases));
        ObjectNode values = json.putObject("subscriber_attributes");
        attributes.forEach(values::put);
        Status status = status();
        json.put("subscription_status", status == null ? null : status.text());
        json.set("active_entitlements", texts(activeEntitlements()));
        return json;
    }

    /** The customer as the API shows it: the same, with subscriptions and when it was seen (ms since the epoch). */
    public ObjectNode toApiJson() {
        ObjectNode json = toEventJson();
        json.put("first_seen_at_ms", firstSeenAt);
        json.put("last_seen_at_ms", lastSeenAt);
        ArrayNode rows = json.putArray("subscriptions");
        subscriptions.forEach(each -> rows.add(row(each)));
        return json;
    }

    private static ObjectNode row(SubscriptionState state) {
        ObjectNode row = JSON.objectNode();
        row.put("subscription_key", state.key());
        row.put("store", state.store());
        row.put("product_id", state.product());
        row.put("environment", state.environment());
        row.put("period_type", state.period());
        row.put("is_subscription", state.isSubscription());
        row.put("status", state.status() == null ? null : state.status().text());
        row.put("purchased_at_ms", state.purchasedAt());
        row.put("expires_at_ms", state.expiresAt());
        row.put("grace_period_expires_at_ms", state.graceExpiresAt());
        row.put("auto_resume_at_ms", state.autoResumeAt());
        row.put("cancel_reason", state.cancelReason());
        row.put("expiration_reason", state.expirationReason());
        row.set("entitlements", texts(state.entitlements()));
        row.put("newest_event_at_ms", state.newestEventAt());
        return row;
    }

    private static ArrayNode texts(Collection<String> values) {
        ArrayNode texts = JSON.arrayNode(values.size());
        values.forEach(texts::add);
        return texts;
    }
}
