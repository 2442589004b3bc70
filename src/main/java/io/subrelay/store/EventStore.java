package io.subrelay.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.books.BookedEvent;
import io.subrelay.books.Journal;
import io.subrelay.customer.Customer;
import io.subrelay.customer.CustomerUpdate;
import io.subrelay.customer.CustomerView;
import io.subrelay.customer.Customers;
import io.subrelay.customer.Environment;
import io.subrelay.customer.EventIds;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores events: each numbered, folded into its customer, and kept with the customer as of that event. */
public final class EventStore {

    private static final Logger LOG = LoggerFactory.getLogger(EventStore.class);

    private final Supplier<List<String>> destinations;
    private final Supplier<List<String>> updated;
    private final CustomerCache known = new CustomerCache();
    /** The position as this runner wrote it last; another one tells that what is known may be old. */
    private long[] expected;

    /**
     * @param destinations tells for which destinations an event is meant that is accepted now
     * @param updated      the same for a {@code customer_update}
     */
    public EventStore(Supplier<List<String>> destinations, Supplier<List<String>> updated) {
        this.destinations = destinations;
        this.updated = updated;
    }

    /**
     * Stores events that are not stored yet.
     *
     * @param  journal to which they are added
     * @return one for each acceptance, in order: the enriched event, or null where it had been stored before, or is an
     *         update of nobody; then the updates that they led to
     */
    List<EnrichedEvent> write(Connection connection, List<Acceptance> acceptances, Journal journal)
            throws SQLException {
        if (acceptances.isEmpty()) {
            return List.of();
        }
        long[] position = lockPosition(connection);
        long firstNew = position[0];
        if (!Arrays.equals(position, expected)) {
            known.clear();
        }
        Set<String> seen = storedIds(connection, acceptances);
        CustomerStore store = new CustomerStore(connection, known);
        store.load(acceptances.stream().flatMap(it -> EventIds.all(it.event()).stream()).collect(Collectors.toSet()));
        Customers customers = new Customers(store, () -> ++position[1]);
        List<String> names = destinations.get();
        List<String> ofUpdates = updated.get();
        List<EnrichedEvent> written = new ArrayList<>(acceptances.size());
        List<long[]> parties = new ArrayList<>();
        for (Acceptance acceptance : acceptances) {
            Event event = acceptance.event();
            boolean update = CustomerUpdate.is(event);
            boolean told = acceptance.told() == Acceptance.Told.EVENT;
            if (update && customers.entryOf(CustomerUpdate.appUserId(event)) == null) {
                written.add(null);
            } else if (seen.add(event.id())) {
                boolean corrects = acceptance.told() == Acceptance.Told.CORRECTION;
                var before = corrects ? customers.standing(event, acceptance.receivedAt()) : null;
                EnrichedEvent enriched = enrich(acceptance, ++position[0], customers, position,
                        !told ? List.of() : update ? ofUpdates : names, parties);
                if (enriched.customerThen().path("app_user_id").isNull()) {
                    LOG.warn("Event {} names no customer: it is kept, and delivered without one",
                            enriched.event().id());
                }
                if (corrects) {
                    customers.correct(event, before, acceptance.receivedAt());
                } else if (!told) {
                    customers.tellNothingOf(event);
                }
                written.add(enriched);
                BookedEvent booked = BookedEvent.of(enriched);
                if (told && !update) {
                    journal.accepted(booked, enriched.destinations());
                } else {
                    journal.meant(booked, enriched.destinations());
                }
            } else {
                written.add(null);
            }
        }
        if (!ofUpdates.isEmpty()) {
            long now = acceptances.get(acceptances.size() - 1).receivedAt();
            for (CustomerUpdate each : customers.updates()) {
                long seq = ++position[0];
                Event event = each.toEvent(String.valueOf(seq), now)
                        .withTraceparent(traceparent(acceptances, each.cause()));
                EnrichedEvent enriched = update(event, now, seq, customers, position, ofUpdates);
                written.add(enriched);
                journal.meant(BookedEvent.of(enriched), ofUpdates);
            }
        }
        if (position[0] > firstNew) {
            insert(connection, written);
            insertParties(connection, parties);
            store.save(customers, position[0]);
            savePosition(connection, position);
            countPending(connection, written);
        }
        expected = position;
        return written;
    }

