package io.subrelay.delivery.queue;

import io.subrelay.delivery.partition.Slices;
import io.subrelay.delivery.queue.Backlog.Row;
import io.subrelay.delivery.queue.Lane.State;
import io.subrelay.event.Delivery;
import io.subrelay.event.DeliveryResult;
import io.subrelay.event.EnrichedEvent;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.LongPredicate;

/**
 * The lanes of one destination, one for each customer that has something to be delivered. A lane that cannot go on now
 * costs a few bytes, however many events it has: they are left in the database. Not thread safe: the queue's lock
 * guards it.
 */
final class Lanes {

    /** How long a lane waits before it is asked again whether another runner is done with what was merged into it. */
    private static final long ELSEWHERE_MS = 100;

    private final String destination;
    private final Slices slices;
    private final Clock clock;
    private final int laneLimit;
    private final Map<Long, Lane> lanes = new HashMap<>();
    private final Set<Lane> ready = new LinkedHashSet<>();
    private final Set<Lane> unread = new LinkedHashSet<>();
    private final TreeSet<Lane> waiting = new TreeSet<>(
            Comparator.<Lane>comparingLong(lane -> lane.dueAt).thenComparingLong(lane -> lane.customer));
    private final Map<State, Collection<Lane>> byState = new EnumMap<>(Map.of(
            State.READY, ready, State.IN_FLIGHT, new HashSet<>(), State.WAITING, waiting, State.UNREAD, unread,
            State.READING, new HashSet<>(), State.BEHIND, new HashSet<>(), State.GONE, new HashSet<>()));
    /** Places of deliveries in memory that are not settled, with the time of acceptance. */
    private final TreeMap<Long, Long> unsettled = new TreeMap<>();
    private final TreeSet<Lane> spilled = new TreeSet<>(
            Comparator.<Lane>comparingLong(lane -> lane.spilledFrom).thenComparingLong(lane -> lane.customer));
    private final RequestedDeliveries requests = new RequestedDeliveries();
    private int size;

    /**
     * @param clock     a steady one
     * @param laneLimit how many deliveries of one customer may be in memory, 1 or more
     */
    Lanes(String destination, Slices slices, Clock clock, int laneLimit) {
        this.destination = destination;
        this.slices = slices;
        this.clock = clock;
        this.laneLimit = laneLimit;
    }

    /** The one way from state to state. */
    private void move(Lane lane, State to) {
        byState.get(lane.state).remove(lane);
        lane.state = to;
        if (to != State.GONE) {
            byState.get(to).add(lane);
            return;
        }
        lanes.remove(lane.customer, lane);
        List<Lane> followers = List.copyOf(lane.followers);
        lane.followers.clear();
        for (Lane follower : followers) {
            if (follower.state == State.BEHIND) {
                move(follower, State.UNREAD);
            }
        }
    }

    int size() {
        return size;
    }

    RequestedDeliveries requests() {
        return requests;
    }

    /** How many lanes have a delivery that may go. */
    int ready() {
        return ready.size();
    }

    boolean isUnread() {
        return !unread.isEmpty();
    }

    /** When the next lane is due by the clock; {@link Long#MAX_VALUE} if none waits. */
    long nextDue() {
        return waiting.isEmpty() ? Long.MAX_VALUE : waiting.first().dueAt;
    }

    /** The place of the oldest event that is not settled; {@link Long#MAX_VALUE} if there is none. */
    long oldest() {
        return Math.min(unsettled.isEmpty() ? Long.MAX_VALUE : unsettled.firstKey(),
                spilled.isEmpty() ? Long.MAX_VALUE : spilled.first().spilledFrom);
    }

    /** The events after a place that are in memory. */
    Set<Long> inMemory(long afterSeq) {
        return Set.copyOf(unsettled.tailMap(afterSeq, false).keySet());
    }

    /** When it was accepted, milliseconds since the epoch; 0 if there is none. */
    long oldestReceivedAt() {
        long oldest = oldest();
        return oldest == Long.MAX_VALUE ? 0
                : unsettled.containsKey(oldest) ? unsettled.get(oldest) : spilled.first().spilledReceivedAt;
    }

    /** Takes deliveries whose turn it is, those of one customer in order. */
    List<Delivery> take(int max, BiPredicate<Delivery, Delivery> sameList) {
        List<Delivery> taken = new ArrayList<>(Math.min(max, ready.size()));
        List<Lane> from = new ArrayList<>();
        for (Lane lane : ready) {
            if (taken.size() == max) {
                break;
            }
            int before = taken.size();
            while (taken.size() < max && !lane.queue.isEmpty()
                    && (taken.size() == before || lane.queue.peek().event().afterCustomers().isEmpty())
                    && (taken.isEmpty() || sameList.test(taken.get(0), lane.queue.peek()))) {
                taken.add(lane.queue.poll());
            }
            if (taken.size() > before) {
                from.add(lane);
            }
        }
        from.forEach(lane -> move(lane, State.IN_FLIGHT));
        return taken;
    }

