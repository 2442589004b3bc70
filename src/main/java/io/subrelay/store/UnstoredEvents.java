package io.subrelay.store;

import io.subrelay.customer.CustomerUpdate;
import io.subrelay.customer.Customers;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.List;

/** Enriches events as a store would that was empty before the first of them; keeps nothing of them but in memory. */
public final class UnstoredEvents {

    private final long[] position = {0, 0};
    private final Customers customers = new Customers(appUserId -> null, () -> ++position[1]);

    /** @param receivedAt milliseconds since the epoch */
    public EnrichedEvent enrich(Event event, long receivedAt) {
        return EventStore.enrich(new Acceptance(event, receivedAt, false), ++position[0], customers, position,
                List.of(),
                new ArrayList<>());
    }

    /** What destinations have to be told besides the events since the last time it was asked for. */
    public List<EnrichedEvent> updates(long atMs) {
        List<EnrichedEvent> updates = new ArrayList<>();
        for (CustomerUpdate each : customers.updates()) {
            long seq = ++position[0];
            updates.add(EventStore.update(
                    each.toEvent(String.valueOf(seq), atMs), atMs, seq, customers, position, List.of()));
        }
        return updates;
    }
}
