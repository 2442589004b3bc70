package io.subrelay.delivery.partition;

import io.subrelay.event.EnrichedEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How far one destination has been fed, slice by slice. A slice is a share of the customers: runners on one database
 * divide the slices among them. A slice is live while accepted events are handed over in memory; one that fell behind
 * is fed from the database until it has caught up. Not thread safe: the queue's lock guards it.
 */
public final class Slices {

    private final boolean[] owned;
    private final boolean[] live;
    private final long[] fedThrough;
    private long handed;

    /** @param newest the place of the newest event that was handed over; those after it will be */
    public Slices(int count, long newest) {
        owned = new boolean[count];
        live = new boolean[count];
        fedThrough = new long[count];
        handed = newest;
    }

    /** @param position up to where everything of the slice is settled, or waits for its time in the database */
    public void acquire(int slice, long position) {
        owned[slice] = true;
        fedThrough[slice] = position;
        live[slice] = position >= handed;
    }

    public void release(int slice) {
        owned[slice] = false;
    }

    public int of(long customer) {
        return (int) (customer % owned.length);
    }

    public boolean isOwned(long customer) {
        return owned[of(customer)];
    }

    public boolean isLive(EnrichedEvent event) {
        return isOwned(event.customer()) && live[of(event.customer())];
    }

    /** The slices that are held. */
    public Set<Integer> owned() {
        return which(slice -> owned[slice]);
    }

    /** The slices that are held and have to be read. */
    public Set<Integer> behind() {
        return which(slice -> owned[slice] && !live[slice]);
    }

    private Set<Integer> which(IntPredicate condition) {
        return IntStream.range(0, owned.length).filter(condition).boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Events may have been accepted that nobody handed over: then everything falls behind, to read them. */
    public void expect(long seq) {
        if (seq != handed + 1) {
            for (int slice = 0; slice < owned.length; slice++) {
                if (live[slice]) {
                    live[slice] = false;
                    fedThrough[slice] = handed;
                }
            }
        }
    }

    public void handed(long seq) {
        handed = seq;
    }

    public long handedThrough() {
        return handed;
    }

    /** There is no room for this event: from it on, the slice is read from the database. */
    public void fallBehind(EnrichedEvent event) {
        live[of(event.customer())] = false;
        fedThrough[of(event.customer())] = event.seq() - 1;
    }

    public boolean isBehind() {
        for (int slice = 0; slice < owned.length; slice++) {
            if (owned[slice] && !live[slice]) {
                return true;
            }
        }
        return false;
    }

    /**
     * Up to where a customer's events have been handed over or read: those after it will be, and must not be taken from
     * the database before.
     */
    public long fedThrough(long customer) {
        int slice = of(customer);
        return live[slice] ? handed : fedThrough[slice];
    }

    /** The place after which that one of the slices has to be read which is furthest behind. */
    public long fedThrough(Set<Integer> which) {
        return which.stream().mapToLong(slice -> fedThrough[slice]).min().orElse(handed);
    }

    /** Whether an event that was read has yet to be fed. */
    public boolean isUnfed(EnrichedEvent event) {
        int slice = of(event.customer());
        return owned[slice] && !live[slice] && event.seq() > fedThrough[slice];
    }

    /** Everything up to a place has been read for these slices. */
    public void fed(Set<Integer> which, long upTo) {
        for (int slice : which) {
            if (owned[slice] && !live[slice]) {
                fedThrough[slice] = Math.max(fedThrough[slice], upTo);
                live[slice] = fedThrough[slice] >= handed;
            }
        }
    }

    /** @param limit no place is told that is beyond this one */
    public Map<Integer, Long> positions(long limit) {
        Map<Integer, Long> positions = new HashMap<>();
        for (int slice = 0; slice < owned.length; slice++) {
            if (owned[slice]) {
                positions.put(slice, Math.min(limit, live[slice] ? handed : fedThrough[slice]));
            }
        }
        return positions;
    }
}
