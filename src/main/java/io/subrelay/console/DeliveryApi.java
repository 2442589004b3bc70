package io.subrelay.console;

import io.subrelay.delivery.DestinationRegistry;
import io.subrelay.delivery.Failing;
import io.subrelay.delivery.Outbox;
import io.subrelay.delivery.OutboxConsumer;
import io.subrelay.delivery.Standing;
import io.subrelay.event.Ids;
import io.subrelay.store.RequestedDeliveryStore;
import io.subrelay.webhook.Flag;
import io.subrelay.webhook.Invalid;
import io.subrelay.webhook.NotFound;
import io.subrelay.webhook.Rejected;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.camel.Header;

/** How the destinations stand, and deliveries that somebody asks for. */
public final class DeliveryApi {

    private final DestinationRegistry destinations;
    private final Outbox outbox;
    private final RequestedDeliveryStore requests;
    private final DeadLetterApi letters;

    public DeliveryApi(DestinationRegistry destinations, Outbox outbox, RequestedDeliveryStore requests,
            DeadLetterApi letters) {
        this.destinations = destinations;
        this.outbox = outbox;
        this.requests = requests;
        this.letters = letters;
    }

    /** What each destination does in this runner; the database counts the rest. */
    public List<Map<String, Object>> destinations() {
        return destinations.consumers().values().stream().map(this::running).toList();
    }

    private Map<String, Object> running(OutboxConsumer consumer) {
        Map<String, Object> destination = new LinkedHashMap<>();
        Standing standing = consumer.standing();
        destination.put("name", consumer.name());
        destination.put("mode", consumer.mode());
        destination.put("oldest_pending_seconds", standing.oldestPendingSeconds());
        destination.put("circuit", standing.circuit());
        destination.put("called_again_at", standing.circuitMs() == 0 ? null
                : Instant.ofEpochMilli(System.currentTimeMillis() + standing.circuitMs()).toString());
        destination.put("paused_since", standing.pausedSince() == 0 ? null
                : Instant.ofEpochMilli(standing.pausedSince()).toString());
        destination.put("failing", standing.failing() == null ? null : failing(standing.failing()));
        destination.put("customer_updates", destinations.updated().contains(consumer.name()));
        return destination;
    }

    private static Map<String, Object> failing(Failing.Now now) {
        Map<String, Object> failing = new LinkedHashMap<>();
        failing.put("since", Instant.ofEpochMilli(now.since()).toString());
        failing.put("attempts", now.attempts());
        failing.put("response_code", now.status() == 0 ? null : now.status());
        failing.put("answer", now.words());
        failing.put("event_id", now.eventId());
        return failing;
    }

    /** The key that an event's id is stored under. */
    public String key(@Header("id") String id) {
        return Ids.ofEvent(id);
    }

    /**
     * Delivers one event again, to one destination or, where none is named, to all for which it has ended; where it
     * waits for its next attempt, that is made now.
     */
    public String redeliverEvent(@Header("id") String id, @Header("destination") String destination)
            throws SQLException {
        stored(id);
        long scheduled = 0;
        for (String name : named(destination)) {
            long again = tell(name, requests.event(id, name));
            scheduled += again > 0 ? again : outbox.retries().ofEvent(name, id);
        }
        return scheduled(scheduled, "it has not ended anywhere that it could go again, and waits for no attempt");
    }

    /**
     * Attempts an event now that waits at one destination or, where none is named, at all that are not paused; and what
     * it waits for.
     */
    public String retryEvent(@Header("id") String id, @Header("destination") String destination) throws SQLException {
        stored(id);
        long due = 0;
        for (String name : notPaused(destination)) {
            due += outbox.retries().ofEvent(name, id);
        }
        return retried(due);
    }

    /** The same for what waits of a customer, by any of its ids. */
    public String retryCustomer(@Header("id") String id, @Header("destination") String destination)
            throws SQLException {
        long due = 0;
        for (String name : notPaused(destination)) {
            due += outbox.retries().ofCustomer(name, id);
        }
        return retried(due);
    }

    /** The same for all that waits at a destination. */
    public String retryDestination(@Header("name") String destination) throws SQLException {
        notPaused(destination);
        return retried(outbox.retries().ofAll(destination));
    }

    /** Sends nothing to a destination until it is resumed, also after a restart; events wait in order meanwhile. */
    public String pause(@Header("name") String destination) {
        outbox.pause(open(destination));
        return "{\"paused_since\":\"" + Instant.ofEpochMilli(pausedSince(destination)) + "\"}";
    }

    public String resume(@Header("name") String destination) {
        outbox.resume(open(destination));
        return "{\"paused_since\":null}";
    }

    private void stored(String id) {
        if (!requests.isStored(id)) {
            throw new NotFound("no event is stored under this id");
        }
    }

    private static String retried(long due) {
        return scheduled(due, "nothing of it waits for its next attempt");
    }

