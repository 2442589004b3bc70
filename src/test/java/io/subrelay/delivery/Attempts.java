package io.subrelay.delivery;

import io.subrelay.event.Delivery;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Outcome;
import java.util.List;

/** Attempts to deliver without a queue: a route is run once. */
public final class Attempts {

    private Attempts() {
    }

    /** What an attempt to deliver these events together to a destination results in, for each of them. */
    public static List<Outcome> run(DestinationRegistry destinations, String destination, List<EnrichedEvent> events) {
        return destinations.consumers().get(destination).call(events.stream().map(Delivery::of).toList());
    }
}
