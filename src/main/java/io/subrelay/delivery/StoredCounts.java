package io.subrelay.delivery;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.DeliveryStore.Counts;
import io.subrelay.time.Clocks;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Shows what the database counts of each destination, of all runners together; asked once for all destinations. */
final class StoredCounts {

    private static final long FRESH_MS = 2_000;

    private final DeliveryStore store;
    private final Clocks clocks;
    private Map<String, Counts> counts = Map.of();
    private long countedAt;

    StoredCounts(DeliveryStore store, Clocks clocks) {
        this.store = store;
        this.clocks = clocks;
    }

    void show(String destination, MeterRegistry meters) {
        gauge("subrelay.delivery.pending", "Deliveries that are not settled, those that go again included",
                destination, meters, Counts::pending);
        gauge("subrelay.delivery.retrying", "Deliveries that have failed and go again",
                destination, meters, Counts::retrying);
        gauge("subrelay.delivery.dead", "Dead letters", destination, meters, Counts::dead);
    }

    private void gauge(String name, String description, String destination, MeterRegistry meters,
            ToDoubleFunction<Counts> count) {
        Gauge.builder(name, this, it -> it.of(destination, count))
                .description(description).tag("destination", destination).register(meters);
    }

    /** How many deliveries wait for a destination, retrying ones included. */
    long pending(String destination) {
        double pending = of(destination, Counts::pending);
        return Double.isNaN(pending) ? 0 : (long) pending;
    }

    /** Whether nothing waits for it; false where it is not known. */
    boolean nothingWaits(String destination) {
        return of(destination, Counts::pending) == 0;
    }

    private synchronized double of(String destination, ToDoubleFunction<Counts> count) {
        long now = clocks.ticks();
        if (now - countedAt > FRESH_MS) {
            countedAt = now;
            try {
                counts = store.counts();
            } catch (RuntimeException e) {
                counts = Map.of();
            }
        }
        Counts known = counts.get(destination);
        return known == null ? Double.NaN : count.applyAsDouble(known);
    }
}
