package io.subrelay.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;

/**
 * The clocks of a runner. The wall clock, which may be set at any moment, tells the times that are stored and shown; a
 * steady one measures waits and ages.
 */
public final class Clocks {

    /** Far enough from 0 for times before the start to be positive as well. */
    private static final long START = Duration.ofDays(36_500).toMillis();

    private final Clock wall;
    private final Clock steady;
    private final long startOffset;

    /** @param steady one that nobody sets; its times are more than 0 */
    public Clocks(Clock wall, Clock steady) {
        this.wall = wall;
        this.steady = steady;
        this.startOffset = offset();
    }

    /** The machine's; the times of the steady one mean nothing outside this process. */
    public static Clocks system() {
        long startedNanos = System.nanoTime();
        InstantSource steady = () -> Instant.ofEpochMilli(START + (System.nanoTime() - startedNanos) / 1_000_000);
        return new Clocks(Clock.systemUTC(), steady.withZone(ZoneOffset.UTC));
    }

    /** The time of day, milliseconds since the epoch. */
    public long now() {
        return wall.millis();
    }

    /** Milliseconds by the steady clock. */
    public long ticks() {
        return steady.millis();
    }

    public Clock steady() {
        return steady;
    }

    /** How far the wall clock is ahead of the steady one, milliseconds: it changes where the wall clock is set. */
    public long offset() {
        return wall.millis() - steady.millis();
    }

    /** The time of day without what the wall clock was set ahead since the start, so that nothing is old by mistake. */
    public long nowNotSetAhead() {
        return Math.min(wall.millis(), steady.millis() + startOffset);
    }
}