    /**
     * Stores how customers stand, for one destination.
     *
     * @param ids     one of each customer
     * @param now     milliseconds since the epoch
     * @param journal to which they are added
     */
    List<EnrichedEvent> writeStates(Connection connection, List<String> ids, String destination, long now,
            Journal journal) throws SQLException {
        long[] position = lockPosition(connection);
        boolean known = Arrays.equals(position, expected);
        // not those of the events that come in: very many are read, and each once
        CustomerStore store = new CustomerStore(connection, new CustomerCache());
        store.load(ids);
        Customers customers = new Customers(store, () -> ++position[1]);
        List<String> names = List.of(destination);
        List<EnrichedEvent> written = new ArrayList<>(ids.size());
        for (String id : ids) {
            for (CustomerUpdate each : customers.states(id, destination, now)) {
                long seq = ++position[0];
                Event event = each.toEvent(String.valueOf(seq), now);
                written.add(update(event, now, seq, customers, position, names));
            }
        }
        written.forEach(each -> journal.meant(BookedEvent.of(each), names));
        insert(connection, written);
        savePosition(connection, position);
        countPending(connection, written);
        expected = known ? position : null;
        return written;
    }

    private static String traceparent(List<Acceptance> acceptances, String eventId) {
        return acceptances.stream().map(Acceptance::event).filter(event -> event.id().equals(eventId))
                .map(Event::traceparent).filter(Objects::nonNull).findFirst().orElse(null);
    }

    /** What was written is rolled back: what is known of customers may be more than what is stored. */
    void forget() {
        expected = null;
    }

    static EnrichedEvent enrich(Acceptance acceptance, long seq, Customers customers, long[] position,
            List<String> names, List<long[]> parties) {
        Event event = acceptance.event();
        if (CustomerUpdate.is(event)) {
            return update(event, acceptance.receivedAt(), seq, customers, position, names);
        }
        Set<Long> mergedBefore = customers.merges().keySet();
        Customers.Folded folded = customers.fold(event);
        List<Long> merged = new ArrayList<>(customers.merges().keySet());
        merged.removeAll(mergedBefore);
        folded.from().forEach(from -> parties.add(new long[] {from.number(), seq}));
        boolean nobody = folded.customer() == null;
        Customer customer = nobody ? new Customer() : folded.customer().customer();
        long number = nobody ? ++position[1] : folded.customer().number();
        long at = Math.max(event.timestampMs(), customer.newestEventAt());
        CustomerView view = customer.view(Environment.of(event), customers::customerOf, at);
        boolean late = customer.isLate(event);
        ObjectNode then = view.toEventJson();
        if (late || view.standsOtherwise(event)) {
            then.set(EnrichedEvent.STANDING, view.toStandingJson());
        }
        return new EnrichedEvent(seq, number, merged, event, then, acceptance.receivedAt(), late, names);
    }

    /** How a customer stands; where nobody is known by the id, one of whom nothing is known. */
    static EnrichedEvent update(Event event, long receivedAt, long seq, Customers customers, long[] position,
            List<String> names) {
        Customers.Entry entry = customers.entryOf(CustomerUpdate.appUserId(event));
        Customer customer = entry == null ? new Customer() : entry.customer();
        long number = entry == null ? ++position[1] : entry.number();
        long at = Math.max(event.timestampMs(), customer.newestEventAt());
        CustomerView view = customer.view(Environment.of(event), customers::customerOf, at);
        ObjectNode then = view.toEventJson();
        then.set(EnrichedEvent.STANDING, view.toStandingJson());
        return new EnrichedEvent(seq, number, List.of(), event, then, receivedAt, false, names);
    }

