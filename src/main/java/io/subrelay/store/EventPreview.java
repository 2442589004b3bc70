package io.subrelay.store;

import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.event.Ids;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * An event with its customer as a destination gets it: one that is not stored, and leaves no trace, or a stored one.
 */
public final class EventPreview {

    private final Database database;

    public EventPreview(Database database) {
        this.database = database;
    }

    /** @param receivedAt milliseconds since the epoch */
    public EnrichedEvent enrich(Event event, long receivedAt) {
        return new Enricher(new CustomerStore(database.jdbc()), -1, Long.MAX_VALUE / 2)
                .enrich(event, receivedAt, List.of());
    }

    /**
     * Stored events as they were enriched when they were accepted, the newest first, without customers that were
     * imported: no destination is sent these.
     *
     * @param before the place after them
     * @param kinds  empty for all
     */
    public List<EnrichedEvent> newest(long before, List<String> kinds, int limit) {
        return database.jdbc().query("""
                select * from event where seq < ? and kind <> 'customer_imported'
                  and (cast(? as boolean) or kind = any (?)) order by seq desc limit ?""",
                (row, number) -> DeliveryStore.event(row), before, kinds.isEmpty(),
                new SqlArrayValue("varchar", kinds.toArray()), limit);
    }

    /** A stored event as it was enriched when it was accepted; empty if there is none of this id. */
    public Optional<EnrichedEvent> stored(String eventId) {
        return database.jdbc().query("select * from event where event_id = ?",
                (row, number) -> DeliveryStore.event(row), Ids.ofEvent(eventId)).stream().findFirst();
    }
}
