package io.subrelay.delivery;

import io.subrelay.store.HistoryBackfills;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Sends destinations stored events that they did not have, some at a time, beside what is accepted meanwhile. */
public final class HistoryBackfill {

    static final long STEP_MS = 100;
    /** Every how many steps it is looked for what was begun at another runner, or before a restart. */
    private static final int STEPS_IDLE = 10;
    /** How many transactions a step has where few of the events are for the destination. */
    private static final int AT_A_TIME = 20;

    private final DestinationRegistry destinations;
    private final HistoryBackfills store;
    private final Consumer<String> scheduled;
    private volatile int idle;
    private volatile boolean paused;

    /** @param scheduled is told of a destination for which deliveries have been scheduled */
    HistoryBackfill(DestinationRegistry destinations, HistoryBackfills store, Consumer<String> scheduled) {
        this.destinations = destinations;
        this.store = store;
        this.scheduled = scheduled;
    }

    /**
     * Begins with the events that are stored now, and schedules the first of them, unless a backfill of the destination
     * is running.
     *
     * @param  since the earliest acceptance, milliseconds since the epoch
     * @return       how many events will be delivered
     */
    public long start(String destination, long since) throws SQLException {
        long events = store.start(destination, since);
        if (events > 0) {
            idle = 0;
            goOn(destination);
        }
        return events;
    }

    /**
     * Ends it where it is; what is scheduled already is delivered.
     *
     * @return how many events are dropped; empty if none was running
     */
    public OptionalLong stop(String destination) throws SQLException {
        return store.stop(destination);
    }

    /** The runner stops: it goes on after the next start. */
    void pause() {
        paused = true;
    }

    /** One of a destination that is off waits. */
    void step() throws SQLException {
        if (paused || idle-- > 0) {
            return;
        }
        List<String> running = store.running();
        idle = running.isEmpty() ? STEPS_IDLE : 0;
        for (String destination : running) {
            if (destinations.open().contains(destination)) {
                goOn(destination);
            }
        }
    }

    private void goOn(String destination) throws SQLException {
        OptionalLong next = OptionalLong.of(0);
        for (int i = 0; i < AT_A_TIME && next.isPresent() && !paused; i++) {
            next = store.next(destination);
            if (next.orElse(0) > 0) {
                scheduled.accept(destination);
            }
        }
    }
}
