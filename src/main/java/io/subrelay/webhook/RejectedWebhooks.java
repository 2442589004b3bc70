package io.subrelay.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/** Counts webhooks that were not taken, by the reason. */
public final class RejectedWebhooks {

    /** A counter that appears with the first one that it counts would hide this one from an alert. */
    private static final List<String> REASONS =
            List.of("unauthorized", "other name", "signature", "invalid", "unavailable", "failure");

    private final MeterRegistry meters;

    public RejectedWebhooks(MeterRegistry meters) {
        this.meters = meters;
        REASONS.forEach(this::counter);
    }

    /** @param reason {@link Rejected#getReason}, or {@code failure} */
    public void count(String reason) {
        counter(reason).increment();
    }

    private Counter counter(String reason) {
        return Counter.builder("subrelay.webhooks.rejected").description("Webhooks that were not taken, by the reason")
                .tag("reason", reason).register(meters);
    }
}
