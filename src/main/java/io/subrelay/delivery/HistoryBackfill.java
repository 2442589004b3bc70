package io.subrelay.delivery;

import io.subrelay.store.HistoryBackfills;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Sends destinations stored events that they did not have. */
public final class HistoryBackfill extends Backfill {

    /** How many transactions a step has where few of the events are for the destination. */
    private static final int AT_A_TIME = 20;

    private final DestinationRegistry destinations;
    private final HistoryBackfills store;
    private final Consumer<String> scheduled;

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

    @Override
    List<String> running() {
        return store.running();
    }

    @Override
    boolean canGoOn(String destination) {
        return destinations.open().contains(destination);
    }

    @Override
    void goOn(String destination) throws SQLException {
        OptionalLong next = OptionalLong.of(0);
        for (int i = 0; i < AT_A_TIME && next.isPresent() && !isStopping(); i++) {
            next = store.next(destination);
            if (next.orElse(0) > 0) {
                scheduled.accept(destination);
            }
        }
    }
}
