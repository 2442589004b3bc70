package io.subrelay.delivery.queue;

import io.subrelay.delivery.partition.Slices;
import io.subrelay.delivery.queue.Backlog.Row;
import io.subrelay.event.Delivery;
import io.subrelay.event.DeliveryResult;
import io.subrelay.event.EnrichedEvent;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/**
 * What waits for one destination. Accepted events are handed over in memory; past a bound they stay in the database and
 * are read back in order as there is room, by whichever thread comes for deliveries.
 */
public final class OutboxQueue {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxQueue.class);
    private static final int PAGE = 250;
    /** How many deliveries of one customer may be in memory: a busy one must not take the others' room. */
    private static final int LANE_LIMIT = 100;
    /** Requested deliveries leave newly accepted ones first: a few at a time, at once only if nothing else is ready. */
    private static final int REQUESTED_PAGE = 64;
    private static final long REQUESTED_EVERY_MS = 1_000;
    private static final long IDLE_MS = 10_000;
    private static final long READ_AGAIN_MS = 1_000;

    private final String destination;
    private final Backlog backlog;
    private final Clock clock;
    private final int inMemory;
    private final int laneLimit;
    private final Slices slices;
    private final Lanes lanes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean reading;
    private long readAgainAt;
    private int acquisitions;
    /** Whether there may be requested deliveries in the database. */
    private boolean requested = true;
    private long requestsAt;
    /** Whether there may be more than the last ones that were read. */
    private boolean moreRequests;
    private boolean closed;
    private long gateWaitMs;

    /**
     * @param clock    a steady one
     * @param inMemory how many deliveries may be in memory
     */
    public OutboxQueue(String destination, Backlog backlog, Clock clock, int inMemory, Slices slices) {
        this.destination = destination;
        this.backlog = backlog;
        this.clock = clock;
        this.inMemory = inMemory;
        this.slices = slices;
        this.laneLimit = Math.max(2, Math.min(LANE_LIMIT, inMemory / 4));
        this.lanes = new Lanes(destination, slices, clock, laneLimit);
    }

    /**
     * Hands over events that have just been accepted, in order.
     *
     * @param fromSeq from where on these are all that were accepted, of the slices that are held
     * @param toSeq   up to where
     */
    public void offer(List<EnrichedEvent> events, long fromSeq, long toSeq) {
        locked(() -> {
            slices.expect(fromSeq);
            for (EnrichedEvent event : events) {
                if (slices.isLive(event)) {
                    if (lanes.size() >= inMemory) {
                        slices.fallBehind(event);
                    } else if (event.destinations().contains(destination) || !event.afterCustomers().isEmpty()) {
                        lanes.enqueue(Delivery.of(event));
                    }
                }
            }
            slices.handed(toSeq);
            changed.signal();
        });
    }

    /** Gets a slice, which is fed from a place on. */
    public void acquire(int slice, long position) {
        locked(() -> {
            slices.acquire(slice, position);
            acquisitions++;
            requested = true;
            changed.signal();
        });
    }

    /**
     * Gives a slice back.
     *
     * @return whether nothing of it is being attempted any more
     */
    public boolean release(int slice) {
        return locked(() -> {
            slices.release(slice);
            return lanes.release(slice);
        });
    }

    /** Tells that somebody asked for deliveries: they are in the database. */
    public void offerRequests() {
        locked(() -> {
            requested = true;
            requestsAt = 0;
            changed.signal();
        });
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
    public List<Delivery> take(int max, BiPredicate<Delivery, Delivery> sameList, Gate gate, Runnable more)
            throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long idleUntil = clock.millis() + IDLE_MS;
            while (!closed) {
                List<Delivery> taken = takeReady(max, sameList, gate);
                long now = clock.millis();
                if (!taken.isEmpty()) {
                    if (!lock.hasWaiters(changed)) {
                        more.run();
                    } else if (lanes.ready() > 0 || mayRead() || untilNextTimer(now) < Long.MAX_VALUE) {
                        changed.signal();
                    }
                    return taken;
                }
                if (now >= idleUntil) {
                    changed.signal();
                    return List.of();
                }
                long wait = Math.min(untilNextTimer(now), lanes.ready() > 0 ? gateWaitMs : Long.MAX_VALUE);
                changed.await(Math.min(wait, idleUntil - now), TimeUnit.MILLISECONDS);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** The same without waiting; none if none is ready now. */
    List<Delivery> poll(int max, BiPredicate<Delivery, Delivery> sameList, Gate gate) {
        return locked(() -> takeReady(max, sameList, gate));
    }

    private List<Delivery> takeReady(int max, BiPredicate<Delivery, Delivery> sameList, Gate gate) {
        long now;
        do {
            now = clock.millis();
            lanes.makeDue(now);
        } while (!reading && !closed && now >= readAgainAt && readSomething(now) && lanes.ready() < max);
        gateWaitMs = lanes.ready() > 0 && !closed ? gate.tryAcquire() : Long.MAX_VALUE;
        return gateWaitMs == 0 ? lanes.take(max, sameList) : List.of();
    }

    private long untilNextTimer(long now) {
        long next = lanes.nextDue();
        if (requested && !reading && hasRoom()) {
            next = Math.min(next, requestsAt);
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
    public void finish(List<DeliveryResult> results) {
        locked(() -> {
            lanes.finish(results);
            requested |= results.stream().anyMatch(
                    it -> !it.isFinal() && it.delivery().origin() == Delivery.Origin.REQUEST);
        });
    }

    /** Has one of those who wait in {@link #take} look again. */
    public void wake() {
        locked(changed::signal);
    }

    /**
     * Makes deliveries due that wait for their next attempt, those that are next first.
     *
     * @param customers whose
     * @param most      of how many customers
     * @return          false if none waits
     */
    public boolean makeDue(LongPredicate customers, int most) {
        return locked(() -> {
            changed.signal();
            return lanes.makeDue(customers, most);
        });
    }

    public void forget(Set<Long> customers) {
        locked(() -> {
            lanes.forget(customers);
            changed.signal();
        });
    }

    /** Reads from the database what there is room for; the lock is open meanwhile. */
    private boolean readSomething(long now) {
        Lane lane = hasRoom() ? lanes.nextUnread() : null;
        if (lane != null) {
            readLane(lane);
        } else if (slices.isBehind() && hasRoom()) {
            readSlices();
        } else if (requested && hasRoom() && (now >= requestsAt || moreRequests && lanes.ready() == 0)) {
            requestsAt = now + REQUESTED_EVERY_MS;
            readRequests();
        } else {
            return false;
        }
        return true;
    }

    /** Whether something is left to be read: nobody reads on once there is enough to deliver. */
    private boolean mayRead() {
        return hasRoom() && (lanes.isUnread() || slices.isBehind());
    }

    private boolean hasRoom() {
        return lanes.size() <= inMemory / 2;
    }

    private void readLane(Lane lane) {
        long from = lane.spilledFrom;
        long upTo = slices.fedThrough(lane.customer);
        Delivery merging = lane.merging;
        read(() -> isFirst(merging) ? backlog.nextOf(lane.customer, from, upTo, laneLimit) : null,
                rows -> {
                    if (rows == null) {
                        lanes.waitForOthers(lane);
                    } else {
                        lanes.wasRead(lane, rows);
                    }
                }, () -> lanes.readFailed(lane));
    }

    /** Whether all is settled that goes before a delivery, whoever has it. */
    private boolean isFirst(Delivery merging) throws InterruptedException {
        if (merging != null) {
            for (long merged : merging.event().afterCustomers()) {
                if (!isSettled(merged, merging.seq())) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean isSettled(long customer, long upTo) throws InterruptedException {
        List<Row> next = backlog.nextOf(customer, 0, upTo, 1);
        while (!next.isEmpty()) {
            Row row = next.get(0);
            if (row.delivery().isMeantFor(destination) || !isFirst(row.delivery())) {
                return false;
            }
            next = backlog.nextOf(customer, row.seq() + 1, upTo, 1);
        }
        return true;
    }

    private void readSlices() {
        Set<Integer> behind = slices.behind();
        long from = slices.fedThrough(behind);
        long upTo = slices.handedThrough();
        // of a slice that was lost and acquired again, what is being attempted since before that
        Set<Long> attempted = lanes.inMemory(from);
        read(() -> backlog.next(behind, from, upTo, PAGE), rows -> {
            for (Row row : rows) {
                if (slices.isUnfed(row.delivery().event()) && !attempted.contains(row.seq())) {
                    lanes.enqueueRead(row);
                }
            }
            slices.fed(behind, rows.size() < PAGE ? upTo : rows.get(rows.size() - 1).seq());
        }, () -> {});
    }

    private void readRequests() {
        Set<Integer> owned = slices.owned();
        Set<Long> ended = lanes.requests().ended();
        int limit = REQUESTED_PAGE + lanes.requests().size();
        read(() -> backlog.requested(owned, limit), rows -> {
            int before = lanes.requests().size();
            lanes.requests().fresh(rows, ended).stream()
                    .filter(delivery -> slices.isOwned(delivery.customer())).forEach(lanes::enqueue);
            moreRequests = lanes.requests().size() > before;
            if (rows.isEmpty()) {
                requested = lanes.requests().size() > 0 || backlog.hasRequested();
            }
        }, () -> {});
    }

    private void read(Query query, Consumer<List<Row>> handler, Runnable failed) {
        reading = true;
        int acquired = acquisitions;
        try {
            List<Row> rows;
            lock.unlock();
            try {
                rows = query.run();
            } finally {
                lock.lock();
                reading = false;
            }
            // a slice that was acquired meanwhile may have been lost before, and somebody else's: it is read again
            if (acquired == acquisitions) {
                handler.accept(rows);
            } else {
                failed.run();
            }
            readAgainAt = 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        } catch (RuntimeException | Error e) {
            if (readAgainAt == 0) {
                LOG.warn("{}: cannot read what is to be delivered: {}", destination,
                        NestedExceptionUtils.getMostSpecificCause(e).toString());
            }
            failed.run();
            readAgainAt = clock.millis() + READ_AGAIN_MS;
        }
    }

    /** The place up to which everything of a slice is settled or waits for its time in the database. */
    public Map<Integer, Long> positions() {
        return locked(() -> slices.positions(lanes.oldest() - 1));
    }

    /** When the oldest event that is not settled was accepted, milliseconds since the epoch; 0 if there is none. */
    public long oldestPendingAt() {
        return locked(lanes::oldestReceivedAt);
    }

    /** Lets everybody who waits in {@link #take} go. */
    public void close() {
        locked(() -> {
            closed = true;
            changed.signalAll();
        });
    }

    private void locked(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /** Says how long to wait before the destination may be called, in milliseconds; 0 lets one call through. */
    public interface Gate {
        long tryAcquire();
    }

    private interface Query {
        List<Row> run() throws InterruptedException;
    }
}
