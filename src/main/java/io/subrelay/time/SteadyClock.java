package io.subrelay.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Measures waits: it runs on when the machine's clock is set. Its times mean nothing outside this process. */
final class SteadyClock extends Clock {

    /** Far enough from 0 for times before the start to be positive as well. */
    private static final long START = Duration.ofDays(36_500).toMillis();

    private final long startedNanos = System.nanoTime();

    /** Milliseconds, more than 0. */
    @Override
    public long millis() {
        return START + (System.nanoTime() - startedNanos) / 1_000_000;
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
