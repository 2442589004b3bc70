package io.subrelay.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.customer.Fields;
import io.subrelay.event.Event;
import io.subrelay.event.Ids;
import io.subrelay.event.Kind;
import io.subrelay.event.Numbers;
import io.subrelay.webhook.Invalid;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An answer of RevenueCat's {@code GET /v1/subscribers/{app_user_id}}, as an event in the words of webhooks: ids,
 * attributes, and {@code purchases} with the status of each subscription when the API was asked. The id of the event is
 * made of all that it tells, so that the same answer is the same event.
 */
public final class RevenueCatCustomer {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    /** For clocks that differ. What holds as of a later time would win over every webhook until then. */
    private static final long MOST_AHEAD_MS = TimeUnit.DAYS.toMillis(1);

    private final JsonNode subscriber;
    private final long askedAt;

    private RevenueCatCustomer(JsonNode subscriber, long askedAt) {
        this.subscriber = subscriber;
        this.askedAt = askedAt;
    }

    public static boolean isOne(JsonNode line) {
        return line.path("subscriber").isObject();
    }

    /**
     * @param  answer as the API gave it; {@code app_user_id} beside {@code subscriber} says which id was asked for
     * @throws Invalid if a field has a value that it cannot have
     */
    static Event read(JsonNode answer) {
        Long askedAt = Numbers.whole(answer.path("request_date_ms"));
        askedAt = askedAt == null ? time(answer, "request_date", "") : askedAt;
        if (askedAt == null) {
            throw new Invalid("request_date_ms is missing: it tells as of when the answer holds");
        }
        if (askedAt < 0 || askedAt > System.currentTimeMillis() + MOST_AHEAD_MS) {
            throw new Invalid("request_date_ms is no time until now");
        }
        return new RevenueCatCustomer(answer.path("subscriber"), askedAt).event(Fields.text(answer, "app_user_id"));
    }

    private Event event(String askedFor) {
        String original = Fields.text(subscriber, "original_app_user_id");
        if (askedFor == null && original == null) {
            throw new Invalid("subscriber.original_app_user_id is missing or not a string");
        }
        ObjectNode event = JSON.objectNode();
        event.put("type", Kind.CUSTOMER_IMPORTED.toUpperCase(Locale.ROOT));
        event.put("event_timestamp_ms", askedAt);
        event.put("app_user_id", askedFor == null ? original : askedFor);
        event.put("original_app_user_id", original);
        event.put("first_seen_at_ms", time(subscriber, "first_seen", "subscriber."));
        event.put("last_seen_at_ms", time(subscriber, "last_seen", "subscriber."));
        event.set("subscriber_attributes", subscriber.path("subscriber_attributes").isObject()
                ? subscriber.get("subscriber_attributes") : JSON.objectNode());
        ArrayNode purchases = JSON.arrayNode();
        addSubscriptions(purchases);
        addOthers(purchases);
        event.set("purchases", purchases);
        event.put("environment", Set.of("SANDBOX").equals(Set.copyOf(purchases.findValuesAsText("environment")))
                ? "SANDBOX" : "PRODUCTION");
        event.put("id", "import-" + Ids.hash(event.toString()).substring(0, 32));
        ObjectNode webhook = JSON.objectNode().put("api_version", "1.0");
        webhook.set("event", event);
        return Event.of(webhook, webhook.toString());
    }

    private void addSubscriptions(ArrayNode purchases) {
        for (Map.Entry<String, JsonNode> each : object("subscriptions").properties()) {
            JsonNode told = each.getValue();
            String path = "subscriber.subscriptions." + each.getKey();
            if (!told.isObject()) {
                throw new Invalid(path + " is not an object");
            }
            ObjectNode purchase = purchase(purchases, each.getKey(), told, path + ".");
            String period = Fields.text(told, "period_type");
            purchase.put("period_type", period == null ? "NORMAL" : period.toUpperCase(Locale.ROOT));
            Long expires = time(told, "expires_date", path + ".");
            Long grace = time(told, "grace_period_expires_date", path + ".");
            purchase.put("expiration_at_ms", expires);
            purchase.put("grace_period_expiration_at_ms", grace);
            purchase.put("auto_resume_at_ms", time(told, "auto_resume_date", path + "."));
            purchase.put("status", status(purchase, told, path + "."));
            purchase.put("happened_at_ms", Stream.of(number(purchase, "purchased_at_ms"), expires, grace,
                    time(told, "unsubscribe_detected_at", path + "."),
                    time(told, "billing_issues_detected_at", path + "."), time(told, "refunded_at", path + "."))
                    .filter(at -> at != null && at <= askedAt).max(Comparator.naturalOrder()).orElse(askedAt));
        }
    }

