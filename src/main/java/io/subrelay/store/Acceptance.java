package io.subrelay.store;

import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import java.util.concurrent.CompletableFuture;

/**
 * An event that waits to be stored.
 *
 * @param follows whether it is to be stored in one transaction with the one before
 * @param told    what destinations are told of it
 * @param stored  completes once the event is on the disk: with the enriched event, or with null where the event had
 *                been stored before; exceptionally if it could not be stored
 */
record Acceptance(
        Event event, long receivedAt, boolean follows, Told told, CompletableFuture<EnrichedEvent> stored) {

    /** What destinations are told of what is stored. */
    enum Told {
        EVENT,
        /** It is from before, as what is imported. */
        NOTHING,
        /** How its customer stands, if that turns out to be different from what they have been told. */
        CORRECTION
    }

    Acceptance(Event event, long receivedAt, boolean follows, Told told) {
        this(event, receivedAt, follows, told, new CompletableFuture<>());
    }
}
