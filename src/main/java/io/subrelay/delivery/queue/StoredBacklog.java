package io.subrelay.delivery.queue;

import io.subrelay.event.Delivery;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.DeliveryStore.Waiting;
import io.subrelay.store.Writer;
import io.subrelay.time.Clocks;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** The backlog of a destination in the database; times of day become waits here. */
public final class StoredBacklog implements Backlog {

    private final String destination;
    private final int slices;
    private final DeliveryStore store;
    private final Writer writer;
    private final Clocks clocks;
    private final LongSupplier longestWaitMs;

    /** @param slices into how many the customers are divided */
    public StoredBacklog(String destination, int slices, DeliveryStore store, Writer writer, Clocks clocks,
            LongSupplier longestWaitMs) {
        this.destination = destination;
        this.slices = slices;
        this.store = store;
        this.writer = writer;
        this.clocks = clocks;
        this.longestWaitMs = longestWaitMs;
    }

    @Override
    public List<Row> next(Set<Integer> which, long afterSeq, long upToSeq, int limit) throws InterruptedException {
        awaitResults();
        return rows(store.unsettled(destination, which, slices, afterSeq, upToSeq, limit));
    }

    @Override
    public List<Row> nextOf(long customer, long fromSeq, long upToSeq, int limit) throws InterruptedException {
        awaitResults();
        return rows(store.unsettledOf(customer, destination, fromSeq, upToSeq, limit));
    }

    @Override
    public List<Row> requested(Set<Integer> which, int limit) throws InterruptedException {
        awaitResults();
        return rows(store.requested(destination, which, slices, clocks.now(), limit));
    }

    @Override
    public boolean hasRequested() {
        return store.hasRequested(destination);
    }

    /** What has ended must not be read as if it had not. */
    private void awaitResults() throws InterruptedException {
        writer.flush(Long.MAX_VALUE);
    }

    private List<Row> rows(List<Waiting> waiting) {
        long now = clocks.now();
        long ticks = clocks.ticks();
        return waiting.stream().map(it -> row(it, now, ticks)).toList();
    }

    /** Time during which nobody retried it does not count: the runner was off, or a clock was wrong. */
    private Row row(Waiting waiting, long now, long ticks) {
        long next = waiting.early() ? Math.min(now, waiting.nextAttemptAt()) : waiting.nextAttemptAt();
        long dueIn = Math.max(0, Math.min(next - now, longestWaitMs.getAsLong()));
        long retriedMs = waiting.firstAttemptAt() == 0 ? 0 : Math.max(0, next - waiting.firstAttemptAt());
        long since = waiting.attempts() == 0 ? 0 : ticks + dueIn - retriedMs;
        Delivery delivery = new Delivery(waiting.event(),
                waiting.origin() == null ? Delivery.Origin.EVENT : waiting.origin(),
                waiting.attempts(), since, waiting.origin() != null);
        return new Row(waiting.early() ? delivery.early() : delivery, dueIn);
    }
}
