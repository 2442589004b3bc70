package io.subrelay.delivery;

import io.subrelay.store.DeliveryStore.Waiting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * The lanes of one destination, one for each customer that has something to be delivered. A lane whose delivery waits
 * for its next attempt costs a few bytes, however many events are behind it: they are left in the database. Not thread
 * safe: the queue's lock guards it.
 */
final class Lanes {

    /** How many deliveries of one customer may be in memory: a busy one must not take the others' room. */
    static final int LANE_LIMIT = 100;

    private final Slices slices;
    private final Map<Long, Lane> lanes = new HashMap<>();
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();
    private final ArrayDeque<Lane> unread = new ArrayDeque<>();
    private final PriorityQueue<Lane> parked = new PriorityQueue<>(Comparator.comparingLong(lane -> lane.dueAt));
    /** Places of what is not settled, with the time of acceptance. */
    private final TreeMap<Long, Long> unsettled = new TreeMap<>();
    private final Set<Long> requested = new HashSet<>();
    /** Requested ones that have ended, but whose rows may still be read. */
    private final Set<Long> requestsEnded = new HashSet<>();
    /** Lanes that wait for customers whose slice another runner has. */
    private final ArrayDeque<Lane> abroad = new ArrayDeque<>();
    private int size;

    Lanes(Slices slices) {
        this.slices = slices;
    }

    /** How many deliveries are in memory. */
    int size() {
        return size;
    }

    boolean isReady() {
        return !ready.isEmpty();
    }

    /** When the next lane is due by the {@link SteadyClock}; {@link Long#MAX_VALUE} if none waits. */
    long nextDue() {
        return parked.isEmpty() ? Long.MAX_VALUE : parked.peek().dueAt;
    }

    /** The oldest event that is not settled: its place and the time of its acceptance; null if there is none. */
    Map.Entry<Long, Long> oldest() {
        return unsettled.firstEntry();
    }

    /** Takes deliveries whose turn it is, those of one customer in order. */
    List<Delivery> take(int max, OutboxQueue.SameList sameList) {
        List<Delivery> taken = new ArrayList<>(Math.min(max, ready.size()));
        int others = 0;
        while (taken.size() < max && others < ready.size()) {
            Lane lane = ready.poll();
            int before = taken.size();
            while (taken.size() < max && !lane.queue.isEmpty()
                    && (taken.size() == before || lane.queue.peek().event().afterCustomers().isEmpty())
                    && (taken.isEmpty() || sameList.test(taken.get(0), lane.queue.peek()))) {
                taken.add(lane.queue.poll());
            }
            if (taken.size() == before) {
                ready.add(lane);
                others++;
            } else {
                lane.state = Lane.State.BUSY;
                lane.inFlight = taken.size() - before;
            }
        }
        return taken;
    }

    /** A delivery that was taken has ended or, with a time to go again, failed. */
    void finish(Finished finished) {
        Delivery delivery = finished.delivery();
        drop(delivery);
        Lane lane = lanes.get(delivery.customer());
        lane.inFlight--;
        if (finished.failed() && delivery.origin() == Delivery.Origin.EVENT
                && (lane.unreadFrom == 0 || delivery.seq() < lane.unreadFrom)) {
            park(lane, delivery, finished.retryAt());
        } else if (finished.failed() && delivery.origin() == Delivery.Origin.REQUEST) {
            leaveRequests(lane);
        }
        if (lane.inFlight == 0 && lane.state == Lane.State.BUSY) {
            goOn(lane);
        }
    }

    /** The customer's later requested deliveries wait in the database, as the one that failed does. */
    private void leaveRequests(Lane lane) {
        lane.queue.stream().filter(it -> it.origin() == Delivery.Origin.REQUEST).forEach(this::drop);
        lane.queue.removeIf(it -> it.origin() == Delivery.Origin.REQUEST);
    }

