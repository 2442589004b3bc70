package io.subrelay.store;

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
 * Events and marks that wait to be written. Events wait for company while many come, and marks always, for a moment,
 * unless somebody waits for them.
 */
final class WriteQueue {

    private static final Logger LOG = LoggerFactory.getLogger(WriteQueue.class);
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

    /**
     * What goes into one transaction.
     *
     * @param marksFailed whether marks could not be written the last time
     */
    record Batch(List<Acceptance> acceptances, List<Mark> marks, boolean marksFailed) {
    }

    /** @param upTo after which of the marks made it may be done */
    private record Task(long upTo, Runnable work) {
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition enough = lock.newCondition();
    private final List<Acceptance> waitingEvents = new ArrayList<>();
    private final List<Mark> waitingMarks = new ArrayList<>();
    private final Queue<Task> onceWritten = new ArrayDeque<>();
    /** When the last batch was taken, and how many events it had. */
    private long begunAt;
    private int together;
    /** How many events wait once those who have just been answered come again: no more need be waited for. */
    private int expected;
    private boolean closing;
    /** 0 while no mark has failed since {@link #close}. */
    private long giveUpAt;
    private boolean marksFailed;
    private long marksFailedAt;
    private long marksMade;
    private long marksWritten;
    /** Up to which of those made somebody waits. */
    private long marksAwaited;

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

    /** Waits only while very many marks cannot be written. */
    void add(Mark mark) {
        lock.lock();
        try {
            while (waitingMarks.size() >= MAX_WAITING_MARKS && !closing) {
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            marksMade++;
            waitingMarks.add(mark);
            if (waitingMarks.size() == 1 || waitingMarks.size() == MAX_MARKS) {
                changed.signalAll();
            }
            lock.unlock();
        }
    }

    /** Waits until every mark made before is on the disk: false if it is closed, or the time is over, first. */
    boolean flush(long millis) throws InterruptedException {
        lock.lock();
        try {
            long upTo = marksMade;
            if (marksWritten < upTo) {
                marksAwaited = upTo;
                changed.signalAll();
            }
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            while (marksWritten < upTo && !closing && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return marksWritten >= upTo;
        } finally {
            lock.unlock();
        }
    }

    /** Has it done by {@link #doWhatIsDue} once every mark made before is on the disk, or at once if they all are. */
    void onceWritten(Runnable work) {
        lock.lock();
        try {
            if (marksWritten < marksMade) {
                if (onceWritten.isEmpty()) {
                    // it is not to wait for company; what comes while it is written is the company of the next one
                    marksAwaited = marksMade;
                    changed.signalAll();
                }
                onceWritten.add(new Task(marksMade, work));
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
            if (closing && waitingEvents.isEmpty() && (waitingMarks.isEmpty() || giveUpIfTooLate())) {
                return null;
            }
            int events = Math.min(MAX_EVENTS, waitingEvents.size());
            while (events < waitingEvents.size() && waitingEvents.get(events).follows()) {
                events++;
            }
            List<Acceptance> acceptances = takeUpTo(events, waitingEvents);
            together = acceptances.size();
            begunAt = System.nanoTime();
            boolean early = begunAt - marksFailedAt < RETRY_MARKS_NANOS;
            List<Mark> marks = marksFailed && early && !closing ? List.of() : takeUpTo(MAX_MARKS, waitingMarks);
            changed.signalAll();
            return new Batch(acceptances, marks, marksFailed);
        } finally {
            lock.unlock();
        }
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

    private boolean giveUpIfTooLate() {
        boolean tooLate = marksFailed && giveUpAt != 0 && System.nanoTime() - giveUpAt > 0;
        if (tooLate) {
            LOG.error("The results of {} deliveries cannot be written, so they are repeated", waitingMarks.size());
        }
        return tooLate;
    }

    private static <T> List<T> takeUpTo(int max, List<T> waiting) {
        List<T> head = waiting.size() <= max ? waiting : waiting.subList(0, max);
        List<T> taken = new ArrayList<>(head);
        head.clear();
        return taken;
    }

    /** So many of the marks that were taken first are on the disk. */
    void written(int marks) {
        if (marks > 0) {
            lock.lock();
            try {
                marksFailed = false;
                marksWritten += marks;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Does what waited for marks that are on the disk by now. */
    void doWhatIsDue() {
        for (Runnable work = nextDue(); work != null; work = nextDue()) {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                LOG.error("What waited for marks to be written failed", e);
            }
        }
    }

    private Runnable nextDue() {
        lock.lock();
        try {
            Task next = onceWritten.peek();
            return next == null || next.upTo() > marksWritten ? null : onceWritten.poll().work();
        } finally {
            lock.unlock();
        }
    }

    /** Marks that were taken could not be written: they go again, a little later, before the others. */
    void putBack(List<Mark> marks) {
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
