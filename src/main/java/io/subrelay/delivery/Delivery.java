package io.subrelay.delivery;

/**
 * One event on its way to one destination, in memory.
 *
 * @param event          what is delivered
 * @param origin         why it is on its way
 * @param attempts       how many attempts have failed
 * @param firstAttemptAt when the first attempt was made, milliseconds since the epoch; 0 before it
 */
public record Delivery(EnrichedEvent event, Origin origin, int attempts, long firstAttemptAt) {

    /** Why a delivery is on its way. */
    public enum Origin {
        /** It was accepted. */
        EVENT,
        /** Somebody asked for it: a dead letter again, or history for a destination that did not have it. */
        REQUEST;

        /** As it is stored. */
        public String stored() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public long seq() {
        return event.seq();
    }

    public long customer() {
        return event.customer();
    }
}
