package io.subrelay.store;

import io.subrelay.event.Delivery;
import io.subrelay.event.Outcome;

/** What the outbox has to remember; written with whatever else is waiting, in the order in which it was asked for. */
public sealed interface Mark {

    String destination();

    /** The customer whose delivery it is about; 0 if it is about none. */
    long customer();

    /**
     * A delivery has ended.
     *
     * @param state     how, as it is stored
     * @param attempts  all of them, this one included
     * @param at        when, milliseconds since the epoch
     * @param millis    how long the last attempt took
     */
    record Settled(
            Delivery delivery, String destination, String state, int attempts, long at, int millis, Outcome outcome)
            implements
                Mark {
        @Override
        public long customer() {
            return delivery.customer();
        }
    }

    /**
     * An attempt has failed; the delivery waits for its next one.
     *
     * @param delivery      with this attempt counted
     * @param firstAttemptAt when the first attempt was made, milliseconds since the epoch; 0 if it only found the
     *                       destination held
     * @param at            when the attempt was made, milliseconds since the epoch
     * @param millis        how long it took
     * @param nextAttemptAt when the next one is due, milliseconds since the epoch
     */
    record Failed(Delivery delivery, String destination, long firstAttemptAt, long at, int millis, long nextAttemptAt,
            Outcome outcome)
            implements
                Mark {
        @Override
        public long customer() {
            return delivery.customer();
        }
    }

    /** Every event up to {@code seq} whose customer is in this slice is settled or waits for its next attempt. */
    record Position(String destination, int slice, long seq) implements Mark {
        @Override
        public long customer() {
            return 0;
        }
    }
}