    /**
     * Nothing is accepted, and no customer changes, until the transaction ends.
     *
     * @return the places of the newest event and the newest customer
     */
    static long[] lockPosition(Connection connection) throws SQLException {
        // an update locks the row as well as "for update", which H2 parses anew in each transaction
        try (PreparedStatement lock = connection.prepareStatement(
                "update log_position set last_event = last_event");
                PreparedStatement select = connection.prepareStatement(
                        "select last_event, last_customer from log_position")) {
            lock.executeUpdate();
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return new long[] {row.getLong(1), row.getLong(2)};
            }
        }
    }

    private static void savePosition(Connection connection, long[] position) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update log_position set last_event = ?, last_customer = ?")) {
            update.setLong(1, position[0]);
            update.setLong(2, position[1]);
            update.executeUpdate();
        }
    }

    private static Set<String> storedIds(Connection connection, List<Acceptance> acceptances) throws SQLException {
        Set<String> ids = new HashSet<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select event_id from event where event_id = any (?)")) {
            select.setArray(1, connection.createArrayOf("varchar",
                    acceptances.stream().map(it -> it.event().id()).toArray()));
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
            }
        }
        return ids;
    }

    private static void insert(Connection connection, List<EnrichedEvent> events) throws SQLException {
        List<String> names = List.of();
        String destinations = DeliveryStore.stored(names);
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into event (seq, event_id, customer, after_customers, type, kind, event_at, happened_at,
                  received_at, late, destinations, webhook, customer_then, traceparent)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
            for (EnrichedEvent enriched : events) {
                if (enriched == null) {
                    continue;
                }
                Event event = enriched.event();
                List<Long> after = enriched.afterCustomers();
                insert.setLong(1, enriched.seq());
                insert.setString(2, event.id());
                insert.setLong(3, enriched.customer());
                insert.setString(4, after.isEmpty() ? null
                        : after.stream().map(String::valueOf).collect(Collectors.joining(",")));
                insert.setString(5, event.type());
                insert.setString(6, event.kind());
                insert.setLong(7, event.timestampMs());
                insert.setLong(8, event.happenedAt());
                insert.setLong(9, enriched.receivedAt());
                insert.setBoolean(10, enriched.late());
                if (enriched.destinations() != names) {
                    names = enriched.destinations();
                    destinations = DeliveryStore.stored(names);
                }
                insert.setString(11, destinations);
                insert.setString(12, event.text());
                insert.setString(13, enriched.customerThen().toString());
                insert.setString(14, event.traceparent());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void insertParties(Connection connection, List<long[]> parties) throws SQLException {
        if (parties.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into event_party (customer, event) values (?, ?)")) {
            for (long[] party : parties) {
                insert.setLong(1, party[0]);
                insert.setLong(2, party[1]);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void countPending(Connection connection, List<EnrichedEvent> events) throws SQLException {
        // lists of names are few, as all that is accepted together shares them
        Map<List<String>, Long> counts = new IdentityHashMap<>();
        for (EnrichedEvent event : events) {
            if (event != null) {
                counts.merge(event.destinations(), 1L, Long::sum);
            }
        }
        // sorted, so that runners that share a database take the rows in one order
        Map<String, Long> pending = new TreeMap<>();
        counts.forEach((names, count) -> names.forEach(name -> pending.merge(name, count, Long::sum)));
        try (PreparedStatement update = connection.prepareStatement(
                "update destination set pending = pending + ? where name = ?")) {
            for (Map.Entry<String, Long> each : pending.entrySet()) {
                update.setLong(1, each.getValue());
                update.setString(2, each.getKey());
                update.addBatch();
            }
            update.executeBatch();
        }
    }
}
