package io.subrelay.store;

import io.subrelay.books.BookedEvent;
import io.subrelay.books.Journal;
import io.subrelay.customer.CustomerUpdate;
import io.subrelay.customer.Customers;
import io.subrelay.customer.EventIds;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.SqlArrayValue;

/** Stores events: each numbered, folded into its customer, and kept with the customer as of that event. */
public final class EventStore {

    private static final Logger LOG = LoggerFactory.getLogger(EventStore.class);

    private final Supplier<List<String>> destinations;
    private final Supplier<List<String>> updated;
    private final CustomerCache known = new CustomerCache();
    /** The position as this runner wrote it last; another one tells that what is known may be old. */
    private List<Long> expected;

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
    List<EnrichedEvent> write(JdbcTemplate jdbc, List<Acceptance> acceptances, Journal journal) {
        if (acceptances.isEmpty()) {
            return List.of();
        }
        List<Long> position = lockPosition(jdbc);
        if (!position.equals(expected)) {
            known.clear();
        }
        Set<String> seen = storedIds(jdbc, acceptances);
        CustomerStore store = new CustomerStore(jdbc, known);
        store.load(acceptances.stream().flatMap(it -> EventIds.all(it.event()).stream()).collect(Collectors.toSet()));
        Enricher enricher = new Enricher(store, position.get(0), position.get(1));
        Customers customers = enricher.customers();
        List<String> names = destinations.get();
        List<String> ofUpdates = updated.get();
        List<EnrichedEvent> written = new ArrayList<>(acceptances.size());
        for (Acceptance acceptance : acceptances) {
            Event event = acceptance.event();
            boolean update = CustomerUpdate.is(event);
            if (update && customers.entryOf(CustomerUpdate.appUserId(event)) == null || !seen.add(event.id())) {
                written.add(null);
                continue;
            }
            boolean told = acceptance.told() == Acceptance.Told.EVENT;
            boolean corrects = acceptance.told() == Acceptance.Told.CORRECTION;
            var before = corrects ? customers.standing(event, acceptance.receivedAt()) : null;
            EnrichedEvent enriched = enricher.enrich(event, acceptance.receivedAt(),
                    !told ? List.of() : update ? ofUpdates : names);
            if (enriched.customerThen().path("app_user_id").isNull()) {
                LOG.warn("Event {} names no customer: it is kept, and delivered without one", event.id());
            }
            if (corrects) {
                customers.correct(event, before, acceptance.receivedAt());
            } else if (!told) {
                customers.tellNothingOf(event);
            }
            written.add(enriched);
            if (told && !update) {
                journal.accepted(BookedEvent.of(enriched), enriched.destinations());
            }
        }
        if (!ofUpdates.isEmpty()) {
            long now = acceptances.get(acceptances.size() - 1).receivedAt();
            customers.updates().forEach(each -> written.add(
                    enricher.enrich(each, now, traceparent(acceptances, each.cause()), ofUpdates)));
        }
        if (!enricher.position().equals(position)) {
            store.save(customers, enricher.position().get(0));
            save(jdbc, written, enricher, journal);
        }
        expected = enricher.position();
        return written;
    }

    /**
     * Stores how customers stand, for one destination.
     *
     * @param ids     one of each customer
     * @param now     milliseconds since the epoch
     * @param journal to which they are added
     */
    List<EnrichedEvent> writeStates(JdbcTemplate jdbc, List<String> ids, String destination, long now,
            Journal journal) {
        List<Long> position = lockPosition(jdbc);
        boolean known = position.equals(expected);
        // not those of the events that come in: very many are read, and each once
        CustomerStore store = new CustomerStore(jdbc);
        store.load(ids);
        Enricher enricher = new Enricher(store, position.get(0), position.get(1));
        List<EnrichedEvent> written = new ArrayList<>(ids.size());
        for (String id : ids) {
            enricher.customers().states(id, destination, now)
                    .forEach(each -> written.add(enricher.enrich(each, now, null, List.of(destination))));
        }
        save(jdbc, written, enricher, journal);
        expected = known ? enricher.position() : null;
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

    /**
     * Nothing is accepted, and no customer changes, until the transaction ends.
     *
     * @return the numbers of the newest event and of the newest customer
     */
    static List<Long> lockPosition(JdbcTemplate jdbc) {
        // an update locks the row as well as "for update", which H2 parses anew in each transaction
        jdbc.update("update log_position set last_event = last_event");
        return jdbc.queryForObject("select last_event, last_customer from log_position",
                (row, number) -> List.of(row.getLong(1), row.getLong(2)));
    }

    private static Set<String> storedIds(JdbcTemplate jdbc, List<Acceptance> acceptances) {
        return new HashSet<>(jdbc.queryForList("select event_id from event where event_id = any (?)", String.class,
                new SqlArrayValue("varchar", acceptances.stream().map(it -> it.event().id()).toArray())));
    }

    private static void save(JdbcTemplate jdbc, List<EnrichedEvent> written, Enricher enricher, Journal journal) {
        List<EnrichedEvent> events = written.stream().filter(Objects::nonNull).toList();
        jdbc.batchUpdate("""
                insert into event (seq, event_id, customer, after_customers, type, kind, event_at, happened_at,
                  received_at, late, destinations, webhook, customer_then, traceparent)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""", events, Integer.MAX_VALUE, EventStore::set);
        events.stream().filter(it -> CustomerUpdate.is(it.event()))
                .forEach(it -> journal.meant(BookedEvent.of(it), it.destinations()));
        jdbc.batchUpdate("insert into event_party (customer, event) values (?, ?)", enricher.parties());
        jdbc.update("update log_position set last_event = ?, last_customer = ?", enricher.position().toArray());
        // sorted, so that runners that share a database take the rows in one order
        Map<String, Long> pending = new TreeMap<>();
        events.forEach(event -> event.destinations().forEach(name -> pending.merge(name, 1L, Long::sum)));
        jdbc.batchUpdate("update destination set pending = pending + ? where name = ?",
                pending.entrySet().stream().map(each -> new Object[] {each.getValue(), each.getKey()}).toList());
    }

    private static void set(PreparedStatement insert, EnrichedEvent enriched) throws SQLException {
        Event event = enriched.event();
        insert.setLong(1, enriched.seq());
        insert.setString(2, event.id());
        insert.setLong(3, enriched.customer());
        insert.setString(4, enriched.afterCustomers().isEmpty() ? null
                : enriched.afterCustomers().stream().map(String::valueOf).collect(Collectors.joining(",")));
        insert.setString(5, event.type());
        insert.setString(6, event.kind());
        insert.setLong(7, event.timestampMs());
        insert.setLong(8, event.happenedAt());
        insert.setLong(9, enriched.receivedAt());
        insert.setBoolean(10, enriched.late());
        insert.setString(11, DeliveryStore.stored(enriched.destinations()));
        insert.setString(12, event.text());
        insert.setString(13, enriched.customerThen().toString());
        insert.setString(14, event.traceparent());
    }
}
