package io.subrelay.customer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.event.Event;
import java.util.List;
import java.util.Map;

/** Builds an event: {@code given("RENEWAL", 20).of("ann").on("sub").expires(50).event()}. */
final class Given {

    static final ObjectMapper JSON = new ObjectMapper();

    private final ObjectNode webhook = JSON.createObjectNode().put("api_version", "1.0");
    private final ObjectNode event = webhook.putObject("event");

    private Given(String type, long at) {
        event.put("type", type).put("event_timestamp_ms", at).put("id", type + "@" + at);
    }

    static Given given(String type, long at) {
        return new Given(type, at);
    }

    static Event transfer(long at, List<String> from, List<String> to) {
        return given("TRANSFER", at).id("T" + from + to + at)
                .with("transferred_from", from).with("transferred_to", to).event();
    }

    Given id(String id) {
        return with("id", id);
    }

    /** Names the customer by this id alone. */
    Given of(String id) {
        return with("app_user_id", id);
    }

    Given on(String subscription) {
        return with("original_transaction_id", subscription).with("product_id", "monthly").with("store", "APP_STORE");
    }

    Given period(String period) {
        return with("period_type", period);
    }

    Given expires(long at) {
        return with("expiration_at_ms", at);
    }

    Given gives(String... entitlements) {
        return with("entitlement_ids", List.of(entitlements));
    }

    Given aliases(String... ids) {
        return with("aliases", List.of(ids));
    }

    Given attribute(String name, Object value, long updatedAt) {
        ObjectNode attribute = event.withObject("/subscriber_attributes").putObject(name);
        attribute.set("value", JSON.valueToTree(value));
        attribute.put("updated_at_ms", updatedAt);
        return this;
    }

    /** @param value anything that Jackson can write; null is written as null */
    Given with(String name, Object value) {
        event.set(name, JSON.valueToTree(value));
        return this;
    }

    Given with(Map<String, ?> fields) {
        fields.forEach(this::with);
        return this;
    }

    Event event() {
        return Event.of(webhook, webhook.toString());
    }
}
