package io.subrelay.delivery;

import java.sql.SQLException;
import java.util.List;

/** Goes on with the backfills of one kind, a step at a time, beside what is accepted meanwhile. */
abstract class Backfill {

    static final long STEP_MS = 100;
    /** Every how many steps it is looked for what was begun at another runner or before a restart, or can go on. */
    private static final int STEPS_IDLE = 10;

    private volatile int idle;
    private volatile boolean stopping;

    /** The destinations that have one. */
    abstract List<String> running() throws SQLException;

    /** Whether a destination is to get more now: one that is off waits. */
    abstract boolean canGoOn(String destination);

    abstract void goOn(String destination) throws SQLException;

    final void begun() {
        idle = 0;
    }

    /** The runner stops: it goes on after the next start. */
    final void stopHere() {
        stopping = true;
    }

    final boolean isStopping() {
        return stopping;
    }

    final void step() throws SQLException {
        if (stopping || idle-- > 0) {
            return;
        }
        List<String> going = running().stream().filter(this::canGoOn).toList();
        idle = going.isEmpty() ? STEPS_IDLE : 0;
        for (String destination : going) {
            goOn(destination);
        }
    }
}
