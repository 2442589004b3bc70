package io.subrelay.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.delivery.Outbox;
import io.subrelay.delivery.OutboxConsumer;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.DeliveryStore.Counts;
import io.subrelay.store.RequestStore;
import io.subrelay.webhook.NotFound;
import io.subrelay.webhook.Rejected;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.apache.camel.Header;

/** How the destinations stand, and deliveries that somebody asks for. */
public final class DeliveryApi {

    private final Outbox outbox;
    private final DeliveryStore deliveries;
    private final RequestStore requests;

    public DeliveryApi(Outbox outbox, DeliveryStore deliveries, RequestStore requests) {
        this.outbox = outbox;
        this.deliveries = deliveries;
        this.requests = requests;
    }

    /** Every destination as JSON. */
    public String destinations() throws SQLException {
        Map<String, Counts> counts = deliveries.counts();
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (OutboxConsumer consumer : outbox.consumers().values()) {
            Counts count = counts.getOrDefault(consumer.name(), new Counts(0, 0, 0, 0, 0, 0));
            ObjectNode destination = list.addObject();
            destination.put("name", consumer.name());
            destination.put("mode", consumer.mode());
            destination.put("pending", Math.max(0, count.pending() - count.retrying()));
            destination.put("retrying", count.retrying());
            destination.put("delivered", count.delivered());
            destination.put("skipped", count.skipped());
            destination.put("previewed", count.previewed());
            destination.put("dead", count.dead());
            destination.put("oldest_pending_seconds", consumer.oldestPendingSeconds());
            destination.put("circuit", consumer.circuit());
        }
        return list.toString();
    }

    /** Delivers one event again, to one destination or, where none is named, to all for which it has ended. */
    public String redeliverEvent(@Header("id") String id, @Header("destination") String destination)
            throws SQLException {
        if (!requests.isStored(id)) {
            throw new NotFound("no event is stored under this id");
        }
        long scheduled = 0;
        boolean all = destination == null || destination.isBlank();
        for (String name : all ? outbox.open() : List.of(open(destination))) {
            scheduled += tell(name, requests.event(id, name));
        }
        return scheduled(scheduled);
    }

    /** Delivers the dead letters of a destination again. */
    public String redeliverDead(@Header("name") String destination) throws SQLException {
        return scheduled(tell(open(destination), requests.dead(destination)));
    }

    /**
     * Delivers stored history to a destination that did not have it.
     *
     * @param since the earliest acceptance, ISO 8601 or milliseconds since the epoch; blank for all of it
     */
    public String backfill(@Header("name") String destination, @Header("since") String since) throws SQLException {
        return scheduled(tell(open(destination), requests.history(destination, millis(since))));
    }

    private long tell(String destination, long scheduled) {
        if (scheduled > 0) {
            outbox.requested(destination);
        }
        return scheduled;
    }

    private String open(String destination) {
        if (!outbox.consumers().containsKey(destination)) {
            throw new NotFound("there is no destination of this name");
        }
        if (!outbox.open().contains(destination)) {
            throw new Rejected(409, "off", destination + " is off: set " + destination + ".mode first");
        }
        return destination;
    }

    private static long millis(String since) {
        if (since == null || since.isBlank()) {
            return 0;
        }
        String time = since.trim();
        try {
            if (time.matches("\\d{1,15}")) {
                return Long.parseLong(time);
            }
            return time.length() == 10 ? Instant.parse(time + "T00:00:00Z").toEpochMilli()
                    : OffsetDateTime.parse(time).toInstant().toEpochMilli();
        } catch (DateTimeException e) {
            throw new Rejected(400, "invalid", "since accepts a time such as 2026-01-31 or 2026-01-31T12:00:00Z");
        }
    }

    private static String scheduled(long count) {
        return "{\"scheduled\":" + count + "}";
    }
}
