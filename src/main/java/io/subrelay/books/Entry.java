package io.subrelay.books;

import java.util.Locale;

/** What the books say of events. */
enum Entry {
    /** The runner has accepted them, for whichever destinations. */
    ACCEPTED,
    /** They are for a destination: it was not off when they were accepted, or they were asked for later. */
    MEANT,
    DELIVERED, SKIPPED, PREVIEWED, DEAD,
    /** They were erased, or deleted after their time, before the delivery had ended. */
    DELETED;

    /** As it is stored: for the ends of deliveries, as the deliveries' states are. */
    String stored() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Entry of(String stored) {
        return valueOf(stored.toUpperCase(Locale.ROOT));
    }

    /** Whether a delivery has ended with it. */
    boolean isEnd() {
        return ordinal() > MEANT.ordinal();
    }
}
