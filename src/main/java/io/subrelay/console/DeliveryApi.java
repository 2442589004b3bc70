package io.subrelay.console;

import io.subrelay.delivery.Outbox;
import io.subrelay.delivery.OutboxConsumer;
import io.subrelay.store.RequestStore;
import io.subrelay.webhook.Ids;
import io.subrelay.webhook.Invalid;
import io.subrelay.webhook.NotFound;
import io.subrelay.webhook.Rejected;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Header;

/** How the destinations stand, and deliveries that somebody asks for. */
public final class DeliveryApi {

    private final Outbox outbox;
    private final RequestStore requests;

    public DeliveryApi(Outbox outbox, RequestStore requests) {
        this.outbox = outbox;
        this.requests = requests;
    }

    /** What each destination does in this runner; the database counts the rest. */
    public List<Map<String, Object>> destinations() {
        return outbox.consumers().values().stream().map(DeliveryApi::running).toList();
    }

    private static Map<String, Object> running(OutboxConsumer consumer) {
        Map<String, Object> destination = new LinkedHashMap<>();
        destination.put("name", consumer.name());
        destination.put("mode", consumer.mode());
        destination.put("oldest_pending_seconds", consumer.oldestPendingSeconds());
        destination.put("circuit", consumer.circuit());
        return destination;
    }

    /** The key that an event's id is stored under. */
    public String key(@Header("id") String id) {
        return Ids.ofEvent(id);
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

    /**
     * Delivers the dead letters of a destination again.
     *
     * @param dryRun {@code true} only tells how many that would be
     */
    public String redeliverDead(@Header("name") String destination, @Header("dry-run") String dryRun)
            throws SQLException {
        boolean dry = Boolean.parseBoolean(dryRun);
        long count = requests.dead(open(destination), !dry);
        return dry ? wouldSchedule(count) : scheduled(tell(destination, count));
    }

    /**
     * Delivers stored history to a destination that did not have it.
     *
     * @param since  the earliest acceptance, ISO 8601 or milliseconds since the epoch; blank for all of it
     * @param dryRun {@code true} only tells how many events that would be
     */
    public String backfill(@Header("name") String destination, @Header("since") String since,
            @Header("dry-run") String dryRun) throws SQLException {
        boolean dry = Boolean.parseBoolean(dryRun);
        long count = requests.history(open(destination), millis(since), !dry);
        return dry ? wouldSchedule(count) : scheduled(tell(destination, count));
    }

    private long tell(String destination, long scheduled) {
        if (scheduled > 0) {
            outbox.requested(destination);
        }
        return scheduled;
    }

    /** @throws NotFound if there is no destination of this name */
    public void known(@Header("name") String destination) {
        if (!outbox.consumers().containsKey(destination)) {
            throw new NotFound("there is no destination of this name");
        }
    }

    private String open(String destination) {
        known(destination);
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
            throw new Invalid("since accepts a time such as 2026-01-31 or 2026-01-31T12:00:00Z");
        }
    }

    private static String scheduled(long count) {
        return "{\"scheduled\":" + count + "}";
    }

    private static String wouldSchedule(long count) {
        return "{\"scheduled\":0,\"would_schedule\":" + count + "}";
    }
}
