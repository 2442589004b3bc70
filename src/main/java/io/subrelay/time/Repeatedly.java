package io.subrelay.time;

import java.sql.SQLException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/** Work that is done again and again: when it fails once, it must not have been the last time. */
public final class Repeatedly {

    private static final Logger LOG = LoggerFactory.getLogger(Repeatedly.class);
    /** What fails each time must not fill the log. */
    private static final long AFTER_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What is done. */
    public interface Work {
        void run() throws SQLException;
    }

    private Repeatedly() {
    }

    /**
     * Does it on a timer's thread.
     *
     * @param millis how long to wait, also before the first time
     * @param failed what the log says when it fails, such as {@code Old events could not be deleted}
     */
    public static void every(ScheduledExecutorService timer, long millis, String failed, Work work) {
        AtomicLong notBefore = new AtomicLong(System.nanoTime());
        timer.scheduleWithFixedDelay(() -> {
            if (System.nanoTime() - notBefore.get() >= 0 && !once(failed, work)) {
                notBefore.set(System.nanoTime() + AFTER_FAILURE_NANOS);
            }
        }, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Does what is tried again later if it fails now. Returns whether it worked. */
    public static boolean once(String failed, Work work) {
        try {
            work.run();
            return true;
        } catch (SQLException | RuntimeException | Error e) {
            LOG.warn("{}, which is tried again: {}", failed, NestedExceptionUtils.getMostSpecificCause(e).toString());
            return false;
        }
    }
}
