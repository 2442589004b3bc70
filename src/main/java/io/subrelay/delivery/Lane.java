package io.subrelay.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The deliveries of one customer to one destination: one after the other, in the order of acceptance. */
final class Lane {

    /** What a lane is doing; it is in exactly one of these. */
    enum State {
        /** Its next delivery may go. */
        READY,
        /** Deliveries of it are being attempted. */
        BUSY,
        /** Its next delivery waits for its time. */
        PARKED,
        /** Its next deliveries have to be read from the database. */
        UNREAD,
        /** It waits for the lanes of customers that were merged into its own. */
        BEHIND
    }

    final long customer;
    final ArrayDeque<Delivery> queue = new ArrayDeque<>();
    final List<Lane> followers = new ArrayList<>();
    State state = State.BUSY;
    int inFlight;
    /** From where on deliveries are only in the database; 0 for none. */
    long unreadFrom;
    /** From where on deliveries are being read from the database; 0 while they are not. */
    long readFrom;
    /** Whether the lanes that it waited for at another runner are known to be empty. */
    boolean abroadSettled;
    /** When a parked lane is due, by the {@link SteadyClock}. */
    long dueAt;
    /** The delivery that a parked lane waits with: its attempts may not be in the database yet. */
    Delivery head;

    Lane(long customer) {
        this.customer = customer;
    }

    /** Leaves a delivery, and with it all later ones, in the database. */
    void leaveUnread(long seq) {
        if (unreadFrom == 0 || seq < unreadFrom) {
            unreadFrom = seq;
        }
    }
}
