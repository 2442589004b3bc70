package io.subrelay.delivery;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Goes on with the backfills of one kind, a step at a time, beside what is accepted meanwhile. */
abstract class Backfill {

    static final long STEP_MS = 100;
    /** How often it has to be called: it then finds what was begun here or at another runner, or can go on again. */
    static final long LOOK_MS = 1_000;

    private volatile boolean stopping;

    /** The destinations that have one. */
    abstract List<String> running() throws SQLException;

    /** Whether a destination is to get more now: one that is off waits. */
    abstract boolean canGoOn(String destination);

    abstract void goOn(String destination) throws SQLException;

    /** The runner stops: it goes on after the next start. */
    final void stopHere() {
        stopping = true;
    }

    final boolean isStopping() {
        return stopping;
    }

    /** Goes on until all have ended, or none can go on now. */
    final void goOn() throws SQLException {
        for (List<String> going = going(); !going.isEmpty() && !stopping; going = going()) {
            for (String destination : going) {
                goOn(destination);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(STEP_MS));
        }
    }

    private List<String> going() throws SQLException {
        return running().stream().filter(this::canGoOn).toList();
    }
}
