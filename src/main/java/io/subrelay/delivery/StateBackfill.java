package io.subrelay.delivery;

import io.subrelay.store.StateBackfills;
import io.subrelay.store.Writer;
import java.sql.SQLException;
import java.util.List;

/** Tells destinations how every customer stands, a few customers at a time, behind what is accepted meanwhile. */
public final class StateBackfill {

    static final long STEP_MS = 100;
    /** Every how many steps it is looked for what was begun at another runner, or can go on. */
    private static final int STEPS_IDLE = 10;

    private final DestinationRegistry destinations;
    private final Writer writer;
    private final StateBackfills store;
    private volatile int idle;
    private volatile boolean paused;

    StateBackfill(DestinationRegistry destinations, Writer writer, StateBackfills store) {
        this.destinations = destinations;
        this.writer = writer;
        this.store = store;
    }

    /** How many customers there are to tell of. */
    public long customers() throws SQLException {
        return store.customers();
    }

    /** Begins at the first customer, unless the destination is being told. */
    public void start(String destination) throws SQLException {
        store.start(destination, System.currentTimeMillis());
        idle = 0;
    }

    /** Ends it where it is; what has been accepted is delivered. Returns whether the destination was being told. */
    public boolean stop(String destination) throws SQLException {
        return store.running().contains(destination) && store.stop(destination);
    }

    /** The runner stops: it goes on after the next start. */
    void pause() {
        paused = true;
    }

    private static boolean isOpen(OutboxConsumer consumer) {
        return consumer.circuit().equals("closed") && consumer.pausedSince() == 0;
    }

    /** A destination that is off or paused, or does not answer, waits. */
    void step() throws SQLException {
        if (paused || idle-- > 0) {
            return;
        }
        List<String> running = store.running();
        idle = running.stream().anyMatch(destinations.updated()::contains) ? 0 : STEPS_IDLE;
        int atMost = Math.max(1, (int) (store.perSecond() * STEP_MS / 1000));
        for (String destination : running) {
            if (destinations.updated().contains(destination) && isOpen(destinations.consumers().get(destination))) {
                writer.tellNext(store, destination, atMost);
            }
        }
    }
}
