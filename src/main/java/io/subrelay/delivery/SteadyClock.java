package io.subrelay.delivery;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Measures waits: it runs on when somebody sets the machine's clock. Its times mean nothing outside this process. */
final class SteadyClock extends Clock {

    static final SteadyClock INSTANCE = new SteadyClock();

    private final long startedNanos = System.nanoTime();

    private SteadyClock() {
    }

    /** Milliseconds since some time in the past, more than 0. */
    @Override
    public long millis() {
        return (System.nanoTime() - startedNanos) / 1_000_000 + 1;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
