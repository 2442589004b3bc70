package io.subrelay.store;

import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import java.util.List;

/** Enriches events as a store would that was empty before the first of them; keeps nothing of them but in memory. */
public final class UnstoredEvents {

    private final Enricher enricher = new Enricher(appUserId -> null, 0, 0);

    /** @param receivedAt milliseconds since the epoch */
    public EnrichedEvent enrich(Event event, long receivedAt) {
        return enricher.enrich(event, receivedAt, List.of());
    }

    /** What destinations have to be told besides the events since the last time it was asked for. */
    public List<EnrichedEvent> updates(long atMs) {
        return enricher.customers().updates().stream()
                .map(each -> enricher.enrich(each, atMs, null, List.of())).toList();
    }
}
