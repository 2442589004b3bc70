package io.subrelay.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.subrelay.config.Secrets;
import io.subrelay.config.Settings;
import io.subrelay.customer.CustomerUpdate;
import io.subrelay.delivery.partition.SessionLocks;
import io.subrelay.delivery.partition.Shares;
import io.subrelay.delivery.partition.Slices;
import io.subrelay.delivery.queue.Backlog;
import io.subrelay.delivery.queue.Finished;
import io.subrelay.delivery.queue.OutboxQueue;
import io.subrelay.delivery.queue.StoredBacklog;
import io.subrelay.event.Delivery;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.store.CustomerRecords;
import io.subrelay.store.CustomerRecords.Erased;
import io.subrelay.store.Database;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.Mark;
import io.subrelay.store.RetryStore;
import io.subrelay.store.StateBackfills;
import io.subrelay.store.Writer;
import io.subrelay.time.Clocks;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The destinations of this runner, and the way of accepted events to them. */
public final class Outbox implements Shares.Holder {

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    /** Into how many slices the customers are divided where several runners may share a database. */
    private static final int SHARED_SLICES = 16;
    private static final long STOP_MS = 6_000;
    private static final int POLL_PAGE = 500;
    private static final long FORGET_MS = 500;
    private static final long A_MOMENT_MS = 1_000;

    private final Settings settings;
    private final DeliveryStore store;
    private final Writer writer;
    private final MeterRegistry meters;
    private final Secrets secrets;
    private final Clocks clocks;
    private final int slices;
    private final Shares shares;
    private final CustomerRecords records;
    private final StoredCounts counts;
    private final Retries retries;
    private final StateBackfill stateBackfill;
    private final Map<String, OutboxConsumer> consumers = new ConcurrentSkipListMap<>();
    private final Map<String, Map<Integer, Long>> written = new ConcurrentHashMap<>();
    private final Map<Integer, Boolean> held = new HashMap<>();
    private volatile List<String> open = List.of();
    private volatile List<String> updated = List.of();
    private volatile long stopBy;
    private long handed;
    private long clockOffset;

    public Outbox(Settings settings, Database database, DeliveryStore store, Writer writer, MeterRegistry meters,
            Clocks clocks) throws SQLException {
        this.settings = settings;
        this.store = store;
        this.writer = writer;
        this.meters = meters;
        this.secrets = new Secrets(settings);
        this.slices = database.isShared() ? SHARED_SLICES : 1;
        this.shares = database.isShared() ? new Shares(new SessionLocks(database), slices, this) : null;
        this.records = new CustomerRecords(database);
        this.counts = new StoredCounts(store, clocks);
        this.clocks = clocks;
        this.clockOffset = clocks.offset();
        this.retries = new Retries(new RetryStore(database), consumers, clocks, () -> flush(A_MOMENT_MS));
        this.stateBackfill = new StateBackfill(this, writer,
                new StateBackfills(database, settings.number("delivery.backfill-rate", 1, 10_000)));
        this.handed = store.lastEvent();
        if (shares == null) {
            held.put(0, true);
        }
    }

    private Outbox(Settings settings, MeterRegistry meters) {
        this.settings = settings;
        this.store = null;
        this.writer = null;
        this.meters = meters;
        this.secrets = new Secrets(settings);
        this.slices = 1;
        this.shares = null;
        this.records = null;
        this.counts = null;
        this.clocks = Clocks.system();
        this.retries = null;
        this.stateBackfill = null;
    }

    /** One that can be asked for previews only: nothing comes in, nothing is stored, and there is no database. */
    public static Outbox forPreviews(Settings settings, MeterRegistry meters) {
        return new Outbox(settings, meters);
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
        consumers.values().forEach(OutboxConsumer::takeNoMore);
    }

