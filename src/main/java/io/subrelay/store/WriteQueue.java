package io.subrelay.store;

import io.subrelay.event.DeliveryResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events and results that wait to be written. Events wait for company while many come, and results always, for a
 * moment, unless somebody waits for them.
 */
final class WriteQueue {

    private static final Logger LOG = LoggerFactory.getLogger(WriteQueue.class);
    private static final int MAX_EVENTS = 256;
    private static final int MAX_RESULTS = 4096;
    /** How far apart transactions are while many events come; none waits if none comes just now. */
    private static final long APART_NANOS = TimeUnit.MILLISECONDS.toNanos(30);
    private static final long JUST_NOW_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long RESULTS_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** Results that may wait before deliveries are held up: a database that is away must not fill the memory. */
    private static final int MAX_WAITING_RESULTS = 20_000;
    private static final long RETRY_RESULTS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** How long results are tried again while it closes: a delivery whose result is lost is repeated. */
    private static final long LAST_TRIES_NANOS = TimeUnit.SECONDS.toNanos(3);

    /**
     * What goes into one transaction.
     *
     * @param resultsFailed whether results could not be written the last time
     */
    record Batch(List<Acceptance> acceptances, List<DeliveryResult> results, boolean resultsFailed) {
    }

    /** @param upTo after which of the results added it may be done */
    private record Task(long upTo, Runnable work) {
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition enough = lock.newCondition();
    private final List<Acceptance> waitingEvents = new ArrayList<>();
    private final List<DeliveryResult> waitingResults = new ArrayList<>();
    private final Queue<Task> onceWritten = new ArrayDeque<>();
    /** When the last batch was taken, and how many events it had. */
    private long begunAt;
    private int together;
    /** How many events wait once those who have just been answered come again: no more need be waited for. */
    private int expected;
    private boolean closing;
    /** 0 while no result has failed since {@link #close}. */
    private long giveUpAt;
    private boolean resultsFailed;
    private long resultsFailedAt;
    private long resultsAdded;
    private long resultsWritten;
    /** Up to which of those added somebody waits. */
    private long resultsAwaited;

    /** @return false once it is closed */
    boolean add(List<Acceptance> acceptances) {
        lock.lock();
        try {
            if (closing) {
                return false;
            }
            int before = waitingEvents.size();
            waitingEvents.addAll(acceptances);
            changed.signalAll();
            if (before < expected && waitingEvents.size() >= expected) {
                enough.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits only while very many results cannot be written. */
    void add(DeliveryResult result) {
        lock.lock();
        try {
            while (waitingResults.size() >= MAX_WAITING_RESULTS && !closing) {
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            resultsAdded++;
            waitingResults.add(result);
            if (waitingResults.size() == 1 || waitingResults.size() == MAX_RESULTS) {
                changed.signalAll();
            }
            lock.unlock();
        }
    }

    /** Waits until every result added before is on the disk: false if it is closed, or the time is over, first. */
    boolean flush(long millis) throws InterruptedException {
        lock.lock();
        try {
            long upTo = resultsAdded;
            if (resultsWritten < upTo) {
                resultsAwaited = upTo;
                changed.signalAll();
            }
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            while (resultsWritten < upTo && !closing && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return resultsWritten >= upTo;
        } finally {
            lock.unlock();
        }
    }

    /** Has it done by {@link #doWhatIsDue} once every result added before is on the disk, or now if they all are. */
    void onceWritten(Runnable work) {
        lock.lock();
        try {
            if (resultsWritten < resultsAdded) {
                if (onceWritten.isEmpty()) {
                    // it is not to wait for company; what comes while it is written is the company of the next one
                    resultsAwaited = resultsAdded;
                    changed.signalAll();
                }
                onceWritten.add(new Task(resultsAdded, work));
                return;
            }
        } finally {
            lock.unlock();
        }
        work.run();
    }

    /**
     * Waits for something to write, and for its company; null once it is closed and nothing is left that can be
     * written.
     */
    Batch take() throws InterruptedException {
        lock.lock();
        try {
            awaitWork();
            if (closing && waitingEvents.isEmpty() && (waitingResults.isEmpty() || giveUpIfTooLate())) {
                return null;
            }
            int events = Math.min(MAX_EVENTS, waitingEvents.size());
            while (events < waitingEvents.size() && waitingEvents.get(events).follows()) {
                events++;
            }
            List<Acceptance> acceptances = takeUpTo(events, waitingEvents);
            together = acceptances.size();
            begunAt = System.nanoTime();
            boolean early = begunAt - resultsFailedAt < RETRY_RESULTS_NANOS;
            List<DeliveryResult> results =
                    resultsFailed && early && !closing ? List.of() : takeUpTo(MAX_RESULTS, waitingResults);
            changed.signalAll();
            return new Batch(acceptances, results, resultsFailed);
        } finally {
            lock.unlock();
        }
    }

    private void awaitWork() throws InterruptedException {
        expected = Math.min(MAX_EVENTS, waitingEvents.size() + together);
        while (waitingEvents.isEmpty() && waitingResults.isEmpty() && !closing) {
            changed.await();
        }
        long nanos = resultsFailed ? RETRY_RESULTS_NANOS : RESULTS_WAIT_NANOS;
        while (waitingEvents.isEmpty() && nanos > 0 && (resultsFailed
                || waitingResults.size() < MAX_RESULTS && resultsAwaited <= resultsWritten && !closing)) {
            nanos = changed.awaitNanos(nanos);
        }
        int before = 0;
        long left = begunAt + APART_NANOS - System.nanoTime();
        while (left > 0 && waitingEvents.size() > before && waitingEvents.size() < expected
                && resultsAwaited <= resultsWritten && !closing) {
            before = waitingEvents.size();
            left -= JUST_NOW_NANOS - enough.awaitNanos(JUST_NOW_NANOS);
        }
    }

    private boolean giveUpIfTooLate() {
        boolean tooLate = resultsFailed && giveUpAt != 0 && System.nanoTime() - giveUpAt > 0;
        if (tooLate) {
            LOG.error("The results of {} deliveries cannot be written, so they are repeated", waitingResults.size());
        }
        return tooLate;
    }

    private static <T> List<T> takeUpTo(int max, List<T> waiting) {
        List<T> head = waiting.size() <= max ? waiting : waiting.subList(0, max);
        List<T> taken = new ArrayList<>(head);
        head.clear();
        return taken;
    }

    /** So many of the results that were taken first are on the disk. */
    void written(int results) {
        if (results > 0) {
            lock.lock();
            try {
                resultsFailed = false;
                resultsWritten += results;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Does what waited for results that are on the disk by now. */
    void doWhatIsDue() {
        for (Runnable work = nextDue(); work != null; work = nextDue()) {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                LOG.error("What waited for results to be written failed", e);
            }
        }
    }

    private Runnable nextDue() {
        lock.lock();
        try {
            Task next = onceWritten.peek();
            return next == null || next.upTo() > resultsWritten ? null : onceWritten.poll().work();
        } finally {
            lock.unlock();
        }
    }

    /** Results that were taken could not be written: they go again, a little later, before the others. */
    void putBack(List<DeliveryResult> results) {
        if (!results.isEmpty()) {
            lock.lock();
            try {
                waitingResults.addAll(0, results);
                resultsFailed = true;
                resultsFailedAt = System.nanoTime();
                if (closing && giveUpAt == 0) {
                    giveUpAt = resultsFailedAt + LAST_TRIES_NANOS;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