    /** Deliveries that were taken together have ended or are to be retried. */
    void finish(List<DeliveryResult> results) {
        Set<Lane> theirs = new LinkedHashSet<>();
        for (DeliveryResult result : results) {
            Lane lane = lanes.get(result.customer());
            theirs.add(lane);
            drop(result.delivery());
            if (!result.isFinal() && slices.isOwned(lane.customer)) {
                retry(lane, result);
            }
        }
        theirs.forEach(this::goOn);
    }

    private void retry(Lane lane, DeliveryResult failed) {
        Delivery delivery = failed.delivery();
        if (delivery.origin() == Delivery.Origin.REQUEST) {
            // the customer's later requested ones wait in the database, as this one does
            lane.queue.stream().filter(it -> it.origin() == Delivery.Origin.REQUEST).forEach(this::drop);
            lane.queue.removeIf(it -> it.origin() == Delivery.Origin.REQUEST);
        } else if (lane.spilledFrom == 0 || delivery.seq() < lane.spilledFrom) {
            spillAll(lane);
            spillBefore(lane, delivery, failed.delayMs());
        }
    }

    /** Adds a delivery behind the customer's others, or leaves it in the database where they are left as well. */
    void enqueue(Delivery delivery) {
        Lane lane = lanes.computeIfAbsent(delivery.customer(), Lane::new);
        if (lane.spilledFrom > 0 || lane.queue.size() >= laneLimit) {
            if (delivery.origin() == Delivery.Origin.EVENT) {
                leave(lane, delivery.event());
            }
            return;
        }
        add(lane, delivery);
        if (lane.state == State.GONE) {
            goOn(lane);
        }
    }

    /** The same for one that was read back: where its next attempt is not due, its lane waits for it. */
    void enqueueRead(Row row) {
        if (row.dueInMs() > 0 && !lanes.containsKey(row.delivery().customer())) {
            waitFor(lanes.computeIfAbsent(row.delivery().customer(), Lane::new), row);
        } else {
            enqueue(row.delivery());
        }
    }

    private void leave(Lane lane, EnrichedEvent event) {
        if (lane.spilledFrom == 0) {
            spill(lane, event.seq(), event);
        } else if (lane.state == State.READING && lane.arrived == null) {
            lane.arrived = event;
        }
    }

    private void waitFor(Lane lane, Row row) {
        spillBefore(lane, row.delivery(), row.dueInMs());
        move(lane, State.WAITING);
    }

    /** Leaves all from a delivery on in the database, until that is retried. */
    private void spillBefore(Lane lane, Delivery delivery, long delayMs) {
        spill(lane, delivery.seq(), delivery.event());
        lane.retried = delivery;
        lane.dueAt = clock.millis() + delayMs;
    }

    void makeDue(long now) {
        while (!waiting.isEmpty() && waiting.first().dueAt <= now) {
            move(waiting.first(), State.UNREAD);
        }
    }

    /** Makes due what these customers wait for, at most so many of them, the next one first; false if none waits. */
    boolean makeDue(LongPredicate customers, int most) {
        List<Lane> theirs = waiting.stream().filter(lane -> customers.test(lane.customer)).limit(most).toList();
        for (Lane lane : theirs) {
            lane.retried = lane.retried == null ? null : lane.retried.early();
            move(lane, State.UNREAD);
        }
        return !theirs.isEmpty();
    }

    /** The next lane that has to be read from the database, from {@link Lane#spilledFrom}; null if there is none. */
    Lane nextUnread() {
        if (unread.isEmpty()) {
            return null;
        }
        Lane lane = unread.iterator().next();
        move(lane, State.READING);
        return lane;
    }

    void readFailed(Lane lane) {
        if (lane.state == State.READING) {
            lane.arrived = null;
            move(lane, State.UNREAD);
        }
    }

    /** Others still have deliveries that go before those of this lane. */
    void waitForOthers(Lane lane) {
        if (lane.state == State.READING) {
            lane.arrived = null;
            lane.dueAt = clock.millis() + ELSEWHERE_MS;
            move(lane, State.WAITING);
        }
    }

