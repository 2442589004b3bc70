package io.subrelay.store;

import io.subrelay.event.DeliveryResult;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The one thread that writes. It takes everything that waits, events and results together, into one transaction and
 * forces it to the disk once: a commit for each costs several times more.
 */
public final class Writer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    private static final long MAKE_ROOM_NANOS = TimeUnit.MILLISECONDS.toNanos(1000);

    private final Database database;
    private final EventStore events;
    private final ResultStore resultStore = new ResultStore();
    private final WriteQueue queue = new WriteQueue();
    /** Fair, as the thread that writes takes it again at once. */
    private final ReentrantLock writing = new ReentrantLock(true);
    private final Thread thread = new Thread(this::run, "subrelay-writer");
    private final Set<Long> erased = ConcurrentHashMap.newKeySet();
    private long madeRoomAt;
    /** When what is written now was begun; 0 while nothing is. */
    private volatile long writingSince;
    private Consumer<List<EnrichedEvent>> listener = accepted -> {};

    public Writer(Database database, EventStore events) {
        this.database = database;
        this.events = events;
    }

    /** @param listener gets the events of each transaction once it is on the disk, in order, on the writer's thread */
    public void start(Consumer<List<EnrichedEvent>> listener) {
        this.listener = listener;
        thread.start();
    }

    /**
     * Stores events in one transaction, with the updates that they lead to; see {@link Acceptance} for what the futures
     * tell, one for each in order.
     */
    public List<CompletableFuture<EnrichedEvent>> accept(List<Event> events, long receivedAt) {
        return accept(events, receivedAt, Acceptance.Told.EVENT);
    }

    /**
     * The same for events from before, which no destination is told of.
     *
     * @param correct whether they are told how a customer stands who turns out to stand differently
     */
    public List<CompletableFuture<EnrichedEvent>> remember(List<Event> events, long receivedAt, boolean correct) {
        return accept(events, receivedAt, correct ? Acceptance.Told.CORRECTION : Acceptance.Told.NOTHING);
    }

    private List<CompletableFuture<EnrichedEvent>> accept(List<Event> events, long receivedAt, Acceptance.Told told) {
        List<Acceptance> acceptances = new ArrayList<>(events.size());
        for (Event event : events) {
            acceptances.add(new Acceptance(event, receivedAt, !acceptances.isEmpty(), told));
        }
        if (!queue.add(acceptances)) {
            acceptances.forEach(acceptance -> acceptance.stored().completeExceptionally(
                    new IllegalStateException("the runner is stopping")));
        }
        return acceptances.stream().map(Acceptance::stored).toList();
    }

    /**
     * Erases a customer while nothing else is written.
     *
     * @return see {@link CustomerRecords#erase}
     */
    public Optional<CustomerRecords.Erased> erase(CustomerRecords records, String appUserId) throws SQLException {
        writing.lock();
        try {
            Optional<CustomerRecords.Erased> gone = records.erase(appUserId, System.currentTimeMillis());
            gone.ifPresent(it -> forget(it.customers()));
            return gone;
        } finally {
            writing.unlock();
        }
    }

    /**
     * Tells a destination of the next customers as they stand, while nothing else is written.
     *
     * @param atMost how many
     */
    public void tellNext(StateBackfills backfills, String destination, int atMost) throws SQLException {
        long now = System.currentTimeMillis();
        writing.lock();
        try {
            publish(List.of(), database.booked((jdbc, journal) -> {
                List<String> ids = backfills.next(jdbc, destination, atMost, now);
                return ids.isEmpty() ? List.of() : events.writeStates(jdbc, ids, destination, now, journal);
            }));
        } catch (SQLException | RuntimeException | Error e) {
            events.forget();
            throw e;
        } finally {
            writing.unlock();
        }
    }

    /** From now on nothing more is written of these customers' deliveries: they were erased. */
    public void forget(Set<Long> customers) {
        erased.addAll(customers);
    }

    /** Adds the result of a delivery; waits only while very many results cannot be written. */
    public void add(DeliveryResult result) {
        queue.add(result);
    }

    /** Waits until every result added before is on the disk: false if the writer closes, or the time is over, first. */
    public boolean flush(long millis) throws InterruptedException {
        return queue.flush(millis);
    }

    /**
     * Does it once every result added before is on the disk: on the writer's thread, or at once on this one if they all
     * are; not at all if the writer ends first.
     */
    public void onceWritten(Runnable work) {
        queue.onceWritten(work);
    }

    /** For how long the database has been waited for now, milliseconds. */
    long writingForMs() {
        long since = writingSince;
        return since == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    }

    private void run() {
        try {
            for (WriteQueue.Batch batch = queue.take(); batch != null; batch = queue.take()) {
                writing.lock();
                try {
                    writingSince = System.nanoTime();
                    write(batch);
                } finally {
                    writingSince = 0;
                    writing.unlock();
                }
                queue.doWhatIsDue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(WriteQueue.Batch batch) {
        List<DeliveryResult> results = batch.results();
        // what kept results from being written must not keep events from being stored
        boolean apart = batch.resultsFailed() && !results.isEmpty();
        boolean answers = writeTogether(batch.acceptances(), apart ? List.of() : results);
        if (apart) {
            int written = answers ? writeAgain(results) : 0;
            queue.written(written);
            queue.putBack(results.subList(written, results.size()));
        }
    }

    /** @return false if events could not be written as the database does not answer */
    private boolean writeTogether(List<Acceptance> acceptances, List<DeliveryResult> results) {
        if (acceptances.isEmpty() && results.isEmpty()) {
            return true;
        }
        boolean answers = true;
        try {
            List<EnrichedEvent> stored = transaction(acceptances, results, false);
            queue.written(results.size());
            publish(acceptances, stored);
        } catch (SQLException | RuntimeException | Error e) {
            LOG.warn("Could not write {} events and {} results: {}", acceptances.size(), results.size(),
                    NestedExceptionUtils.getMostSpecificCause(e).toString());
            // one that has just been waited for in vain is not asked again: senders wait
            answers = !acceptances.isEmpty() && !(e instanceof SQLTransientConnectionException) && database.answers();
            queue.putBack(results);
            acceptOneByOne(acceptances, e, answers);
        }
        makeRoom();
        return answers;
    }

    /** One event that cannot be stored must not take its neighbours along. */
    private void acceptOneByOne(List<Acceptance> acceptances, Throwable failure, boolean answers) {
        boolean alone = acceptances.size() > 1 && answers;
        for (Acceptance acceptance : acceptances) {
            try {
                if (!alone) {
                    throw failure;
                }
                publish(List.of(acceptance), transaction(List.of(acceptance), List.of(), false));
            } catch (Throwable e) {
                acceptance.stored().completeExceptionally(e);
            }
        }
    }

    /**
     * Results that failed before go by themselves, and if that does not help in halves: one must not hold up the rest.
     *
     * @return how many are done with; the others wait for the database
     */
    private int writeAgain(List<DeliveryResult> results) {
        try {
            transaction(List.of(), results, true);
        } catch (SQLException | RuntimeException | Error e) {
            if (!Database.isOfTheData(e)) {
                return 0;
            }
            if (results.size() > 1) {
                int middle = results.size() / 2;
                int written = writeAgain(results.subList(0, middle));
                return written < middle ? written
                        : middle + writeAgain(results.subList(middle, results.size()));
            }
            LOG.error("{}: the result of a delivery cannot be written, so it may be repeated: {}",
                    results.get(0).destination(), NestedExceptionUtils.getMostSpecificCause(e).toString());
        }
        return results.size();
    }

    /** Another runner has erased one of the customers whose results were to be written. */
    private static final class ErasedMeanwhile extends RuntimeException {
    }

    private List<EnrichedEvent> transaction(List<Acceptance> acceptances, List<DeliveryResult> results, boolean again)
            throws SQLException {
        try {
            return database.booked((jdbc, journal) -> {
                List<DeliveryResult> kept = results.stream().filter(it -> !erased.contains(it.customer())).toList();
                List<EnrichedEvent> stored = events.write(jdbc, acceptances, journal);
                resultStore.write(jdbc, kept, again, journal);
                checkErased(jdbc, kept);
                return stored;
            });
        } catch (ErasedMeanwhile e) {
            events.forget();
            return transaction(acceptances, results, again);
        } catch (SQLException | RuntimeException | Error e) {
            events.forget();
            throw e;
        }
    }

    /** Whoever erases has waited for those who write and do not know. */
    private void checkErased(JdbcTemplate jdbc, List<DeliveryResult> results) {
        if (!results.isEmpty() && database.isShared()) {
            Set<Long> gone = CustomerRecords.erased(jdbc);
            erased.addAll(gone);
            if (results.stream().anyMatch(it -> gone.contains(it.customer()))) {
                throw new ErasedMeanwhile();
            }
        }
    }

    private void publish(List<Acceptance> acceptances, List<EnrichedEvent> stored) {
        List<EnrichedEvent> fresh = stored.stream().filter(Objects::nonNull).toList();
        if (!fresh.isEmpty()) {
            database.accepted(fresh.get(fresh.size() - 1).seq());
            try {
                listener.accept(fresh);
            } catch (RuntimeException | Error e) {
                LOG.error("{} events were not handed over, they will be read back", fresh.size(), e);
            }
        }
        for (int i = 0; i < acceptances.size(); i++) {
            acceptances.get(i).stored().complete(stored.get(i));
        }
    }

    private void makeRoom() {
        if (System.nanoTime() - madeRoomAt > MAKE_ROOM_NANOS) {
            try {
                database.makeRoom();
            } catch (SQLException | RuntimeException | Error e) {
                LOG.warn("No room could be made in the database: {}", e.toString());
            }
            madeRoomAt = System.nanoTime();
        }
    }

    @Override
    public void close() {
        queue.close();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
