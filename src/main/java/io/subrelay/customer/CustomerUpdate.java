package io.subrelay.customer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.event.Event;
import io.subrelay.event.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/**
 * Tells destinations that hold state how a customer stands, without an event of the customer's own. It is accepted like
 * an event, of the kind {@code customer_update}, and changes no customer.
 *
 * @param appUserId   one of the customer's ids, under which the destinations know it
 * @param environment whose state it tells
 * @param cause       what led to it: the id of an event, or whatever tells one cause from another
 */
public record CustomerUpdate(String appUserId, Environment environment, Reason reason, String cause) {

    /** Why a customer stands differently from what destinations were told. */
    public enum Reason {
        /** Subscriptions went to another customer, or came from one. */
        TRANSFER,
        /** It is known by several ids, and stands differently by an event that was about another one of them. */
        MERGE,
        /** What had been told was wrong. */
        CORRECTION,
        /** A destination is told of everybody. */
        STATE_BACKFILL
    }

    public static boolean is(Event event) {
        return event.kind().equals(Kind.CUSTOMER_UPDATE);
    }

    /** Whose update an event is; empty, and so nobody's, where it does not say. */
    public static String appUserId(Event event) {
        String id = EventIds.id(event.event(), "app_user_id");
        return id == null ? "" : id;
    }

    /**
     * As an event that can be accepted.
     *
     * @param occasion tells those of one cause apart; may be blank, and the same update is then accepted once
     * @param atMs     the time of the state, milliseconds since the epoch
     */
    public Event toEvent(String occasion, long atMs) {
        String name = reason.name().toLowerCase(Locale.ROOT);
        String key = String.join("\n", name, cause, environment.name(), appUserId, occasion);
        ObjectNode webhook = JsonNodeFactory.instance.objectNode().put("api_version", "1.0");
        webhook.putObject("event")
                .put("type", "CUSTOMER_UPDATE")
                .put("id", UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)).toString())
                .put("event_timestamp_ms", atMs)
                .put("app_user_id", appUserId)
                .put("environment", environment.name())
                .put("reason", name)
                .put("cause", cause);
        return Event.of(webhook, webhook.toString());
    }
}
