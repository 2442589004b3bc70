package io.subrelay.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Slows down whoever tries passwords. The answers to wrong ones from an address come one after the other; while many
 * wait to be given, nothing from there is looked at, so that it does not pay not to wait for them.
 */
final class WrongPasswords {

    private static final long APART = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MOST = 20 * APART;
    private static final int ADDRESSES = 10_000;

    private final LongSupplier nanos;
    private final Map<String, Long> nextAnswer = new ConcurrentHashMap<>();

    /** @param nanos a clock as {@link System#nanoTime()} is one */
    WrongPasswords(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Whether a password from this address is looked at now. */
    boolean mayTry(String address) {
        Long next = nextAnswer.get(address);
        return next == null || next - nanos.getAsLong() < MOST;
    }

    /** @return how long the answer to a wrong password has to wait, milliseconds, at least 1 */
    long delayMs(String address) {
        long now = nanos.getAsLong();
        if (nextAnswer.size() > ADDRESSES) {
            nextAnswer.values().removeIf(next -> next < now);
        }
        long next = nextAnswer.merge(address, now + APART, (before, first) -> Math.max(before, now) + APART);
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(next - now));
    }

    int size() {
        return nextAnswer.size();
    }
}
