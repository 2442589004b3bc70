package io.subrelay.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.subrelay.store.Writer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Body;
import org.apache.camel.Exchange;

/** What the receiving route calls: takes webhooks in, and counts them. */
public final class Webhooks {

    /** The sender waits for at most 60 s; it had better hear of a failure than of nothing. */
    private static final long STORE_SECONDS = 30;

    private final WebhookReader reader = new WebhookReader();
    private final Writer writer;
    private final MeterRegistry meters;
    private final Counter accepted;
    private final Counter duplicates;

    public Webhooks(Writer writer, MeterRegistry meters) {
        this.writer = writer;
        this.meters = meters;
        this.accepted = Counter.builder("subrelay.webhooks.accepted")
                .description("Events that were stored").register(meters);
        this.duplicates = Counter.builder("subrelay.webhooks.duplicates")
                .description("Webhooks whose event had been stored before").register(meters);
    }

    /** @throws Rejected with status 400 if the body is not a valid webhook */
    public Event read(@Body byte[] body) {
        return reader.read(body);
    }

    /**
     * Stores an event, and returns once it is on the disk.
     *
     * @return {@code accepted}, or {@code duplicate} if it had been stored before
     * @throws Rejected with status 503 if it cannot be stored now
     */
    public String store(@Body Event event) throws InterruptedException {
        try {
            boolean fresh = writer.accept(event, System.currentTimeMillis()).get(STORE_SECONDS, TimeUnit.SECONDS) != null;
            (fresh ? accepted : duplicates).increment();
            return fresh ? "accepted" : "duplicate";
        } catch (ExecutionException | TimeoutException e) {
            throw new Rejected(503, "unavailable", "the event cannot be stored now, send it again", e);
        }
    }

    /** Counts a webhook that was not taken, by the reason; what the API does not take is not a webhook. */
    public void rejected(Exchange exchange) {
        if (!"receive".equals(exchange.getFromRouteId())) {
            return;
        }
        Rejected rejected = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Rejected.class);
        countRejected(rejected == null ? "failure" : rejected.getReason());
    }

    /** Counts a webhook that was not taken. */
    public void countRejected(String reason) {
        Counter.builder("subrelay.webhooks.rejected").description("Webhooks that were not taken, by the reason")
                .tag("reason", reason).register(meters).increment();
    }
}
