package io.subrelay.store;

import io.subrelay.customer.Customers;
import io.subrelay.delivery.EnrichedEvent;
import io.subrelay.webhook.Event;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Enriches an event with its stored customer as if it were accepted now, and leaves no trace of it. */
public final class EventPreview {

    private final Database database;

    public EventPreview(Database database) {
        this.database = database;
    }

    /** @param receivedAt milliseconds since the epoch */
    public EnrichedEvent enrich(Event event, long receivedAt) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            long[] position = {0, Long.MAX_VALUE / 2};
            Customers customers = new Customers(new CustomerStore(connection, new KnownCustomers()), () -> ++position[1]);
            return EventStore.enrich(
                    new Acceptance(event, receivedAt), 0, customers, position, List.of(), new ArrayList<>());
        }
    }
}
