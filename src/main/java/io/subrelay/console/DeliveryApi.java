package io.subrelay.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.delivery.Outbox;
import io.subrelay.delivery.OutboxConsumer;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.DeliveryStore.Counts;
import io.subrelay.store.DestinationRecords;
import io.subrelay.store.DestinationRecords.Lately;
import io.subrelay.store.RequestStore;
import io.subrelay.webhook.NotFound;
import io.subrelay.webhook.Rejected;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.apache.camel.Header;

/** How the destinations stand, and deliveries that somebody asks for. */
public final class DeliveryApi {

    private static final List<String> STATES = List.of("delivered", "skipped", "previewed", "dead", "failed");

    private final Outbox outbox;
    private final DeliveryStore deliveries;
    private final DestinationRecords records;
    private final RequestStore requests;

    public DeliveryApi(
            Outbox outbox, DeliveryStore deliveries, DestinationRecords records, RequestStore requests) {
        this.outbox = outbox;
        this.deliveries = deliveries;
        this.records = records;
        this.requests = requests;
    }

    /** Every destination as JSON. */
    public String destinations() throws SQLException {
        Map<String, Counts> counts = deliveries.counts();
        Map<String, Lately> lately = records.lately();
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
            addLately(destination, lately.get(consumer.name()));
        }
        return list.toString();
    }

    private static void addLately(ObjectNode destination, Lately lately) {
        destination.put("requested", lately == null ? 0 : lately.requested());
        ObjectNode error = null;
        if (lately != null && lately.errorAt() > 0) {
            error = destination.objectNode();
            error.put("at", Instant.ofEpochMilli(lately.errorAt()).toString());
            error.put("event_id", lately.errorEventId());
            error.put("response_code", lately.errorCode());
            error.put("answer", lately.errorAnswer());
        }
        destination.set("last_error", error);
    }

    /**
     * How the deliveries of a destination ended, hour by hour, oldest first; hours without any are left out.
     *
     * @param hours how many, this one included; 24 where it is not said
     */
    public String timeline(@Header("name") String destination, @Header("hours") String hours) throws SQLException {
        known(destination);
        int count = hours == null || hours.isBlank() ? 24 : number(hours);
        Instant from = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(count - 1L, ChronoUnit.HOURS);
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        records.hours(destination, from.toEpochMilli()).forEach((at, states) -> {
            ObjectNode hour = list.addObject();
            hour.put("hour", Instant.ofEpochMilli(at).toString());
            for (String state : STATES) {
                hour.put(state, states.getOrDefault(state, 0L));
            }
        });
        return list.toString();
    }

    private static int number(String hours) {
        if (hours.matches("\\d{1,4}") && Integer.parseInt(hours) > 0) {
            return Integer.parseInt(hours);
        }
        throw new Rejected(400, "invalid", "hours accepts a whole number from 1 to 9999");
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

    private void known(String destination) {
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
            throw new Rejected(400, "invalid", "since accepts a time such as 2026-01-31 or 2026-01-31T12:00:00Z");
        }
    }

    private static String scheduled(long count) {
        return "{\"scheduled\":" + count + "}";
    }

    private static String wouldSchedule(long count) {
        return "{\"scheduled\":0,\"would_schedule\":" + count + "}";
    }
}
