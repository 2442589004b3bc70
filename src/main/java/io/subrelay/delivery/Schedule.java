package io.subrelay.delivery;

import io.subrelay.Settings;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When a failed delivery goes again: exponentially later, never before the destination's {@code Retry-After}, spread by
 * up to a fifth so that what failed together does not come back together; and when it is given up.
 */
final class Schedule {

    private static final double JITTER = 0.2;

    private final long delayMs;
    private final double multiplier;
    private final long maximumDelayMs;
    private final long giveUpAfterMs;

    Schedule(Settings settings) {
        delayMs = settings.duration("delivery.redelivery-delay").toMillis();
        multiplier = settings.backoffMultiplier();
        maximumDelayMs = settings.duration("delivery.maximum-redelivery-delay").toMillis();
        giveUpAfterMs = settings.duration("delivery.give-up-after").toMillis();
    }

    /**
     * @param  attempts     how many have failed, at least 1
     * @param  retryAfterMs what the destination asked for, milliseconds; 0 for nothing
     * @return              milliseconds from now
     */
    long delayMs(int attempts, long retryAfterMs) {
        double delay = Math.min(delayMs * Math.pow(multiplier, attempts - 1.0), maximumDelayMs);
        double jittered = delay * (1 + JITTER * (ThreadLocalRandom.current().nextDouble() * 2 - 1));
        return (long) Math.max(Math.min(jittered, maximumDelayMs), Math.min(retryAfterMs, giveUpAfterMs));
    }

    /** Whether a delivery whose first attempt was then is given up rather than tried again. */
    boolean isOver(long firstAttemptAt, long now) {
        return now - firstAttemptAt >= giveUpAfterMs;
    }
}
