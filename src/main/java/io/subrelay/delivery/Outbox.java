package io.subrelay.delivery;

import static io.subrelay.time.Repeatedly.every;
import static io.subrelay.time.Repeatedly.once;

import io.subrelay.delivery.partition.SessionLocks;
import io.subrelay.delivery.partition.Shares;
import io.subrelay.delivery.partition.Slices;
import io.subrelay.delivery.queue.Backlog;
import io.subrelay.delivery.queue.OutboxQueue;
import io.subrelay.delivery.queue.StoredBacklog;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.store.CustomerRecords;
import io.subrelay.store.CustomerRecords.Erased;
import io.subrelay.store.Database;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.HistoryBackfills;
import io.subrelay.store.RequestedDeliveryStore;
import io.subrelay.store.RetryNowStore;
import io.subrelay.store.StateBackfills;
import io.subrelay.store.Writer;
import io.subrelay.time.Clocks;
import io.subrelay.webhook.Rejected;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings accepted events to the destinations, each to the queues of those that it is meant for, as far as its customer
 * is in a slice that this runner holds.
 */
public final class Outbox extends ServiceSupport implements CamelContextAware, Shares.Holder {

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    /** Into how many slices the customers are divided where several runners may share a database. */
    private static final int SHARED_SLICES = 16;
    private static final long STOP_MS = 6_000;
    /** RevenueCat waits for at most 60 s; it had better hear of a failure than of nothing. */
    private static final long STORE_SECONDS = 30;
    private static final int POLL_PAGE = 500;
    private static final long A_MOMENT_MS = 1_000;

    private final DestinationRegistry destinations;
    private final Clocks clocks;
    private final DeliveryStore store;
    private final Writer writer;
    private final int slices;
    private final Shares shares;
    private final CustomerRecords records;
    private final StoredCounts counts;
    private final RetryNow retries;
    private final StateBackfill stateBackfill;
    private final HistoryBackfill historyBackfill;
    private final Map<String, DeliveringConsumer> consumers = new ConcurrentSkipListMap<>();
    private final Set<Integer> held = new TreeSet<>();
    private final List<ScheduledExecutorService> timers = new ArrayList<>();
    private Map<String, Map<Integer, Long>> written = Map.of();
    private CamelContext context;
    private volatile long stopBy;
    private long handed;
    private long clockOffset;

    public Outbox(DestinationRegistry destinations, Database database, Writer writer) {
        this.destinations = destinations;
        this.clocks = destinations.clocks();
        this.store = new DeliveryStore(database);
        this.writer = writer;
        this.slices = database.isShared() ? SHARED_SLICES : 1;
        this.shares = database.isShared() ? new Shares(new SessionLocks(database), slices, this) : null;
        this.records = new CustomerRecords(database);
        this.counts = new StoredCounts(store, clocks);
        this.retries = new RetryNow(new RetryNowStore(database), consumers, clocks, this::flush);
        this.stateBackfill = new StateBackfill(destinations, writer, new StateBackfills(database,
                destinations.settings().number("delivery.backfill-rate", 1, 10_000)));
        this.historyBackfill = new HistoryBackfill(destinations,
                new HistoryBackfills(database, new RequestedDeliveryStore(database)), this::requested);
        this.clockOffset = clocks.offset();
        this.handed = store.lastEvent();
        if (shares == null) {
            held.add(0);
        }
    }

    @Override
    public void setCamelContext(CamelContext context) {
        this.context = context;
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    /** How long a destination may take to stop, milliseconds; when the runner stops, all of them together. */
    long msToStop() {
        return stopBy == 0 ? STOP_MS : Math.max(0, stopBy - clocks.ticks());
    }

    /**
     * The runner stops: nothing more is begun anywhere, so that what has been begun gets all the time that there is.
     */
    public void takeNoMore() {
        stopBy = clocks.ticks() + STOP_MS;
        stateBackfill.stopHere();
        historyBackfill.stopHere();
        consumers.values().forEach(consumer -> consumer.queue().close());
    }

    /** Has to come after the routes. */
    @Override
    protected void doStart() {
        ScheduledExecutorService timer = timer("outbox");
        every(timer, 1_000, "How far destinations are could not be written", this::writePositions);
        every(timer, 1_000, "What waits by a wrong clock could not be made due", this::watchClock);
        every(timer, 1_000, "Destinations that are back could not be looked for", retries::check);
        // where there are no other runners, only what could not be handed over
        every(timer, shares == null ? 1_000 : 200, "New events could not be read", this::poll);
        // on threads of their own, as dividing the customers may have to wait
        every(timer("erasures"), 500, "Erased customers could not be read", this::forgetErased);
        every(timer("state-backfill"), Backfill.LOOK_MS, "State backfills could not go on", stateBackfill::goOn);
        every(timer("history-backfill"), Backfill.LOOK_MS, "Backfills could not go on", historyBackfill::goOn);
        if (shares != null) {
            shares.balance();
            every(timer, 2_000, "The slices cannot be divided", shares::balance);
            every(timer, 5_000, "What was asked for at other runners could not be read", retries::ofOthers);
            every(timer, 1_000, "Which destinations are paused could not be read", this::readPauses);
        }
    }

    private ScheduledExecutorService timer(String name) {
        ScheduledExecutorService timer =
                context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, name);
        timers.add(timer);
        return timer;
    }

