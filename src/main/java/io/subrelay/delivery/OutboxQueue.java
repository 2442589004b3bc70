package io.subrelay.delivery;

import io.subrelay.store.DeliveryStore;
import io.subrelay.store.DeliveryStore.Waiting;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for one destination. Accepted events are handed over in memory; past a bound they stay in the database and
 * are read back in order as there is room, by whichever thread comes for deliveries.
 */
final class OutboxQueue {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxQueue.class);
    private static final int PAGE = 250;
    /** Requested deliveries leave newly accepted ones first: a few at a time, at once only if nothing else is ready. */
    private static final int REQUESTED_PAGE = 64;
    private static final long REQUESTED_EVERY_MS = 1_000;
    private static final long ABROAD_EVERY_MS = 100;
    private static final long IDLE_MS = 10_000;
    private static final long READ_AGAIN_MS = 1_000;

    private final String destination;
    private final DeliveryStore store;
    private final Flush flush;
    private final int inMemory;
    private final Slices slices;
    private final Lanes lanes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean reading;
    private long readAgainAt;
    private long abroadAt;
    private boolean requests = true;
    private long requestsAt;
    /** Whether there may be more than the last ones that were read. */
    private boolean moreRequests;
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
        this.lanes = new Lanes(slices);
    }

    /**
     * Hands over events that have just been accepted, in order.
     *
     * @param fromSeq from where on these are all that were accepted, of the slices that are held
     * @param toSeq   up to where
     */
    void offer(List<EnrichedEvent> events, long fromSeq, long toSeq) {
        lock.lock();
        try {
            slices.expect(fromSeq);
            for (EnrichedEvent event : events) {
                if (slices.isLive(event)) {
                    if (lanes.size() >= inMemory) {
                        slices.fallBehind(event);
                    } else if (event.destinations().contains(destination)) {
                        lanes.enqueue(new Delivery(event, Delivery.Origin.EVENT, 0, 0));
                    }
                }
            }
            slices.handed(toSeq);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Gets a slice, which is fed from a place on. */
    void acquire(int slice, long position) {
        lock.lock();
        try {
            slices.acquire(slice, position);
            requests = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives a slice back.
     *
     * @return whether nothing of it is being attempted any more
     */
    boolean release(int slice) {
        lock.lock();
        try {
            slices.release(slice);
            return lanes.release(slice);
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
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for deliveries whose turn it is. Those of one customer are in order; the next ones of that customer come
     * only after {@link #finish} of these.
     *
     * @param  max      how many at the most
     * @param  sameList whether a delivery may go with the first one of its list
     * @param  gate     says when the destination may be called
     * @param  more     called if nobody is left who waits for the next ones
     * @return          deliveries; none if none came for a while; null once the queue is closed
     */
    List<Delivery> take(int max, SameList sameList, Gate gate, Runnable more) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long idleUntil = SteadyClock.INSTANCE.millis() + IDLE_MS;
            while (!closed) {
                long now = SteadyClock.INSTANCE.millis();
                if (now >= idleUntil) {
                    changed.signal();
                    return List.of();
                }
                lanes.unparkDue(now);
                if (!reading && now >= readAgainAt && readSomething(now)) {
                    continue;
                }
                long wait = untilNextTimer(now);
                if (lanes.isReady()) {
                    long closedFor = gate.waitMs();
                    if (closedFor == 0) {
                        List<Delivery> taken = lanes.take(max, sameList);
                        if (!lock.hasWaiters(changed)) {
                            more.run();
                        } else if (lanes.isReady() || untilNextTimer(now) < Long.MAX_VALUE) {
                            changed.signal();
                        }
                        return taken;
                    }
                    wait = Math.min(wait, closedFor);
                }
                changed.await(Math.min(wait, idleUntil - now), TimeUnit.MILLISECONDS);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private long untilNextTimer(long now) {
        long next = lanes.nextDue();
        if (requests && !reading) {
            next = Math.min(next, requestsAt);
        }
        if (lanes.isAbroad()) {
            next = Math.min(next, abroadAt);
        }
        if (readAgainAt > now) {
            next = Math.min(next, readAgainAt);
        }
        return next == Long.MAX_VALUE ? next : Math.max(1, next - now);
    }

    /**
     * Deliveries that were taken together have ended or failed. The customer's next ones may go; behind a failed one
     * they wait until it has gone again.
     */
    void finish(List<Finished> list) {
        lock.lock();
        try {
            for (Finished finished : list) {
                lanes.finish(finished);
                requests |= finished.failed() && finished.delivery().origin() == Delivery.Origin.REQUEST;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has one of those who wait in {@link #take} look again. */
    void wake() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Makes every delivery that waits for its next attempt due: the destination answers again. */
    void recovered() {
        lock.lock();
        try {
            lanes.makeAllDue();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Drops customers that were erased. */
    void forget(Set<Long> customers) {
        lock.lock();
        try {
            lanes.forget(customers);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Reads from the database what there is room for; the lock is open meanwhile. */
    private boolean readSomething(long now) {
        Lane lane = lanes.nextUnread();
        if (lane != null) {
            long upTo = slices.fedThrough(lane.customer);
            read(() -> store.unsettledOf(lane.customer, destination, lane.readFrom, upTo, Lanes.LANE_LIMIT),
                    rows -> lanes.wasRead(lane, rows), () -> lanes.readFailed(lane));
            return true;
        }
        if (lanes.isAbroad() && now >= abroadAt) {
            abroadAt = now + ABROAD_EVERY_MS;
            Lane waiting = lanes.nextAbroad();
            read(() -> abroad(waiting), rows -> lanes.wasAbroad(waiting, rows.isEmpty()),
                    () -> lanes.wasAbroad(waiting, false));
            return true;
        }
        if (slices.isBehind() && lanes.size() <= inMemory / 2) {
            Set<Integer> behind = slices.behind();
            String which = slices.condition("e.customer", behind);
            long from = slices.fedThrough(behind);
            long upTo = slices.handedThrough();
            read(() -> store.unsettled(destination, which, from, upTo, PAGE),
                    rows -> wasRead(rows, behind, upTo), () -> { });
            return true;
        }
        if (requests && (now >= requestsAt || moreRequests && !lanes.isReady()) && lanes.size() <= inMemory / 2) {
            requestsAt = now + REQUESTED_EVERY_MS;
            Set<Long> ended = lanes.requestsEnded();
            int limit = REQUESTED_PAGE + lanes.requests();
            String which = slices.condition("r.customer", slices.owned());
            read(() -> store.requested(destination, which, System.currentTimeMillis(), limit),
                    rows -> requestsWereRead(rows, ended), () -> { });
            return true;
        }
        return false;
    }

    /** What another runner still has of the customers that a lane waits for. */
    private List<Waiting> abroad(Lane waiting) throws SQLException {
        List<Waiting> theirs = new ArrayList<>();
        Delivery merging = waiting.queue.peek();
        if (merging != null) {
            for (long merged : merging.event().afterCustomers()) {
                theirs.addAll(store.unsettledOf(merged, destination, 0, merging.seq(), 1));
            }
        }
        return theirs;
    }

    private void wasRead(List<Waiting> rows, Set<Integer> behind, long upTo) {
        for (Waiting row : rows) {
            if (slices.isUnfed(row.delivery().event())) {
                lanes.enqueueRead(row);
            }
        }
        slices.fed(behind, rows.size() < PAGE ? upTo : rows.get(rows.size() - 1).delivery().seq());
    }

    private void requestsWereRead(List<Waiting> rows, Set<Long> ended) throws SQLException {
        moreRequests = false;
        Set<Long> behind = new HashSet<>();
        for (Waiting row : rows) {
            Delivery delivery = row.delivery();
            if (lanes.hasRequestEnded(delivery.seq())) {
                // while these were read: if it failed, the customer's later ones must not go before it
                behind.add(delivery.customer());
                moreRequests |= !ended.contains(delivery.seq());
            } else if (slices.isOwned(delivery.customer()) && !behind.contains(delivery.customer())
                    && !lanes.isRequestKnown(delivery.seq())) {
                lanes.enqueue(delivery);
                moreRequests = true;
            }
        }
        lanes.forgetRequestsEnded(ended);
        if (rows.isEmpty()) {
            requests = lanes.requests() > 0 || store.hasRequested(destination);
        }
    }

    private void read(Query query, RowsHandler handler, Runnable failed) {
        reading = true;
        try {
            List<Waiting> rows;
            lock.unlock();
            try {
                // what has ended must not be read as if it had not
                flush.await();
                rows = query.run();
            } finally {
                lock.lock();
                reading = false;
            }
            handler.handle(rows);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        } catch (SQLException | RuntimeException | Error e) {
            LOG.warn("{}: cannot read what is to be delivered: {}", destination, e.toString());
            failed.run();
            readAgainAt = SteadyClock.INSTANCE.millis() + READ_AGAIN_MS;
        }
    }

    /** The place up to which everything of a slice is settled or waits for its time in the database. */
    Map<Integer, Long> positions() {
        lock.lock();
        try {
            return slices.positions(lanes.oldest() == null ? Long.MAX_VALUE : lanes.oldest().getKey() - 1);
        } finally {
            lock.unlock();
        }
    }

    /** When the oldest event that is not settled was accepted, milliseconds since the epoch; 0 if there is none. */
    long oldestPendingAt() {
        lock.lock();
        try {
            return lanes.oldest() == null ? 0 : lanes.oldest().getValue();
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

    /** Whether two deliveries may be in one list. */
    interface SameList {
        boolean test(Delivery first, Delivery other);
    }

    /** Says how long to wait before the destination may be called, in milliseconds; 0 lets one call through. */
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
