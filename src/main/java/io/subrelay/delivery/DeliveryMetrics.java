package io.subrelay.delivery;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.subrelay.event.DeliveryResult;
import io.subrelay.event.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** What operators watch of a destination. */
final class DeliveryMetrics {

    private final MeterRegistry meters;
    private final String destination;
    private final Map<String, Counter> attempts = new ConcurrentHashMap<>();
    private final Map<String, Counter> settled = new ConcurrentHashMap<>();
    private final Timer latency;

    DeliveryMetrics(MeterRegistry meters, String destination) {
        this.meters = meters;
        this.destination = destination;
        this.latency = Timer.builder("subrelay.delivery.latency")
                .description("From the acceptance of an event to its delivery")
                .tag("destination", destination)
                .serviceLevelObjectives(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(10),
                        Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofHours(1))
                .register(meters);
        List.of("delivered", "skipped", "previewed", "dead").forEach(this::settled);
    }

    void bind(OutboxConsumer consumer) {
        gauge("subrelay.delivery.oldest.pending.seconds",
                "How long the oldest event that is not settled has been waiting", consumer,
                it -> it.standing().oldestPendingSeconds());
        gauge("subrelay.delivery.circuit.closed",
                "1 while the destination is called freely; 0 while its circuit is open or it is held", consumer,
                it -> it.standing().circuit().equals("closed") ? 1 : 0);
        gauge("subrelay.delivery.failing.seconds",
                "For how long the destination has been failing; 0 while it works", consumer,
                it -> it.standing().failingSeconds());
        gauge("subrelay.delivery.paused", "1 while somebody has paused the destination", consumer,
                it -> it.standing().pausedSince() > 0 ? 1 : 0);
    }

    /** It takes the place of the one of a consumer before, such as that of a route that was replaced. */
    private void gauge(String name, String description, OutboxConsumer consumer,
            ToDoubleFunction<OutboxConsumer> value) {
        meters.find(name).tag("destination", destination).gauges().forEach(meters::remove);
        Gauge.builder(name, consumer, value).description(description).tag("destination", destination).register(meters);
    }

    private Counter settled(String state) {
        return settled.computeIfAbsent(state, it -> Counter.builder("subrelay.delivery.settled")
                .description("Deliveries by how they ended: delivered, skipped, previewed or dead")
                .tag("destination", destination).tag("state", it).register(meters));
    }

    void attempted(DeliveryResult result) {
        Outcome outcome = result.outcome();
        String answer = outcome.responseCode() > 0 ? String.valueOf(outcome.responseCode())
                : outcome.isTransient() ? "none" : "not sent";
        attempts.computeIfAbsent(answer, it -> Counter.builder("subrelay.delivery.attempts")
                .description("Attempts by the HTTP status of the answer")
                .tag("destination", destination).tag("answer", it).register(meters)).increment();
        if (result.isFinal()) {
            settled(result.state()).increment();
        }
        if (outcome.verdict() == Outcome.Verdict.DELIVERED) {
            long acceptedAt = result.delivery().event().receivedAt();
            latency.record(Math.max(0, result.endedAt() - acceptedAt), TimeUnit.MILLISECONDS);
        }
    }
}
