package io.subrelay.delivery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Tells how the destinations stand. It is up whatever they do: events are taken and kept while a destination is away,
 * and a runner that is not ready would not get them.
 */
public final class OutboxHealth extends AbstractHealthCheck {

    private final DestinationRegistry destinations;
    private final Outbox outbox;

    public OutboxHealth(DestinationRegistry destinations, Outbox outbox) {
        super("subrelay", "destinations");
        this.destinations = destinations;
        this.outbox = outbox;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        List<String> all = new ArrayList<>();
        destinations.consumers().forEach((name, consumer) -> {
            String state = consumer.mode() + ", " + state(name, consumer);
            builder.detail(name, state);
            all.add(name + ": " + state);
        });
        // details are shown only to those who ask for them, the message to everybody
        builder.message(String.join("; ", all)).up();
    }

    /** Without the vendor's words, in which somebody's data may be: health is for everybody who reaches its port. */
    private String state(String name, OutboxConsumer consumer) {
        Standing standing = consumer.standing();
        Failing.Now failing = standing.failing();
        if (standing.pausedSince() > 0) {
            return "paused since " + Instant.ofEpochMilli(standing.pausedSince());
        }
        if (failing == null) {
            return standing.circuit();
        }
        return (standing.circuit().equals("held") ? "held since " : "fails since ")
                + Instant.ofEpochMilli(failing.since()) + ", " + Failing.answer(failing.status(), null) + ", "
                + outbox.counts().pending(name) + " deliveries wait";
    }
}
