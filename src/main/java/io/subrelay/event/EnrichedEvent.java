package io.subrelay.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * An accepted event with the customer as of that event, in the event's environment. Shared by all destinations, so
 * nobody may change it.
 *
 * @param seq            its place in the order of acceptance; without gaps
 * @param customer       the customer that it is ordered with
 * @param afterCustomers customers that this event merged into its own: it, and what comes after it, goes out after all
 *                       that is theirs
 * @param event          the webhook
 * @param customerThen   the customer as of this event; of one that does not tell the state, with the state as it stood
 * @param receivedAt     when it was accepted, milliseconds since the epoch
 * @param late           whether a newer event of the customer about a purchase had been accepted before it
 * @param destinations   the names of the destinations that were not switched off when it was accepted
 */
public record EnrichedEvent(
        long seq, long customer, List<Long> afterCustomers, Event event, JsonNode customerThen,
        long receivedAt, boolean late, List<String> destinations) {

    /** In {@link #customerThen}, moved to the body: see {@link io.subrelay.customer.CustomerView#toStandingJson}. */
    public static final String STANDING = "standing";

    /** The store's environment that it is of, as received; empty where it says nothing. */
    public String environment() {
        return event.event().path("environment").asText(event.event().path("purchase_environment").asText(""));
    }

    /** The body that a destination's route gets; a new object around shared parts. */
    public ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("api_version", event.webhook().get("api_version"));
        body.set("event", event.event());
        body.put("kind", event.kind());
        body.put("happened_at_ms", event.happenedAt());
        if (event.kind().equals(Kind.CUSTOMER_UPDATE)) {
            body.set("reason", event.event().path("reason"));
        }
        JsonNode standing = customerThen.get(STANDING);
        body.set("customer", standing == null ? customerThen
                : customerThen.<ObjectNode>deepCopy().without(STANDING));
        body.put("late", late);
        if (standing != null) {
            body.set(STANDING, standing);
        }
        return body;
    }
}
