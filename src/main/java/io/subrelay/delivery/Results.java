package io.subrelay.delivery;

import io.subrelay.delivery.queue.OutboxQueue;
import io.subrelay.event.Delivery;
import io.subrelay.event.DeliveryResult;
import io.subrelay.store.Writer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The way of results: into the database, and then back to the queue. */
final class Results {

    private static final long A_MOMENT_MS = 1_000;

    private final Writer writer;
    private final OutboxQueue queue;

    Results(Writer writer, OutboxQueue queue) {
        this.writer = writer;
        this.queue = queue;
    }

    /** Has a result written; waits only while very many cannot be. */
    void add(DeliveryResult result) {
        writer.add(result);
    }

    /**
     * Gives deliveries back to their queue, dead letters once they are on the disk, which they have to be before their
     * customers' next deliveries go: else they would be repeated after a crash, and arrive behind those.
     */
    void complete(List<DeliveryResult> results) {
        if (results.stream().anyMatch(DeliveryResult::isDeadLetter)) {
            writer.onceWritten(() -> {
                queue.finish(results);
                queue.wake();
            });
        } else {
            queue.finish(results);
        }
    }

    /**
     * Whether the rest of a list may go: nothing before it has to be retried, and its customers' dead letters are on
     * the disk.
     */
    boolean mayFollow(List<DeliveryResult> results, List<Delivery> rest) {
        Set<Long> dead = new HashSet<>();
        for (DeliveryResult before : results) {
            if (!before.isFinal()) {
                return false;
            }
            if (before.isDeadLetter()) {
                dead.add(before.customer());
            }
        }
        // after a longer wait another runner may have taken them over
        return rest.stream().noneMatch(delivery -> dead.contains(delivery.customer())) || flush(writer, A_MOMENT_MS);
    }

    /**
     * @param  millis how long to wait
     * @return        whether what was added is in the database; false if the time is over, the runner stops or the
     *                thread is interrupted first
     */
    static boolean flush(Writer writer, long millis) {
        try {
            return writer.flush(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