    private String status(ObjectNode purchase, JsonNode told, String path) {
        Long expires = number(purchase, "expiration_at_ms");
        boolean promotional = isEither(purchase, "PROMOTIONAL", "period_type", "store");
        boolean trial = isEither(purchase, "TRIAL", "period_type");
        boolean ended = expires != null && expires <= askedAt;
        boolean refunded = time(told, "refunded_at", path) != null;
        Long resume = number(purchase, "auto_resume_at_ms");
        if (!refunded && resume != null && (!ended || resume > askedAt)) {
            return "paused";
        }
        Long grace = number(purchase, "grace_period_expiration_at_ms");
        if (!refunded && grace != null && grace > askedAt) {
            return trial ? "grace_period_trial" : "grace_period";
        }
        if (refunded || ended) {
            return promotional ? "expired_promotional" : "expired";
        }
        if (time(told, "unsubscribe_detected_at", path) != null) {
            return trial ? "cancelled_trial" : "cancelled";
        }
        if (promotional) {
            return "promotional";
        }
        return trial ? "trial" : isEither(purchase, "INTRO", "period_type") ? "intro" : "active";
    }

    private static boolean isEither(ObjectNode purchase, String value, String... fields) {
        return Stream.of(fields).anyMatch(field -> value.equals(purchase.path(field).asText()));
    }

    private void addOthers(ArrayNode purchases) {
        for (Map.Entry<String, JsonNode> each : object("non_subscriptions").properties()) {
            String path = "subscriber.non_subscriptions." + each.getKey();
            if (!each.getValue().isArray()) {
                throw new Invalid(path + " is not a list");
            }
            for (JsonNode told : each.getValue()) {
                ObjectNode purchase = purchase(purchases, each.getKey(), told, path + ".");
                if (!purchase.has("transaction_id")) {
                    purchase.put("transaction_id", Fields.text(told, "id"));
                }
            }
        }
    }

    private ObjectNode purchase(ArrayNode purchases, String product, JsonNode told, String path) {
        String plan = Fields.text(told, "product_plan_identifier");
        ObjectNode purchase = purchases.addObject();
        purchase.put("product_id", plan == null || product.contains(":") ? product : product + ":" + plan);
        String store = Fields.text(told, "store");
        purchase.put("store", store == null ? null : store.toUpperCase(Locale.ROOT));
        purchase.put("environment", told.path("is_sandbox").asBoolean() ? "SANDBOX" : "PRODUCTION");
        purchase.put("purchased_at_ms", time(told, "purchase_date", path));
        if (Fields.text(told, "store_transaction_id") != null) {
            purchase.put("transaction_id", Fields.text(told, "store_transaction_id"));
        }
        ArrayNode entitlements = JSON.arrayNode();
        object("entitlements").properties().forEach(each -> {
            String entitledPlan = Fields.text(each.getValue(), "product_plan_identifier");
            if (product.equals(Fields.text(each.getValue(), "product_identifier"))
                    && (plan == null || entitledPlan == null || plan.equals(entitledPlan))) {
                entitlements.add(each.getKey());
            }
        });
        purchase.set("entitlement_ids", entitlements);
        return purchase;
    }

    private JsonNode object(String name) {
        JsonNode object = subscriber.path(name);
        if (!object.isObject() && !object.isMissingNode() && !object.isNull()) {
            throw new Invalid("subscriber." + name + " is not an object");
        }
        return object.isObject() ? object : JSON.objectNode();
    }

    private static Long number(JsonNode object, String name) {
        return object.path(name).isNumber() ? (Long) object.path(name).longValue() : null;
    }

    /** Milliseconds since the epoch; null where there is no date. */
    private static Long time(JsonNode object, String name, String path) {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        try {
            return OffsetDateTime.parse(value.asText()).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw new Invalid(path + name + " is not a date such as 2026-01-31T12:00:00Z");
        }
    }
}
