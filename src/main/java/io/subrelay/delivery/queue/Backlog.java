package io.subrelay.delivery.queue;

import io.subrelay.event.Delivery;
import java.util.List;
import java.util.Set;

/** What waits for one destination in the database, as it stands once all results so far are written. */
public interface Backlog {

    /** @param dueInMs in how many milliseconds its next attempt is due; 0 for at once */
    record Row(Delivery delivery, long dueInMs) {

        long seq() {
            return delivery.seq();
        }
    }

    /**
     * The next deliveries of accepted events in some slices, in order, that are neither settled nor requested; and,
     * settled or not, the events for other destinations by which customers became one.
     */
    List<Row> next(Set<Integer> slices, long afterSeq, long upToSeq, int limit) throws InterruptedException;

    /** The same of one customer, from a place on and up to one. */
    List<Row> nextOf(long customer, long fromSeq, long upToSeq, int limit) throws InterruptedException;

    /** The next requested deliveries that are due, in order; none behind one of its customer that waits. */
    List<Row> requested(Set<Integer> slices, int limit) throws InterruptedException;

    /** Whether there are requested deliveries, due or not. */
    boolean hasRequested();
}
