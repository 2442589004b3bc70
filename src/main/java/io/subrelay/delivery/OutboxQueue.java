package io.subrelay.delivery;

import io.subrelay.store.DeliveryStore;
import io.subrelay.store.DeliveryStore.Waiting;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for one destination. Accepted events are handed over in memory; past a bound they stay in the database and
 * are read back in order as there is room. A customer whose delivery waits for its next attempt costs a few bytes,
 * however many events are behind it.
 */
final class OutboxQueue {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxQueue.class);
    private static final int PAGE = 250;
    private static final int LANE_LIMIT = 100;
    private static final int REQUESTED_AT_ONCE = 64;
    private static final long REQUESTED_EVERY_MS = 1_000;
    private static final long RETRY_READ_MS = 1_000;

    private final String destination;
    private final DeliveryStore store;
    private final Flush flush;
    private final int inMemory;
    private final Slices slices;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private final Map<Long, Lane> lanes = new HashMap<>();
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();
    private final ArrayDeque<Lane> unread = new ArrayDeque<>();
    private final PriorityQueue<Lane> parked = new PriorityQueue<>(Comparator.comparingLong(lane -> lane.dueAt));
    /** Places of what is not settled, with the time of acceptance. */
    private final TreeMap<Long, Long> unsettled = new TreeMap<>();
    private final Set<Long> requested = new HashSet<>();
    /** Requested ones that have ended, but whose rows may still be read. */
    private final Set<Long> requestsEnded = new HashSet<>();
    private int size;
    private boolean reading;
    private long readAgainAt;
    private boolean requests = true;
    private long requestsAt;
    private boolean closed;

    /**
     * @param flush    waits until what became of deliveries is in the database
     * @param inMemory how many deliveries may be in memory
     */
    OutboxQueue(String destination, DeliveryStore store, Flush flush, int inMemory, Slices slices) {
        this.destination = destination;
        this.store = store;
        this.flush = flush;
        this.inMemory = inMemory;
        this.slices = slices;
    }

    /** Hands over events that have just been accepted, in order. */
    void offer(List<EnrichedEvent> events) {
        lock.lock();
        try {
            slices.expect(events.get(0).seq());
            for (EnrichedEvent event : events) {
                if (slices.isLive(event)) {
                    if (size >= inMemory) {
                        slices.fallBehind(event);
                    } else if (event.destinations().contains(destination)) {
                        enqueue(new Delivery(event, Delivery.Origin.EVENT, 0, 0));
                    }
                }
            }
            slices.handed(events.get(events.size() - 1).seq());
            if (slices.isBehind()) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Tells that somebody asked for deliveries: they are in the database. */
    void offerRequests() {
        lock.lock();
        try {
            requests = true;
            requestsAt = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for deliveries whose turn it is. Those of one customer are in order; the next ones of that customer come
     * only after {@link #finish} of these.
     *
     * @param  max    how many at the most
     * @param  sameList whether a delivery may go with the first one of its list
     * @param  gate   says how long to wait before the next attempt, in milliseconds; 0 lets one through
     * @return        at least one delivery; null once the queue is closed
     */
    List<Delivery> take(int max, SameList sameList, Gate gate) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                long now = System.currentTimeMillis();
                unparkDue(now);
                if (!reading && now >= readAgainAt && readSomething(now)) {
                    continue;
                }
                long wait = Long.MAX_VALUE;
                if (!ready.isEmpty()) {
                    wait = gate.waitMs();
                    if (wait == 0) {
                        return takeReady(max, sameList);
                    }
                }
                await(Math.min(wait, nextTimer(now)));
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void await(long millis) throws InterruptedException {
        if (millis == Long.MAX_VALUE) {
            changed.await();
        } else if (millis > 0) {
            changed.await(millis, TimeUnit.MILLISECONDS);
        }
    }

    private long nextTimer(long now) {
        long next = Long.MAX_VALUE;
        if (!parked.isEmpty()) {
            next = parked.peek().dueAt;
        }
        if (requests && !reading) {
            next = Math.min(next, requestsAt);
        }
        if (readAgainAt > now) {
            next = Math.min(next, readAgainAt);
        }
        return next == Long.MAX_VALUE ? next : Math.max(1, next - now);
    }

    private List<Delivery> takeReady(int max, SameList sameList) {
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
        if (!ready.isEmpty()) {
            changed.signal();
        }
        return taken;
    }

    /**
     * Deliveries that were taken together have ended or failed. The customer's next ones may go; behind a failed one
     * they wait until it has gone again.
     */
    void finish(List<Finished> list) {
        lock.lock();
        try {
            for (Finished finished : list) {
                Delivery delivery = finished.delivery();
                forget(delivery);
                Lane lane = lanes.get(delivery.customer());
                lane.inFlight--;
                if (finished.failed() && delivery.origin() == Delivery.Origin.REQUEST) {
                    requests = true;
                } else if (finished.failed() && (lane.unreadFrom == 0 || delivery.seq() < lane.unreadFrom)) {
                    park(lane, delivery, finished.retryAt());
                }
                if (lane.inFlight == 0 && lane.state == Lane.State.BUSY) {
                    goOn(lane);
                }
            }
            if (!parked.isEmpty()) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes every lane that waits for its next attempt due: the destination answers again. */
    void recovered() {
        lock.lock();
        try {
            for (Lane lane : parked) {
                lane.dueAt = 0;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Drops customers that were erased; what is being attempted ends as it does. */
    void forget(Set<Long> customers) {
        lock.lock();
        try {
            for (long customer : customers) {
                Lane lane = lanes.get(customer);
                if (lane != null) {
                    lane.queue.forEach(this::forget);
                    lane.queue.clear();
                    unsettled.remove(lane.unreadFrom);
                    lane.unreadFrom = 0;
                    ready.remove(lane);
                    parked.remove(lane);
                    if (lane.state != Lane.State.UNREAD && lane.inFlight == 0) {
                        goOn(lane);
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void park(Lane lane, Delivery failed, long at) {
        for (Delivery later : lane.queue) {
            forget(later);
        }
        lane.queue.clear();
        if (lane.unreadFrom > 0) {
            unsettled.remove(lane.unreadFrom);
        }
        lane.unreadFrom = failed.seq();
        unsettled.put(failed.seq(), failed.event().receivedAt());
        lane.head = failed;
        lane.dueAt = at;
        if (lane.state == Lane.State.PARKED) {
            parked.remove(lane);
        }
        lane.state = Lane.State.PARKED;
        parked.add(lane);
    }

    private void unparkDue(long now) {
        while (!parked.isEmpty() && parked.peek().dueAt <= now) {
            Lane lane = parked.poll();
            lane.state = Lane.State.UNREAD;
            unread.add(lane);
        }
    }

    private void goOn(Lane lane) {
        if (!lane.queue.isEmpty()) {
            makeReady(lane);
        } else if (lane.unreadFrom > 0) {
            lane.state = Lane.State.UNREAD;
            unread.add(lane);
            changed.signal();
        } else {
            lanes.remove(lane.customer);
            for (Lane follower : lane.followers) {
                if (follower.state == Lane.State.BEHIND) {
                    makeReady(follower);
                }
            }
        }
    }

    private void makeReady(Lane lane) {
        for (long merged : lane.queue.peek().event().afterCustomers()) {
            Lane ahead = lanes.get(merged);
            if (ahead != null && ahead != lane) {
                ahead.followers.add(lane);
                lane.state = Lane.State.BEHIND;
                return;
            }
        }
        lane.state = Lane.State.READY;
        ready.add(lane);
        changed.signal();
    }

    /** Adds a delivery behind the customer's others, or leaves it in the database where they are left as well. */
    private void enqueue(Delivery delivery) {
        Lane lane = lanes.get(delivery.customer());
        if (lane == null) {
            lane = new Lane(delivery.customer());
            lane.state = Lane.State.BUSY;
            lanes.put(delivery.customer(), lane);
        }
        boolean unreadBefore = lane.unreadFrom > 0 || lane.state == Lane.State.UNREAD;
        if (delivery.origin() == Delivery.Origin.EVENT && (unreadBefore || lane.queue.size() >= LANE_LIMIT)) {
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

    private void add(Lane lane, Delivery delivery) {
        lane.queue.add(delivery);
        size++;
        if (delivery.origin() == Delivery.Origin.EVENT) {
            unsettled.put(delivery.seq(), delivery.event().receivedAt());
        } else {
            requested.add(delivery.seq());
        }
    }

    private void forget(Delivery delivery) {
        size--;
        if (delivery.origin() == Delivery.Origin.EVENT) {
            unsettled.remove(delivery.seq());
        } else {
            requested.remove(delivery.seq());
            requestsEnded.add(delivery.seq());
        }
    }

    /** Reads from the database what there is room for; the lock is open meanwhile. */
    private boolean readSomething(long now) {
        if (!unread.isEmpty()) {
            Lane lane = unread.poll();
            long from = lane.unreadFrom;
            lane.unreadFrom = 0;
            return read(() -> store.unsettledOf(lane.customer, destination, from, LANE_LIMIT),
                    rows -> unreadRead(lane, from, rows, now), () -> {
                        lane.leaveUnread(from);
                        unread.add(lane);
                    });
        }
        if (slices.isBehind() && size < inMemory / 2) {
            long from = slices.behindFrom();
            long upTo = slices.handedThrough();
            return read(() -> store.unsettled(destination, from, upTo, PAGE), rows -> {
                for (Waiting row : rows) {
                    if (slices.isUnfed(row.delivery().event())) {
                        enqueueRead(row, now);
                    }
                }
                slices.fed(rows.size() < PAGE ? upTo : rows.get(rows.size() - 1).delivery().seq());
            }, () -> { });
        }
        if (requests && now >= requestsAt && size < inMemory / 2) {
            requestsAt = now + (ready.isEmpty() ? 10 : REQUESTED_EVERY_MS);
            Set<Long> ended = Set.copyOf(requestsEnded);
            return read(() -> store.requested(destination, now, REQUESTED_AT_ONCE + requested.size()), rows -> {
                int added = 0;
                for (Waiting row : rows) {
                    if (slices.isOwned(row.delivery().event()) && !requested.contains(row.delivery().seq())
                            && !requestsEnded.contains(row.delivery().seq())) {
                        enqueue(row.delivery());
                        added++;
                    }
                }
                requestsEnded.removeAll(ended);
                if (added == 0) {
                    requestsAt = now + REQUESTED_EVERY_MS;
                    requests = !rows.isEmpty() || store.hasRequested(destination);
                }
            }, () -> { });
        }
        return false;
    }

    private void unreadRead(Lane lane, long from, List<Waiting> rows, long now) {
        unsettled.remove(from);
        lane.state = Lane.State.BUSY;
        for (Waiting row : rows) {
            Delivery delivery = row.delivery();
            if (lane.head != null && lane.head.seq() == delivery.seq()) {
                delivery = new Delivery(delivery.event(), delivery.origin(),
                        Math.max(lane.head.attempts(), delivery.attempts()),
                        lane.head.firstAttemptAt() > 0 ? lane.head.firstAttemptAt() : delivery.firstAttemptAt());
            } else if (row.nextAttemptAt() > now && lane.queue.isEmpty()) {
                parkRead(lane, row);
                return;
            }
            add(lane, delivery);
        }
        lane.head = null;
        if (!rows.isEmpty() && (rows.size() == LANE_LIMIT || lane.unreadFrom > 0)) {
            long next = rows.get(rows.size() - 1).delivery().seq() + 1;
            lane.unreadFrom = rows.size() == LANE_LIMIT ? next : Math.max(next, lane.unreadFrom);
            unsettled.put(lane.unreadFrom, rows.get(rows.size() - 1).delivery().event().receivedAt());
        }
        goOn(lane);
    }

    private void enqueueRead(Waiting row, long now) {
        Delivery delivery = row.delivery();
        if (row.nextAttemptAt() > now && !lanes.containsKey(delivery.customer())) {
            Lane lane = new Lane(delivery.customer());
            lane.state = Lane.State.BUSY;
            lanes.put(delivery.customer(), lane);
            parkRead(lane, row);
        } else {
            enqueue(delivery);
        }
    }

    private void parkRead(Lane lane, Waiting row) {
        park(lane, row.delivery(), row.nextAttemptAt());
    }

    private boolean read(Query query, RowsHandler handler, Runnable failed) {
        reading = true;
        List<Waiting> rows = null;
        lock.unlock();
        try {
            // what has ended must not be read as if it had not
            flush.await();
            rows = query.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException | RuntimeException e) {
            LOG.warn("{}: cannot read what is to be delivered: {}", destination, e.toString());
        } finally {
            lock.lock();
            reading = false;
        }
        try {
            if (rows != null) {
                handler.handle(rows);
                return true;
            }
        } catch (SQLException e) {
            LOG.warn("{}: cannot read what is to be delivered: {}", destination, e.toString());
        }
        failed.run();
        readAgainAt = System.currentTimeMillis() + RETRY_READ_MS;
        return true;
    }

    /** The place up to which everything of a slice is settled or waits for its time in the database. */
    Map<Integer, Long> positions() {
        lock.lock();
        try {
            return slices.positions(unsettled.isEmpty() ? Long.MAX_VALUE : unsettled.firstKey() - 1);
        } finally {
            lock.unlock();
        }
    }

    /** When the oldest event that is not settled was accepted, milliseconds since the epoch; 0 if there is none. */
    long oldestPendingAt() {
        lock.lock();
        try {
            return unsettled.isEmpty() ? 0 : unsettled.firstEntry().getValue();
        } finally {
            lock.unlock();
        }
    }

    /** Lets everybody who waits in {@link #take} go. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * How a delivery that was taken came back.
     *
     * @param retryAt when it goes again, milliseconds since the epoch; 0 if it has ended
     */
    record Finished(Delivery delivery, long retryAt) {
        boolean failed() {
            return retryAt > 0;
        }
    }

    /** Whether two deliveries may be in one list. */
    interface SameList {
        boolean test(Delivery first, Delivery other);
    }

    /** Says when the destination may be called. */
    interface Gate {
        long waitMs();
    }

    /** Waits until what was marked is in the database. */
    interface Flush {
        void await() throws InterruptedException;
    }

    private interface Query {
        List<Waiting> run() throws SQLException;
    }

    private interface RowsHandler {
        void handle(List<Waiting> rows) throws SQLException;
    }
}