    /**
     * Ends the writer as well. The results of deliveries are on the disk before another runner gets the customers: else
     * it would deliver the same again.
     */
    @Override
    protected void doStop() {
        stateBackfill.stopHere();
        historyBackfill.stopHere();
        // or it would take the customers again that it gives back
        timers.forEach(timer -> context.getExecutorServiceManager().shutdownGraceful(timer, A_MOMENT_MS));
        once("How far destinations are could not be written", this::writePositions);
        writer.close();
        if (shares != null) {
            shares.close();
        }
    }

    /** Redeliveries that are not in memory wait for a time of day, which may have come further away. */
    private void watchClock() throws SQLException {
        long before = clockOffset;
        clockOffset = clocks.offset();
        if (clockOffset < before - A_MOMENT_MS) {
            LOG.warn("The clock was set back by {} s", (before - clockOffset) / 1000);
            for (DeliveringConsumer consumer : consumers.values()) {
                store.makeDueWhatFailedAfter(consumer.name(), clocks.now());
                consumer.queue().offerRequests();
            }
        }
    }

    /**
     * Stores events, in one transaction.
     *
     * @return   one for each in order, once they are on the disk; null where it had been stored before
     * @throws Rejected with status 503 if they cannot be stored now, though some of them may be
     */
    List<EnrichedEvent> accept(List<Event> events) throws InterruptedException {
        return stored(writer.accept(events, clocks.now()));
    }

    /** The same for events from before; see {@link Writer#remember}. */
    public List<EnrichedEvent> remember(List<Event> events, boolean correct) throws InterruptedException {
        return stored(writer.remember(events, clocks.now(), correct));
    }