    /** A lane was read, up to {@code laneLimit} deliveries. */
    void wasRead(Lane lane, List<Row> rows) {
        if (lane.state != State.READING) {
            return;
        }
        if (!rows.isEmpty() && rows.get(0).dueInMs() > 0 && !isRetried(lane, rows.get(0))) {
            lane.arrived = null;
            waitFor(lane, rows.get(0));
            return;
        }
        EnrichedEvent arrived = lane.arrived;
        lane.arrived = null;
        spill(lane, 0, null);
        int due = Math.min(1, rows.size());
        while (due < rows.size() && (rows.get(due).dueInMs() <= 0 || isRetried(lane, rows.get(due)))) {
            due++;
        }
        rows.subList(0, due).forEach(row -> add(lane, isRetried(lane, row) ? lane.retried : row.delivery()));
        lane.retried = null;
        if (due < rows.size()) {
            // behind an event that only orders, which is never settled
            spill(lane, rows.get(due).seq(), rows.get(due).delivery().event());
        } else if (rows.size() == laneLimit) {
            EnrichedEvent last = rows.get(rows.size() - 1).delivery().event();
            spill(lane, last.seq() + 1, last);
        } else if (arrived != null) {
            spill(lane, arrived.seq(), arrived);
        }
        goOn(lane);
    }

    private static boolean isRetried(Lane lane, Row row) {
        return lane.retried != null && lane.retried.seq() == row.seq();
    }

    /** Drops customers that were erased; what is being attempted ends as it does. */
    void forget(Collection<Long> customers) {
        for (long customer : customers) {
            Lane lane = lanes.get(customer);
            if (lane != null) {
                spillAll(lane);
                spill(lane, 0, null);
                lane.retried = null;
                if (lane.state != State.IN_FLIGHT) {
                    move(lane, State.GONE);
                }
            }
        }
    }

    /** Drops what belongs to a slice that another runner gets; says whether nothing of it is being attempted. */
    boolean release(int slice) {
        List<Long> theirs = lanes.keySet().stream().filter(customer -> slices.of(customer) == slice).toList();
        forget(theirs);
        return theirs.stream().noneMatch(lanes::containsKey);
    }

    /** Decides what a lane does next, of which nothing is being attempted. */
    private void goOn(Lane lane) {
        Delivery next = lane.queue.peek();
        if (next == null) {
            move(lane, lane.spilledFrom == 0 ? State.GONE : lane.retried == null ? State.UNREAD : State.WAITING);
            return;
        }
        if (leaveForOthers(lane, next) || follow(lane, next)) {
            spillAll(lane);
            if (next.origin() == Delivery.Origin.EVENT) {
                spill(lane, next.seq(), next.event());
            }
            move(lane, lane.spilledFrom == 0 ? State.GONE : lane.merging == null ? State.BEHIND : State.UNREAD);
            return;
        }
        if (next.isMeantFor(destination)) {
            move(lane, State.READY);
        } else {
            drop(lane.queue.poll());
            goOn(lane);
        }
    }

    /** Notes that others have to be asked, where another runner's deliveries may go first, or none were read. */
    private boolean leaveForOthers(Lane lane, Delivery next) {
        boolean asked = lane.merging != null && lane.merging.seq() == next.seq();
        lane.merging = null;
        for (long merged : next.event().afterCustomers()) {
            if (!asked && (!slices.isOwned(merged) || slices.fedThrough(merged) < next.seq() - 1)) {
                lane.merging = next;
                return true;
            }
        }
        return false;
    }

    /** Has a lane wait for the first of those ahead of it. */
    private boolean follow(Lane lane, Delivery next) {
        for (long merged : next.event().afterCustomers()) {
            Lane ahead = lanes.get(merged);
            if (ahead != null && ahead != lane) {
                ahead.followers.add(lane);
                return true;
            }
        }
        return false;
    }

    private void add(Lane lane, Delivery delivery) {
        lane.queue.add(delivery);
        size++;
        if (delivery.origin() == Delivery.Origin.EVENT) {
            unsettled.put(delivery.seq(), delivery.event().receivedAt());
        } else {
            requests.begun(delivery.seq());
        }
    }

    private void drop(Delivery delivery) {
        size--;
        if (delivery.origin() == Delivery.Origin.EVENT) {
            unsettled.remove(delivery.seq());
        } else {
            requests.ended(delivery.seq());
        }
    }

    /** Leaves what is in memory, and waits to be taken, in the database. */
    private void spillAll(Lane lane) {
        lane.queue.forEach(this::drop);
        lane.queue.clear();
    }

    /** @param from from where on deliveries are only in the database; 0 for none */
    private void spill(Lane lane, long from, EnrichedEvent first) {
        if (lane.spilledFrom > 0) {
            spilled.remove(lane);
        }
        lane.spilledFrom = from;
        if (from > 0) {
            lane.spilledReceivedAt = first.receivedAt();
            spilled.add(lane);
        }
    }
}