    /** Begins to do what has to be done now and then: dividing the customers, and writing down the positions. */
    public void start(CamelContext context) {
        ScheduledExecutorService timer =
                context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "outbox");
        timer.scheduleWithFixedDelay(quietly(this::writePositions), 1, 1, TimeUnit.SECONDS);
        timer.scheduleWithFixedDelay(quietly(this::watchClock), 1, 1, TimeUnit.SECONDS);
        timer.scheduleWithFixedDelay(quietly(retries::check), 1, 1, TimeUnit.SECONDS);
        // on a thread of its own, as dividing the customers may have to wait
        context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "erasures").scheduleWithFixedDelay(
                quietly(this::forgetErased), FORGET_MS, FORGET_MS, TimeUnit.MILLISECONDS);
        context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "state-backfill")
                .scheduleWithFixedDelay(quietly(stateBackfill::step), StateBackfill.STEP_MS, StateBackfill.STEP_MS,
                        TimeUnit.MILLISECONDS);
        // where there are no other runners, only what could not be handed over
        long pollMs = shares == null ? 1_000 : 200;
        timer.scheduleWithFixedDelay(quietly(this::poll), pollMs, pollMs, TimeUnit.MILLISECONDS);
        if (shares != null) {
            shares.balance();
            timer.scheduleWithFixedDelay(quietly(shares::balance), 2, 2, TimeUnit.SECONDS);
            timer.scheduleWithFixedDelay(quietly(retries::ofOthers), 5, 5, TimeUnit.SECONDS);
        }
    }

    /** Redeliveries that are not in memory wait for a time of day, which may have come further away. */
    private void watchClock() throws SQLException {
        long before = clockOffset;
        clockOffset = clocks.offset();
        if (clockOffset < before - A_MOMENT_MS) {
            LOG.warn("The clock was set back by {} s", (before - clockOffset) / 1000);
            for (OutboxConsumer consumer : consumers.values()) {
                store.makeDueWhatFailedAfter(consumer.name(), clocks.now());
                consumer.offerRequests();
            }
        }
    }

    private interface Task {
        void run() throws SQLException;
    }

    /** A task that fails once must not be the last of its kind. */
    private static Runnable quietly(Task task) {
        return () -> {
            try {
                task.run();
            } catch (SQLException | RuntimeException | Error e) {
                LOG.warn("{}", e.toString());
            }
        };
    }

    /**
     * Ends what {@link #start} began, and the writer. The results of deliveries are on the disk before another runner
     * gets the customers: else it would deliver the same again.
     */
    public void stop() {
        writePositions();
        writer.close();
        if (shares != null) {
            shares.close();
        }
    }

    /** The names of the destinations that are not switched off: an event that is accepted now is meant for them. */
    public List<String> open() {
        return open;
    }

    /** Those of them that a {@code customer_update} is meant for. */
    public List<String> updated() {
        return updated;
    }

    /** Stores events; see {@link Writer#accept}. */
    List<CompletableFuture<EnrichedEvent>> accept(List<Event> events) {
        return writer.accept(events, clocks.now());
    }

    /** Stores events from before; see {@link Writer#remember}. */
    public List<CompletableFuture<EnrichedEvent>> remember(List<Event> events, boolean correct) {
        return writer.remember(events, clocks.now(), correct);
    }

    /**
     * Tells the destinations that hold state how a customer stands.
     *
     * @return completes once it is on the disk: with null where it had been told before for the same reason and cause,
     *         or where nobody is known by the id; exceptionally if it could not be stored
     */
    public CompletableFuture<EnrichedEvent> accept(CustomerUpdate update) {
        return accept(List.of(update.toEvent("", System.currentTimeMillis()))).get(0);
    }

    /** What tells destinations of every customer as it stands. */
    public StateBackfill stateBackfill() {
        return stateBackfill;
    }

    boolean isStopping() {
        return stopBy > 0;
    }

    /** Hands events that are on the disk to the destinations, in order. */
    public synchronized void accepted(List<EnrichedEvent> events) {
        long first = events.get(0).seq();
        if (first > handed + 1 && shares != null) {
            quietly(() -> pollUpTo(first - 1)).run();
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
            consumers.values().forEach(consumer -> consumer.offer(events, from, to));
            handed = to;
        }
    }

    /** Tells a destination that deliveries were asked for: they are in the database. */
    public void requested(String destination) {
        OutboxConsumer consumer = consumers.get(destination);
        if (consumer != null) {
            consumer.offerRequests();
        }
    }

    /** How many deliveries wait for a destination, of all runners together. */
    long pending(String destination) {
        return counts.pending(destination);
    }

    /** Whether nothing waits for a destination, at any runner; false where it is not known. */
    boolean nothingWaits(String destination) {
        return counts.nothingWaits(destination);
    }

    /** What waits for its next attempt. */
    public Retries retries() {
        return retries;
    }

    /** The destinations that have no route, and how many deliveries wait for each. */
    public Map<String, Long> gone() {
        try {
            Map<String, Long> gone = new TreeMap<>();
            store.counts().forEach((name, counts) -> {
                if (counts.pending() > 0 && !consumers.containsKey(name)) {
                    gone.put(name, counts.pending());
                }
            });
            return gone;
        } catch (SQLException e) {
            LOG.warn("It cannot be told whether deliveries wait for destinations without a route: {}", e.toString());
            return Map.of();
        }
    }

    /** What a destination would be sent for an event, secrets masked; see {@link OutboxConsumer#preview}. */
    public JsonNode preview(String destination, EnrichedEvent event) {
        return secrets.mask(consumers.get(destination).preview(event));
    }

    /**
     * Erases a customer, and what waits to be sent of it; what is on its way arrives. Another runner, which may have
     * some of it in memory, forgets it a moment later.
     *
     * @return how many events that were; empty if nobody is known by the id
     */
    public Optional<Integer> erase(String appUserId) throws SQLException {
        Optional<Erased> erased = writer.erase(records, appUserId);
        erased.ifPresent(it -> consumers.values().forEach(consumer -> consumer.forget(it.customers())));
        return erased.map(Erased::events);
    }

    /** Again and again for a while: something may have been read just before they were erased. */
    private void forgetErased() throws SQLException {
        Set<Long> erased = records.erased();
        if (!erased.isEmpty()) {
            writer.forget(erased);
            consumers.values().forEach(consumer -> consumer.forget(erased));
        }
    }

    /** All destinations by name, those that are off included. */
    public Map<String, OutboxConsumer> consumers() {
        return consumers;
    }

    @Override
    public synchronized void acquired(int slice) throws SQLException {
        held.put(slice, true);
        // so that no event is handed over that the slice's holder before had settled
        poll();
        for (OutboxConsumer consumer : consumers.values()) {
            consumer.acquire(slice, store.positions(consumer.name()).getOrDefault(slice, handed));
        }
    }

    @Override
    public boolean released(int slice) {
        // without the lock: the writer takes it as well
        return release(slice) && flush(A_MOMENT_MS);
    }

    private synchronized boolean release(int slice) {
        held.remove(slice);
        boolean idle = true;
        for (OutboxConsumer consumer : consumers.values()) {
            idle &= consumer.release(slice);
        }
        return idle;
    }

    @Override
    public synchronized void lostAll() {
        for (int slice : Set.copyOf(held.keySet())) {
            release(slice);
        }
    }

    Settings settings() {
        return settings;
    }

    MeterRegistry meters() {
        return meters;
    }

    Secrets secrets() {
        return secrets;
    }

    Clocks clocks() {
        return clocks;
    }

    /**
     * Makes a destination known, once it has the queue of what waits for it; it keeps its place when its route stops,
     * so that no event misses it meanwhile. One that is asked for previews only gets no queue.
     */
    synchronized void open(OutboxConsumer consumer) throws SQLException {
        String name = consumer.name();
        if (store == null) {
            add(consumer);
            return;
        }
        store.register(name, slices);
        store.makeDueWhatFailedAfter(name, clocks.now());
        retries.atStart(name);
        counts.show(name, meters);
        Backlog backlog = new StoredBacklog(name, slices, store, writer, clocks, consumer::longestWaitMs);
        OutboxQueue queue = new OutboxQueue(name, backlog, clocks.steady(),
                settings.number("delivery.in-memory", 10, 1_000_000), new Slices(slices, handed));
        Map<Integer, Long> positions = store.positions(name);
        held.keySet().forEach(slice -> queue.acquire(slice, positions.getOrDefault(slice, handed)));
        consumer.deliverFrom(queue);
        add(consumer);
    }

    private void add(OutboxConsumer consumer) {
        consumers.put(consumer.name(), consumer);
        open = changed(open, consumer.name(), true);
        updated = changed(updated, consumer.name(), consumer.takesCustomerUpdates());
    }

    /** Makes a destination known that is switched off. */
    void closed(OutboxConsumer consumer) {
        consumers.put(consumer.name(), consumer);
        open = changed(open, consumer.name(), false);
        updated = changed(updated, consumer.name(), false);
    }

    private static List<String> changed(List<String> names, String name, boolean contained) {
        TreeSet<String> changed = new TreeSet<>(names);
        if (contained ? changed.add(name) : changed.remove(name)) {
            return List.copyOf(changed);
        }
        return names;
    }

    void mark(Mark mark) {
        writer.mark(mark);
    }

    /**
     * Gives deliveries back to their queue, dead letters once they are on the disk, which they have to be before their
     * customers' next deliveries go: else they would go again after a crash, and arrive behind those.
     */
    void giveBack(List<Finished> finished, OutboxQueue queue) {
        if (finished.stream().anyMatch(Finished::dead)) {
            writer.onceWritten(() -> {
                queue.finish(finished);
                queue.wake();
            });
        } else {
            queue.finish(finished);
        }
    }

    /**
     * Whether the rest of a list may go: nothing has to go again before, and its customers' dead letters are on the
     * disk.
     */
    boolean mayFollow(List<Finished> finished, List<Delivery> rest) {
        Set<Long> dead = new HashSet<>();
        for (Finished before : finished) {
            if (before.failed()) {
                return false;
            }
            if (before.dead()) {
                dead.add(before.delivery().customer());
            }
        }
        // after a longer wait another runner may have taken them over
        return rest.stream().noneMatch(delivery -> dead.contains(delivery.customer())) || flush(A_MOMENT_MS);
    }

    /**
     * @param  millis how long to wait
     * @return        whether what was marked is in the database; false if the time is over, the runner stops or the
     *                thread is interrupted first
     */
    private boolean flush(long millis) {
        try {
            return writer.flush(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Writes down how far the destinations are, where it has changed. */
    private void writePositions() {
        consumers.forEach((name, consumer) -> {
            Map<Integer, Long> before = written.getOrDefault(name, Map.of());
            Map<Integer, Long> now = consumer.positions();
            now.forEach((slice, seq) -> {
                if (!seq.equals(before.get(slice))) {
                    writer.mark(new Mark.Position(name, slice, seq));
                }
            });
            written.put(name, now);
        });
    }
}