    /** Adds a delivery behind the customer's others, or leaves it in the database where they are left as well. */
    void enqueue(Delivery delivery) {
        Lane lane = lanes.computeIfAbsent(delivery.customer(), Lane::new);
        boolean leave = lane.unreadFrom > 0 || lane.state == Lane.State.UNREAD || lane.queue.size() >= LANE_LIMIT;
        if (leave && delivery.origin() == Delivery.Origin.EVENT) {
            if (lane.unreadFrom == 0) {
                unsettled.put(delivery.seq(), delivery.event().receivedAt());
            }
            lane.leaveUnread(delivery.seq());
            return;
        }
        add(lane, delivery);
        if (lane.inFlight == 0 && lane.state == Lane.State.BUSY) {
            goOn(lane);
        }
    }

    /** The same for one that was read back: where its next attempt is not due, its lane waits for it. */
    void enqueueRead(Waiting row) {
        Delivery delivery = row.delivery();
        if (row.nextAttemptAt() > System.currentTimeMillis() && !lanes.containsKey(delivery.customer())) {
            park(lanes.computeIfAbsent(delivery.customer(), Lane::new), delivery, row.nextAttemptAt());
        } else {
            enqueue(delivery);
        }
    }

    boolean isRequestKnown(long seq) {
        return requested.contains(seq);
    }

    boolean hasRequestEnded(long seq) {
        return requestsEnded.contains(seq);
    }

    int requests() {
        return requested.size();
    }

    Set<Long> requestsEnded() {
        return Set.copyOf(requestsEnded);
    }

    /** What has ended before a reading will not be read again. */
    void forgetRequestsEnded(Set<Long> before) {
        requestsEnded.removeAll(before);
    }

    void unparkDue(long now) {
        while (!parked.isEmpty() && parked.peek().dueAt <= now) {
            markUnread(parked.poll());
        }
    }

    /** Makes every lane that waits for its next attempt due. */
    void makeAllDue() {
        for (Lane lane : parked) {
            lane.dueAt = 0;
        }
    }

    /** The next lane that has to be read from the database, from {@link Lane#readFrom}; null if there is none. */
    Lane nextUnread() {
        Lane lane = unread.poll();
        if (lane != null) {
            lane.readFrom = lane.unreadFrom;
            lane.unreadFrom = 0;
        }
        return lane;
    }

    /** The next lane that waits for another runner; null if there is none. */
    Lane nextAbroad() {
        return abroad.poll();
    }

    boolean isAbroad() {
        return !abroad.isEmpty();
    }

    /** Whether another runner still has something of the customers that a lane waits for. */
    void wasAbroad(Lane lane, boolean settled) {
        lane.abroadSettled = settled;
        if (isKnown(lane)) {
            makeReady(lane);
        }
    }

    /** A lane could not be read; it is again the next one. */
    void readFailed(Lane lane) {
        if (isKnown(lane)) {
            lane.leaveUnread(lane.readFrom);
            lane.readFrom = 0;
            unread.addFirst(lane);
        }
    }

    /** A lane was read, up to {@link #LANE_LIMIT} deliveries. */
    void wasRead(Lane lane, List<Waiting> rows) {
        if (!isKnown(lane)) {
            return;
        }
        unsettled.remove(lane.readFrom);
        lane.readFrom = 0;
        lane.state = Lane.State.BUSY;
        for (Waiting row : rows) {
            Delivery delivery = row.delivery();
            if (lane.head != null && lane.head.seq() == delivery.seq()) {
                // its last attempt is known better here
                delivery = new Delivery(delivery.event(), delivery.origin(),
                        Math.max(lane.head.attempts(), delivery.attempts()),
                        lane.head.firstAttemptAt() > 0 ? lane.head.firstAttemptAt() : delivery.firstAttemptAt());
            } else if (row.nextAttemptAt() > System.currentTimeMillis() && lane.queue.isEmpty()) {
                park(lane, delivery, row.nextAttemptAt());
                return;
            }
            add(lane, delivery);
        }
        lane.head = null;
        if (!rows.isEmpty() && (rows.size() == LANE_LIMIT || lane.unreadFrom > 0)) {
            EnrichedEvent last = rows.get(rows.size() - 1).delivery().event();
            lane.unreadFrom = rows.size() == LANE_LIMIT ? last.seq() + 1 : Math.max(last.seq() + 1, lane.unreadFrom);
            unsettled.put(lane.unreadFrom, last.receivedAt());
        }
        goOn(lane);
    }

