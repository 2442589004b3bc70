package io.subrelay.event;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A webhook that was found valid.
 *
 * @param id          the sender's id of the event, the same on each of its retries; see {@link Ids#ofEvent}
 * @param type        the webhook's {@code type}, as received; cut where it is very long
 * @param kind        what the event means, see {@link Kind}
 * @param timestampMs {@code event_timestamp_ms}: the place of the event among its customer's events
 * @param happenedAt  when it happened, milliseconds since the epoch
 * @param webhook     the whole webhook, parsed: {@code api_version} and {@code event}
 * @param text        the whole webhook as received
 * @param traceparent the trace that it is part of, by W3C's Trace Context; null where there is none
 */
public record Event(String id, String type, String kind, long timestampMs, long happenedAt, JsonNode webhook,
        String text, String traceparent) {

    /**
     * @param webhook a webhook whose {@code event} has a textual {@code id} and {@code type} and an integral
     *                {@code event_timestamp_ms}, which may be given as text
     */
    public static Event of(JsonNode webhook, String text) {
        JsonNode event = webhook.path("event");
        String kind = Kind.of(event);
        return new Event(
                Ids.ofEvent(event.path("id").asText()), Ids.name(event.path("type").asText()), kind,
                Numbers.whole(event.path("event_timestamp_ms")), Kind.happenedAt(kind, event), webhook, text, null);
    }

    /** The same event, of another kind. */
    public Event withKind(String other) {
        return new Event(id, type, other, timestampMs, happenedAt, webhook, text, traceparent);
    }

    /** The same event, as part of a trace; of none where it is null. */
    public Event withTraceparent(String other) {
        return new Event(id, type, kind, timestampMs, happenedAt, webhook, text, other);
    }

    /** The {@code event} object of the webhook. */
    public JsonNode event() {
        return webhook.path("event");
    }
}
