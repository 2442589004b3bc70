package io.subrelay.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts webhooks that were not taken, by the reason. */
public final class RejectedWebhooks {

    private final MeterRegistry meters;

    public RejectedWebhooks(MeterRegistry meters) {
        this.meters = meters;
    }

    /** @param reason {@link Rejected#getReason}, or {@code failure} */
    public void count(String reason) {
        Counter.builder("subrelay.webhooks.rejected").description("Webhooks that were not taken, by the reason")
                .tag("reason", reason).register(meters).increment();
    }
}