    /** Drops customers that were erased; what is being attempted ends as it does. */
    void forget(Set<Long> customers) {
        for (long customer : customers) {
            Lane lane = lanes.get(customer);
            if (lane != null) {
                lane.queue.forEach(this::drop);
                lane.queue.clear();
                unsettled.remove(lane.unreadFrom);
                unsettled.remove(lane.readFrom);
                lane.unreadFrom = 0;
                for (Collection<Lane> waiting : List.of(ready, unread, parked, abroad)) {
                    waiting.remove(lane);
                }
                if (lane.inFlight == 0) {
                    remove(lane);
                } else {
                    lane.state = Lane.State.BUSY;
                }
            }
        }
    }

    private void remove(Lane lane) {
        lanes.remove(lane.customer);
        for (Lane follower : lane.followers) {
            if (follower.state == Lane.State.BEHIND && isKnown(follower)) {
                makeReady(follower);
            }
        }
    }

    /** Whether a lane has not been dropped since. */
    private boolean isKnown(Lane lane) {
        return lanes.get(lane.customer) == lane;
    }

    /**
     * Drops what belongs to a slice that another runner gets.
     *
     * @return whether nothing of it is being attempted any more
     */
    boolean release(int slice) {
        boolean idle = true;
        Set<Long> theirs = new HashSet<>();
        for (Lane lane : lanes.values()) {
            if (slices.of(lane.customer) == slice) {
                theirs.add(lane.customer);
                idle &= lane.inFlight == 0;
            }
        }
        forget(theirs);
        return idle;
    }

    private void park(Lane lane, Delivery failed, long at) {
        lane.queue.forEach(this::drop);
        lane.queue.clear();
        if (lane.unreadFrom > 0) {
            unsettled.remove(lane.unreadFrom);
        }
        lane.unreadFrom = failed.seq();
        unsettled.put(failed.seq(), failed.event().receivedAt());
        lane.head = failed;
        lane.dueAt = SteadyClock.INSTANCE.millis() + Math.max(0, at - System.currentTimeMillis());
        if (lane.state == Lane.State.PARKED) {
            parked.remove(lane);
        }
        lane.state = Lane.State.PARKED;
        parked.add(lane);
    }

    private void goOn(Lane lane) {
        if (!lane.queue.isEmpty()) {
            makeReady(lane);
        } else if (lane.unreadFrom > 0) {
            markUnread(lane);
        } else {
            remove(lane);
        }
    }

    private void markUnread(Lane lane) {
        lane.state = Lane.State.UNREAD;
        unread.add(lane);
    }

    private void makeReady(Lane lane) {
        for (long merged : lane.queue.peek().event().afterCustomers()) {
            boolean elsewhere = !slices.isOwned(merged) || slices.fedThrough(merged) < lane.queue.peek().seq() - 1;
            if (elsewhere && !lane.abroadSettled) {
                lane.state = Lane.State.BEHIND;
                abroad.add(lane);
                return;
            }
            Lane ahead = lanes.get(merged);
            if (ahead != null && ahead != lane) {
                ahead.followers.add(lane);
                lane.state = Lane.State.BEHIND;
                return;
            }
        }
        lane.abroadSettled = false;
        lane.state = Lane.State.READY;
        ready.add(lane);
    }

    private void add(Lane lane, Delivery delivery) {
        lane.queue.add(delivery);
        size++;
        if (delivery.origin() == Delivery.Origin.EVENT) {
            unsettled.put(delivery.seq(), delivery.event().receivedAt());
        } else {
            requested.add(delivery.seq());
        }
    }

    private void drop(Delivery delivery) {
        size--;
        if (delivery.origin() == Delivery.Origin.EVENT) {
            unsettled.remove(delivery.seq());
        } else {
            requested.remove(delivery.seq());
            requestsEnded.add(delivery.seq());
        }
    }
}
