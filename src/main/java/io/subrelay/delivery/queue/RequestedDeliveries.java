package io.subrelay.delivery.queue;

import io.subrelay.delivery.queue.Backlog.Row;
import io.subrelay.event.Delivery;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The requested deliveries of a destination that are in memory. The database gives them again until they are settled
 * there, so that each reading is compared with what has ended before and since. Not thread safe.
 */
final class RequestedDeliveries {

    private final Set<Long> known = new HashSet<>();
    private final Set<Long> ended = new HashSet<>();

    int size() {
        return known.size();
    }

    void begun(long seq) {
        known.add(seq);
    }

    void ended(long seq) {
        known.remove(seq);
        ended.add(seq);
    }

    /** Those that have ended before a reading: it does not give them. */
    Set<Long> ended() {
        return Set.copyOf(ended);
    }

    /**
     * Those of a reading that are new. Where one has ended meanwhile, its customer's are left for the next reading: if
     * it has failed, they must not go before it.
     *
     * @param before what {@link #ended()} was before the reading
     */
    List<Delivery> fresh(List<Row> rows, Set<Long> before) {
        List<Delivery> fresh = new ArrayList<>();
        Set<Long> left = new HashSet<>();
        for (Row row : rows) {
            Delivery delivery = row.delivery();
            if (ended.contains(delivery.seq())) {
                left.add(delivery.customer());
            } else if (!left.contains(delivery.customer()) && !known.contains(delivery.seq())) {
                fresh.add(delivery);
            }
        }
        ended.removeAll(before);
        return fresh;
    }
}
