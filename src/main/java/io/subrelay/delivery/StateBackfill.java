package io.subrelay.delivery;

import io.subrelay.store.StateBackfills;
import io.subrelay.store.Writer;
import java.sql.SQLException;
import java.util.List;

/** Tells destinations how every customer stands. */
public final class StateBackfill extends Backfill {

    private final DestinationRegistry destinations;
    private final Writer writer;
    private final StateBackfills store;

    StateBackfill(DestinationRegistry destinations, Writer writer, StateBackfills store) {
        this.destinations = destinations;
        this.writer = writer;
        this.store = store;
    }

    /** How many customers there are to tell of. */
    public long customers() throws SQLException {
        return store.customers();
    }

    /** Begins at the first customer, unless the destination is being told. Returns how many customers that will be. */
    public long start(String destination) throws SQLException {
        return store.start(destination, System.currentTimeMillis());
    }

    /** Ends it where it is; what has been accepted is delivered. Returns whether the destination was being told. */
    public boolean stop(String destination) throws SQLException {
        return store.stop(destination);
    }

    @Override
    List<String> running() {
        return store.running();
    }

    /** One that is paused, or does not answer, waits as well. */
    @Override
    boolean canGoOn(String destination) {
        return destinations.updated().contains(destination)
                && destinations.consumers().get(destination).standing().isOpen();
    }

    @Override
    void goOn(String destination) throws SQLException {
        writer.tellNext(store, destination, Math.max(1, (int) (store.perSecond() * STEP_MS / 1000)));
    }
}