    private List<String> named(String destination) {
        return destination == null || destination.isBlank() ? destinations.open() : List.of(open(destination));
    }

    private List<String> notPaused(String destination) {
        List<String> named = named(destination);
        List<String> names = named.stream().filter(name -> pausedSince(name) == 0).toList();
        if (names.isEmpty() && named.size() == 1) {
            throw new Rejected(409, "paused", named.get(0) + " is paused: resume it first");
        }
        return names;
    }

    private long pausedSince(String destination) {
        return destinations.consumers().get(destination).standing().pausedSince();
    }

    /**
     * Delivers the dead letters of a destination again: all, or those of a group, as {@link DeadLetterApi} tells it.
     *
     * @param dryRun {@code true} only tells how many that would be
     * @param reason of the group; null for all
     * @param code   the status of the group's answer; blank where there was none
     */
    public String redeliverDead(@Header("name") String destination, @Header("dry-run") String dryRun,
            @Header("reason") String reason, @Header("response-code") String code, @Header("since") String since,
            @Header("until") String until) throws SQLException {
        boolean dry = Flag.of("dry-run", dryRun);
        if (reason != null) {
            List<Long> events = letters.events(open(destination), code, reason, since, until);
            return dry ? wouldSchedule(events.size())
                    : scheduled(tell(destination, requests.dead(destination, events)), "it has none of that reason");
        }
        long count = requests.dead(open(destination), !dry);
        return dry ? wouldSchedule(count) : scheduled(tell(destination, count), "it has no dead letters");
    }

    /**
     * Delivers stored history to a destination that did not have it, or tells it how each customer stands.
     *
     * @param of     {@code state} for that, {@code history} or blank for what happened
     * @param since  the earliest acceptance, ISO 8601 or milliseconds since the epoch; blank for all of it
     * @param dryRun {@code true} only tells how many events or customers that would be
     */
    public String backfill(@Header("name") String destination, @Header("of") String of,
            @Header("since") String since, @Header("dry-run") String dryRun) throws SQLException {
        boolean dry = Flag.of("dry-run", dryRun);
        if (isState(of)) {
            return backfillState(open(destination), dry);
        }
        long earliest = Parameters.millis("since", since, 0);
        return dry ? wouldSchedule(requests.history(open(destination), earliest))
                : scheduled(outbox.historyBackfill().start(open(destination), earliest),
                        "it had every event that is stored, or a backfill of it is running");
    }

    private static boolean isState(String of) {
        if (of != null && !of.isBlank() && !of.equals("history") && !of.equals("state")) {
            throw new Invalid("of accepts state or history");
        }
        return "state".equals(of);
    }

    private String backfillState(String destination, boolean dry) throws SQLException {
        if (!destinations.updated().contains(destination)) {
            throw new Rejected(409, "state", destination + " is not told how customers stand: its route needs"
                    + " customerUpdates: true, and " + destination + ".customer-updates has to be on");
        }
        return dry ? wouldSchedule(outbox.stateBackfill().customers())
                : scheduled(outbox.stateBackfill().start(destination),
                        "no customer is stored, or a state backfill of it is running");
    }

    /**
     * Stops the backfills of a destination, also of one that is not there any more: what is scheduled already is
     * delivered.
     *
     * @param of {@code state} or {@code history}; blank for both
     * @return   {@code {"stopped":true,"dropped":<events>}}: how many events of history are not delivered because of it
     */
    public String stopBackfill(@Header("name") String destination, @Header("of") String of) throws SQLException {
        boolean any = of == null || of.isBlank();
        boolean state = isState(of);
        boolean stopped = (any || state) && outbox.stateBackfill().stop(destination);
        OptionalLong dropped = any || !state ? outbox.historyBackfill().stop(destination) : OptionalLong.empty();
        if (!stopped && dropped.isEmpty()) {
            known(destination);
        }
        return "{\"stopped\":" + (stopped || dropped.isPresent()) + ",\"dropped\":" + dropped.orElse(0) + "}";
    }

    private long tell(String destination, long scheduled) {
        if (scheduled > 0) {
            outbox.requested(destination);
        }
        return scheduled;
    }

    /** @throws NotFound if there is no destination of this name */
    public void known(@Header("name") String destination) {
        if (!destinations.consumers().containsKey(destination)) {
            throw new NotFound("there is no destination of this name");
        }
    }

    private String open(String destination) {
        known(destination);
        if (!destinations.open().contains(destination)) {
            throw new Rejected(409, "off", destination + " is off: set " + destination + ".mode first");
        }
        return destination;
    }

    /** @param otherwise why there are none */
    private static String scheduled(long count, String otherwise) {
        return count > 0 ? "{\"scheduled\":" + count + "}" : "{\"scheduled\":0,\"reason\":\"" + otherwise + "\"}";
    }

    private static String wouldSchedule(long count) {
        return "{\"scheduled\":0,\"would_schedule\":" + count + "}";
    }
}
