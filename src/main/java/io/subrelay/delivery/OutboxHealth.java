package io.subrelay.delivery;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Tells how the destinations stand. It is up whatever they do: events are taken and kept while a destination is away,
 * and a runner that is not ready would not get them.
 */
public final class OutboxHealth extends AbstractHealthCheck {

    private final Outbox outbox;

    public OutboxHealth(Outbox outbox) {
        super("subrelay", "destinations");
        this.outbox = outbox;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        outbox.consumers().forEach((name, consumer) -> builder.detail(name, consumer.mode() + ", " + consumer.circuit()));
        builder.up();
    }
}