    private static List<EnrichedEvent> stored(List<CompletableFuture<EnrichedEvent>> events)
            throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(STORE_SECONDS);
        List<EnrichedEvent> stored = new ArrayList<>(events.size());
        try {
            for (CompletableFuture<EnrichedEvent> event : events) {
                stored.add(event.get(until - System.nanoTime(), TimeUnit.NANOSECONDS));
            }
            return stored;
        } catch (ExecutionException | TimeoutException e) {
            throw new Rejected(503, "unavailable", "this cannot be stored now, send it again", e);
        }
    }

    public StateBackfill stateBackfill() {
        return stateBackfill;
    }

    public HistoryBackfill historyBackfill() {
        return historyBackfill;
    }

    /** Sends nothing to a destination until it is resumed, by any runner; what has been begun ends. */
    public void pause(String destination) {
        store.pause(destination, clocks.now());
        readPauses();
    }

    public void resume(String destination) {
        store.resume(destination);
        readPauses();
    }

    /** One at a time, so that none goes by what another one has changed since it looked. */
    private void readPauses() {
        synchronized (consumers) {
            Map<String, Long> all = store.paused();
            consumers.forEach((name, consumer) -> consumer.pause(all.getOrDefault(name, 0L)));
        }
    }

    public RetryNow retries() {
        return retries;
    }

    /** Hands events that are on the disk to the destinations, in order. */
    public synchronized void accepted(List<EnrichedEvent> events) {
        long first = events.get(0).seq();
        if (first > handed + 1 && shares != null) {
            once("Events of other runners could not be read", () -> pollUpTo(first - 1));
        }
        handOver(events, first, events.get(events.size() - 1).seq());
    }

    /** Events that nobody has handed over: other runners have accepted them, or handing them over failed. */
    private synchronized void poll() throws SQLException {
        pollUpTo(store.lastEvent());
    }

    private void pollUpTo(long last) throws SQLException {
        if (last > handed + POLL_PAGE) {
            // too many to hand over: each destination reads them as it has room
            handOver(List.of(), last, last);
        } else if (last > handed) {
            handOver(store.accepted(handed, last, POLL_PAGE), handed + 1, last);
        }
    }

    private void handOver(List<EnrichedEvent> events, long from, long to) {
        if (to > handed) {
            consumers.values().forEach(consumer -> consumer.queue().offer(events, from, to));
            handed = to;
        }
    }

    /** Tells a destination that deliveries were asked for: they are in the database. */
    public void requested(String destination) {
        consumers.get(destination).queue().offerRequests();
    }

    StoredCounts counts() {
        return counts;
    }

    /** The destinations that have no route, and how many deliveries wait for each. */
    public Map<String, Long> gone() {
        Map<String, Long> gone = new TreeMap<>();
        once("What waits could not be counted", () -> store.counts().forEach((name, counts) -> {
            if (counts.pending() > 0 && !destinations.consumers().containsKey(name)) {
                gone.put(name, counts.pending());
            }
        }));
        return gone;
    }

    /**
     * Erases a customer, and what waits to be sent of it; what is on its way arrives. Another runner, which may have
     * some of it in memory, forgets it a moment later.
     *
     * @return how many events that were; empty if nobody is known by the id
     */
    public Optional<Integer> erase(String appUserId) throws SQLException {
        Optional<Erased> erased = writer.erase(records, appUserId);
        erased.ifPresent(it -> consumers.values().forEach(consumer -> consumer.queue().forget(it.customers())));
        return erased.map(Erased::events);
    }

    /** Again and again for a while: something may have been read just before they were erased. */
    private void forgetErased() throws SQLException {
        Set<Long> erased = records.erased();
        if (!erased.isEmpty()) {
            writer.forget(erased);
            consumers.values().forEach(consumer -> consumer.queue().forget(erased));
        }
    }

    @Override
    public synchronized void acquired(int slice) throws SQLException {
        held.add(slice);
        // so that no event is handed over that the slice's holder before had settled
        poll();
        for (DeliveringConsumer consumer : consumers.values()) {
            consumer.queue().acquire(slice, store.positions(consumer.name()).getOrDefault(slice, handed));
        }
    }

    @Override
    public boolean released(int slice) {
        // without the lock: the writer takes it as well
        return release(slice) && flush();
    }

    private synchronized boolean release(int slice) {
        held.remove(slice);
        boolean idle = true;
        for (DeliveringConsumer consumer : consumers.values()) {
            idle &= consumer.queue().release(slice);
        }
        return idle;
    }

    @Override
    public synchronized void lostAll() {
        Set.copyOf(held).forEach(this::release);
    }

    /** Gives a destination the queue of what waits for it. */
    synchronized void open(DeliveringConsumer consumer) throws SQLException {
        String name = consumer.name();
        store.register(name, slices);
        store.makeDueWhatFailedAfter(name, clocks.now());
        retries.atStart(name);
        counts.show(name, destinations.meters());
        Backlog backlog = new StoredBacklog(name, slices, store, writer, clocks, consumer.policy()::longestWaitMs);
        OutboxQueue queue = new OutboxQueue(name, backlog, clocks.steady(),
                destinations.settings().number("delivery.in-memory", 10, 1_000_000), new Slices(slices, handed));
        Map<Integer, Long> positions = store.positions(name);
        held.forEach(slice -> queue.acquire(slice, positions.getOrDefault(slice, handed)));
        consumer.deliverFrom(queue, writer);
        consumers.put(name, consumer);
        consumer.pause(store.paused().getOrDefault(name, 0L));
    }

    /** Waits a moment for results of deliveries: false if they are not in the database then, or it is interrupted. */
    boolean flush() {
        try {
            return writer.flush(A_MOMENT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Writes down how far the destinations are, where it has changed: never further than their results. */
    private void writePositions() throws SQLException {
        Map<String, Map<Integer, Long>> positions = new TreeMap<>();
        consumers.forEach((name, consumer) -> positions.put(name, consumer.queue().positions()));
        if (!positions.equals(written) && flush()) {
            store.savePositions(positions);
            written = positions;
        }
    }
}
