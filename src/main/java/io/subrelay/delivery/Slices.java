package io.subrelay.delivery;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * How far one destination has been fed, slice by slice. A slice is a share of the customers: runners on one database
 * divide the slices among them. A slice is live while accepted events are handed over in memory; one that fell behind is
 * fed from the database until it has caught up. Not thread safe: the queue's lock guards it.
 */
final class Slices {

    private final boolean[] owned;
    private final boolean[] live;
    private final long[] fedThrough;
    private long handed;

    /**
     * @param positions where each slice stands
     * @param newest    the place of the newest event
     */
    Slices(int count, Map<Integer, Long> positions, long newest) {
        owned = new boolean[count];
        live = new boolean[count];
        fedThrough = new long[count];
        handed = newest;
        Arrays.fill(owned, true);
        for (int slice = 0; slice < count; slice++) {
            fedThrough[slice] = positions.getOrDefault(slice, newest);
            live[slice] = fedThrough[slice] >= newest;
        }
    }

    int of(EnrichedEvent event) {
        return (int) (event.customer() % owned.length);
    }

    boolean isOwned(EnrichedEvent event) {
        return owned[of(event)];
    }

    boolean isLive(EnrichedEvent event) {
        return owned[of(event)] && live[of(event)];
    }

    /** Events may have been accepted that nobody handed over: then everything falls behind, to read them. */
    void expect(long seq) {
        if (seq != handed + 1) {
            for (int slice = 0; slice < owned.length; slice++) {
                if (live[slice]) {
                    live[slice] = false;
                    fedThrough[slice] = handed;
                }
            }
        }
    }

    void handed(long seq) {
        handed = seq;
    }

    long handedThrough() {
        return handed;
    }

    /** There is no room for this event: from it on, the slice is read from the database. */
    void fallBehind(EnrichedEvent event) {
        live[of(event)] = false;
        fedThrough[of(event)] = event.seq() - 1;
    }

    boolean isBehind() {
        return behindFrom() < Long.MAX_VALUE;
    }

    /** The place after which the slice that is furthest behind has to be read. */
    long behindFrom() {
        long from = Long.MAX_VALUE;
        for (int slice = 0; slice < owned.length; slice++) {
            if (owned[slice] && !live[slice]) {
                from = Math.min(from, fedThrough[slice]);
            }
        }
        return from;
    }

    boolean isUnfed(EnrichedEvent event) {
        int slice = of(event);
        return owned[slice] && !live[slice] && event.seq() > fedThrough[slice];
    }

    /** Everything up to a place has been read for the slices that are behind. */
    void fed(long upTo) {
        for (int slice = 0; slice < owned.length; slice++) {
            if (owned[slice] && !live[slice]) {
                fedThrough[slice] = Math.max(fedThrough[slice], upTo);
                live[slice] = fedThrough[slice] >= handed;
            }
        }
    }

    /** @param limit no place is told that is beyond this one */
    Map<Integer, Long> positions(long limit) {
        Map<Integer, Long> positions = new HashMap<>();
        for (int slice = 0; slice < owned.length; slice++) {
            if (owned[slice]) {
                positions.put(slice, Math.min(limit, live[slice] ? handed : fedThrough[slice]));
            }
        }
        return positions;
    }
}
