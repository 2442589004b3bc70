package io.subrelay.store;

import io.subrelay.customer.Customers;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.event.Ids;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An event with its customer as a destination gets it: one that is not stored, and leaves no trace, or a stored one.
 */
public final class EventPreview {

    private final Database database;

    public EventPreview(Database database) {
        this.database = database;
    }

    /** @param receivedAt milliseconds since the epoch */
    public EnrichedEvent enrich(Event event, long receivedAt) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            long[] position = {0, Long.MAX_VALUE / 2};
            Customers customers =
                    new Customers(new CustomerStore(connection, new CustomerCache()), () -> ++position[1]);
            return EventStore.enrich(
                    new Acceptance(event, receivedAt, false), 0, customers, position, List.of(), new ArrayList<>());
        }
    }

    /**
     * Stored events as they were enriched when they were accepted, the newest first, without customers that were
     * imported: no destination is sent these.
     *
     * @param before the place after them
     * @param kinds  empty for all
     */
    public List<EnrichedEvent> newest(long before, List<String> kinds, int limit) {
        List<Object> parameters = new ArrayList<>(List.of(before));
        parameters.addAll(kinds);
        parameters.add(limit);
        String wanted = kinds.isEmpty() ? "" : kinds.stream().map(kind -> "?")
                .collect(Collectors.joining(",", " and kind in (", ")"));
        return database.jdbc().query("select * from event where seq < ? and kind <> 'customer_imported'" + wanted
                + " order by seq desc limit ?", (row, number) -> DeliveryStore.event(row), parameters.toArray());
    }

    /** A stored event as it was enriched when it was accepted; empty if there is none of this id. */
    public Optional<EnrichedEvent> stored(String eventId) {
        return database.jdbc().query("select * from event where event_id = ?",
                (row, number) -> DeliveryStore.event(row), Ids.ofEvent(eventId)).stream().findFirst();
    }
}
