package io.subrelay.delivery;

import com.netflix.concurrency.limits.limit.VegasLimit;
import io.subrelay.event.Outcome;
import io.subrelay.event.Outcome.Verdict;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that deliver to one destination: as many as it keeps up with. Their number grows while more requests at a
 * time take no longer, and shrinks when they do, or when the destination limits the rate (TCP Vegas).
 */
final class Workers {

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    private static final int FEW = 6;
    /** To a destination that answers within this time, more requests at a time only cost more. */
    private static final long AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final ExecutorService threads;
    private final Runnable work;
    private final int few;
    private final VegasLimit limit;
    private final AtomicInteger hired = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    /**
     * Within how long about the quickest tenth of the deliveries were answered lately; 0 before the first. The quickest
     * one may be a fluke. Of two threads that learn at once, one may do so in vain.
     */
    private volatile long quickNanos;

    /** @param max how many there may be */
    Workers(ExecutorService threads, int max, Runnable work) {
        this.threads = threads;
        this.work = work;
        this.few = Math.min(FEW, max);
        // the usual few requests too many at a time are less than a busy machine of ours adds to the time of a hundred
        this.limit = VegasLimit.newBuilder().initialLimit(few).maxConcurrency(max)
                .alpha(now -> Math.max(3, now / 5)).beta(now -> Math.max(6, now * 2 / 5)).build();
    }

    /** All are at work: one more comes, if that is of use. */
    void more() {
        int now = hired.get();
        if (now < wanted() && hired.compareAndSet(now, now + 1)) {
            try {
                threads.execute(work);
            } catch (RuntimeException | Error e) {
                hired.decrementAndGet();
                if (now == 0) {
                    throw e;
                }
                LOG.warn("No more threads can be had to deliver: {}", e.toString());
            }
        }
    }

    /** @return how many there should be now, 1 or more */
    int wanted() {
        return quickNanos < AT_ONCE_NANOS ? few : Math.max(few, limit.getLimit());
    }

    /**
     * Lets the worker that asks go, if there are too many or it is idle.
     *
     * @return whether it has to
     */
    boolean leaveIfTooMany(boolean idle) {
        int now = hired.get();
        boolean tooMany = now > wanted() || idle && now > 1;
        return tooMany && hired.compareAndSet(now, now - 1);
    }

    /** @return what {@link #ended} is to be told */
    int begun() {
        return inFlight.incrementAndGet();
    }

    /**
     * Learns from a request how long it took, and whether the destination keeps up.
     *
     * @param begun what {@link #begun} returned
     * @param nanos how long it took, nanoseconds
     */
    void ended(int begun, long nanos, Outcome outcome) {
        inFlight.decrementAndGet();
        long took = Math.max(1, nanos);
        long quick = quickNanos;
        boolean overload = outcome.isTransient();
        // how long a refusal takes says nothing of how long the work takes
        if (outcome.verdict() == Verdict.DELIVERED) {
            quick = learn(quick, took);
            quickNanos = quick;
        } else if (!overload || quick == 0) {
            return;
        }
        // the limit measures by the least it has ever been told, and would take a quick overload for good news
        limit.onSample(0, Math.max(took, quick), begun, overload);
    }

    /** One step down outweighs nine up, so that a tenth of the requests is quicker. */
    private static long learn(long quick, long took) {
        if (quick == 0) {
            // neither a fluke nor a connection that is made first decides for long
            return Math.max(took, AT_ONCE_NANOS);
        }
        return took < quick ? quick - quick / 16 : quick + quick / 144;
    }

    /** Lets those at work end, for as long as there is time. */
    void stop(long millis) throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(millis, TimeUnit.MILLISECONDS)) {
            threads.shutdownNow();
        }
    }
}
