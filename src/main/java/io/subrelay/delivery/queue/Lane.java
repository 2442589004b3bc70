package io.subrelay.delivery.queue;

import io.subrelay.event.Delivery;
import io.subrelay.event.EnrichedEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The deliveries of one customer to one destination: one after the other, in the order of acceptance. */
final class Lane {

    /** What a lane is doing. Only in the first two states does it have deliveries in memory. */
    enum State {
        /** Its next delivery may go. */
        READY,
        /** Deliveries of it are being attempted. */
        IN_FLIGHT,
        /** Its next delivery waits for its time. */
        WAITING,
        /** Its next deliveries have to be read from the database. */
        UNREAD,
        /** They are being read. */
        READING,
        /** It waits for the lanes of customers that were merged into its own. */
        BEHIND,
        /** It has nothing to deliver: there is no such lane. */
        GONE
    }

    final long customer;
    final ArrayDeque<Delivery> queue = new ArrayDeque<>();
    /** Lanes that wait for this one. */
    final List<Lane> followers = new ArrayList<>();
    /** Moved by {@link Lanes#move} alone. */
    State state = State.GONE;
    /** From where on deliveries are only in the database, 0 for none; and when the first of these was accepted. */
    long spilledFrom;
    long spilledReceivedAt;
    /** The first delivery that has arrived while those before it are being read; null if none has. */
    EnrichedEvent arrived;
    /** When a waiting lane is due, by the steady clock. */
    long dueAt;
    /** The delivery that is retried next: where the clock was set, this one knows better when. */
    Delivery retried;
    /** A delivery whose merged customers may have deliveries at another runner, or ones that have not been read. */
    Delivery merging;

    Lane(long customer) {
        this.customer = customer;
    }
}
