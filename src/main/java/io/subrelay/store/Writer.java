package io.subrelay.store;

import io.subrelay.delivery.EnrichedEvent;
import io.subrelay.webhook.Event;
import java.sql.Connection;
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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. It takes everything that waits, events and marks together, into one transaction and
 * forces it to the disk once: a commit for each costs several times more. Events wait for company while many come, and
 * marks always, for a moment, unless somebody waits for them.
 */
public final class Writer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    private static final int MAX_EVENTS = 256;
    private static final int MAX_MARKS = 4096;
    /** How far apart transactions are while many events come; none waits if none comes just now. */
    private static final long APART_NANOS = TimeUnit.MILLISECONDS.toNanos(15);
    private static final long JUST_NOW_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long MARKS_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** Marks that may wait before deliveries are held up: a database that is away must not fill the memory. */
    private static final int MAX_WAITING_MARKS = 20_000;
    private static final long RETRY_MARKS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** How long marks are tried again while it closes: a delivery whose mark is lost goes again. */
    private static final long LAST_TRIES_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long MAKE_ROOM_NANOS = TimeUnit.MILLISECONDS.toNanos(1000);

    private final Database database;
    private final EventStore events;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition enough = lock.newCondition();
    /** Fair, as the thread that writes takes it again at once. */
    private final ReentrantLock writing = new ReentrantLock(true);
    private final Thread thread = new Thread(this::run, "subrelay-writer");
    private List<Acceptance> waitingEvents = new ArrayList<>();
    private List<Mark> waitingMarks = new ArrayList<>();
    private final Set<Long> erased = ConcurrentHashMap.newKeySet();
    /** When the last transaction began, and how many events it had. */
    private long begunAt;
    private int together;
    /** How many events wait once those who have just been answered come again: no more need be waited for. */
    private int expected;
    private boolean closing;
    /** 0 while no mark has failed since {@link #close}. */
    private long giveUpAt;
    private volatile boolean marksFailed;
    private long marksFailedAt;
    private long madeRoomAt;
    private long marksMade;
    private long marksWritten;
    /** Up to which of those made somebody waits. */
    private long marksAwaited;
    private Consumer<List<EnrichedEvent>> listener = accepted -> { };

    public Writer(Database database, EventStore events) {
        this.database = database;
        this.events = events;
    }

    /** @param listener gets the events of each transaction once it is on the disk, in order, on the writer's thread */
    public void start(Consumer<List<EnrichedEvent>> listener) {
        this.listener = listener;
        thread.start();
    }

    /** Stores an event; see {@link Acceptance} for what the future tells. */
    public CompletableFuture<EnrichedEvent> accept(Event event, long receivedAt) {
        Acceptance acceptance = new Acceptance(event, receivedAt);
        lock.lock();
        try {
            if (closing) {
                acceptance.stored().completeExceptionally(new IllegalStateException("the runner is stopping"));
            } else {
                waitingEvents.add(acceptance);
                changed.signalAll();
                if (waitingEvents.size() == expected) {
                    enough.signal();
                }
            }
        } finally {
            lock.unlock();
        }
        return acceptance.stored();
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

    /** From now on nothing more is written of these customers' deliveries: they were erased. */
    public void forget(Set<Long> customers) {
        erased.addAll(customers);
    }

    /** Remembers what became of a delivery; waits only while very many marks cannot be written. */
    public void mark(Mark mark) {
        lock.lock();
        try {
            while (waitingMarks.size() >= MAX_WAITING_MARKS && !closing) {
                changed.await();
            }
            marksMade++;
            waitingMarks.add(mark);
            if (waitingMarks.size() == 1 || waitingMarks.size() == MAX_MARKS) {
                changed.signalAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            marksMade++;
            waitingMarks.add(mark);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until every mark made before is on the disk: false if the writer closes, or the time is over, first. */
    public boolean flush(long millis) throws InterruptedException {
        lock.lock();
        try {
            long upTo = marksMade;
            marksAwaited = upTo;
            changed.signalAll();
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            while (marksWritten < upTo && !closing && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return marksWritten >= upTo;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (true) {
            List<Acceptance> acceptances;
            List<Mark> marks;
            lock.lock();
            try {
                awaitWork();
                if (closing && waitingEvents.isEmpty() && (waitingMarks.isEmpty() || isTooLate())) {
                    return;
                }
                acceptances = takeUpTo(MAX_EVENTS, waitingEvents);
                together = acceptances.size();
                begunAt = System.nanoTime();
                boolean early = System.nanoTime() - marksFailedAt < RETRY_MARKS_NANOS;
                marks = marksFailed && early && !closing ? List.of() : takeUpTo(MAX_MARKS, waitingMarks);
                changed.signalAll();
            } catch (InterruptedException e) {
                return;
            } finally {
                lock.unlock();
            }
            writing.lock();
            try {
                write(acceptances, marks);
            } finally {
                writing.unlock();
            }
        }
    }

    private boolean isTooLate() {
        boolean tooLate = marksFailed && giveUpAt != 0 && System.nanoTime() - giveUpAt > 0;
        if (tooLate) {
            LOG.error("What became of {} deliveries cannot be written, so they go again", waitingMarks.size());
        }
        return tooLate;
    }

    private void awaitWork() throws InterruptedException {
        expected = Math.min(MAX_EVENTS, waitingEvents.size() + together);
        while (waitingEvents.isEmpty() && waitingMarks.isEmpty() && !closing) {
            changed.await();
        }
        long nanos = marksFailed ? RETRY_MARKS_NANOS : MARKS_WAIT_NANOS;
        while (waitingEvents.isEmpty() && nanos > 0 && (marksFailed
                || waitingMarks.size() < MAX_MARKS && marksAwaited <= marksWritten && !closing)) {
            nanos = changed.awaitNanos(nanos);
        }
        int before = 0;
        long left = begunAt + APART_NANOS - System.nanoTime();
        while (left > 0 && waitingEvents.size() > before && waitingEvents.size() < expected
                && marksAwaited <= marksWritten && !closing) {
            before = waitingEvents.size();
            left -= JUST_NOW_NANOS - enough.awaitNanos(JUST_NOW_NANOS);
        }
    }

    private static <T> List<T> takeUpTo(int max, List<T> waiting) {
        List<T> head = waiting.size() <= max ? waiting : waiting.subList(0, max);
        List<T> taken = new ArrayList<>(head);
        head.clear();
        return taken;
    }

    private void write(List<Acceptance> acceptances, List<Mark> marks) {
        // what kept marks from being written must not keep events from being stored
        boolean apart = marksFailed && !marks.isEmpty();
        boolean answers = writeTogether(acceptances, apart ? List.of() : marks);
        if (apart && answers) {
            writeAgain(marks);
        } else if (apart) {
            putBack(marks);
        }
    }

    /** @return false if events could not be written as the database does not answer */
    private boolean writeTogether(List<Acceptance> acceptances, List<Mark> marks) {
        if (acceptances.isEmpty() && marks.isEmpty()) {
            return true;
        }
        boolean answers = true;
        try {
            List<EnrichedEvent> stored = transaction(acceptances, marks, false);
            written(marks.size());
            publish(acceptances, stored);
        } catch (SQLException | RuntimeException | Error e) {
            LOG.warn("Could not write {} events and {} marks: {}", acceptances.size(), marks.size(), e.toString());
            // one that has just been waited for in vain is not asked again: senders wait
            answers = !acceptances.isEmpty() && !(e instanceof SQLTransientConnectionException) && database.answers();
            putBack(marks);
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

    /** Marks that failed before go by themselves, and if that does not help one by one: one must not hold up the rest. */
    private void writeAgain(List<Mark> marks) {
        try {
            transaction(List.of(), marks, true);
            written(marks.size());
        } catch (Error e) {
            putBack(marks);
        } catch (SQLException | RuntimeException e) {
            if (!Database.isOfTheData(e)) {
                putBack(marks);
                return;
            }
            for (int i = 0; i < marks.size(); i++) {
                try {
                    transaction(List.of(), List.of(marks.get(i)), true);
                } catch (SQLException | RuntimeException | Error unwritable) {
                    if (!Database.isOfTheData(unwritable)) {
                        putBack(new ArrayList<>(marks.subList(i, marks.size())));
                        return;
                    }
                    LOG.error("{}: what became of a delivery cannot be written, so it may go again: {}",
                            marks.get(i).destination(), unwritable.toString());
                }
                written(1);
            }
        }
    }

    private List<EnrichedEvent> transaction(List<Acceptance> acceptances, List<Mark> marks, boolean again)
            throws SQLException {
        try {
            List<EnrichedEvent> written = database.transaction(connection -> {
                List<Mark> kept = marks.stream().filter(mark -> !erased.contains(mark.customer())).toList();
                List<EnrichedEvent> stored = events.write(connection, acceptances);
                MarkStore.write(connection, kept, again);
                if (areErased(connection, kept)) {
                    events.forget();
                    connection.rollback();
                    return null;
                }
                return stored;
            });
            return written == null ? transaction(acceptances, marks, again) : written;
        } catch (SQLException | RuntimeException | Error e) {
            events.forget();
            throw e;
        }
    }

    /** Whether another runner has erased one of their customers; it has waited for those who write and do not know. */
    private boolean areErased(Connection connection, List<Mark> marks) throws SQLException {
        if (marks.isEmpty() || !database.isShared()) {
            return false;
        }
        Set<Long> gone = CustomerRecords.erased(connection);
        erased.addAll(gone);
        return marks.stream().anyMatch(mark -> gone.contains(mark.customer()));
    }

    private void publish(List<Acceptance> acceptances, List<EnrichedEvent> stored) {
        List<EnrichedEvent> fresh = stored.stream().filter(Objects::nonNull).toList();
        if (!fresh.isEmpty()) {
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

    private void written(int count) {
        if (count > 0) {
            lock.lock();
            try {
                marksFailed = false;
                marksWritten += count;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void putBack(List<Mark> marks) {
        if (!marks.isEmpty()) {
            lock.lock();
            try {
                waitingMarks.addAll(0, marks);
                marksFailed = true;
                marksFailedAt = System.nanoTime();
                if (closing && giveUpAt == 0) {
                    giveUpAt = marksFailedAt + LAST_TRIES_NANOS;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Writes what waits, and ends. */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
