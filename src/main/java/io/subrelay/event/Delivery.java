package io.subrelay.event;

import io.subrelay.time.Clocks;

/**
 * One event on its way to one destination, in memory.
 *
 * @param event      what is delivered
 * @param origin     why it is on its way
 * @param attempts   how many attempts have failed, without those that found the destination held
 * @param triedSince when the first of them was made, by {@link Clocks#ticks}; 0 before it
 * @param scheduled  whether the database has it among the redeliveries
 */
public record Delivery(EnrichedEvent event, Origin origin, int attempts, long triedSince, boolean scheduled) {

    /** One that has just been accepted. */
    public static Delivery of(EnrichedEvent event) {
        return new Delivery(event, Origin.EVENT, 0, 0, false);
    }

    /** This one after another attempt that failed. */
    public Delivery failed(int failures, long since) {
        return new Delivery(event, origin, failures, since, true);
    }

    /**
     * The same for an attempt ahead of its time: it repeats the last one, so that the attempts that a policy allows are
     * not used up while a destination is away.
     */
    public Delivery early() {
        return new Delivery(event, origin, Math.max(0, attempts - 1), triedSince, scheduled);
    }

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

    /** False of an event that only orders what comes after it behind the customers that it merged. */
    public boolean isMeantFor(String destination) {
        return origin == Origin.REQUEST || event.destinations().contains(destination);
    }

    public long seq() {
        return event.seq();
    }

    public long customer() {
        return event.customer();
    }
}
