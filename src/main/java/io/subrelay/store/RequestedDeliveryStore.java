package io.subrelay.store;

import io.subrelay.books.BookedEvent;
import io.subrelay.books.Journal;
import io.subrelay.event.Ids;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** Deliveries that somebody asks for: they go out beside those of newly accepted events. */
public final class RequestedDeliveryStore {

    /** How many are scheduled in one transaction: acceptance waits for it. */
    private static final int STEP = 5_000;
    /** How many are named in one statement. */
    private static final int LISTED = 500;
    private static final int MAX_TRIES = 20;
    /** A key that is there already, a deadlock of two, and what H2 says of a row that another one has changed. */
    private static final Set<String> OTHERS_WERE_FIRST = Set.of("23505", "40001", "40P01", "90131", "HYT00");
    private static final String ID = DeliveryId.at(":destination");
    /** They are ordered with the customer that theirs has become part of since. */
    private static final String SCHEDULE = """
            insert into redelivery (destination, event, customer, origin, attempts, first_attempt_at, next_attempt_at)
            select :destination, e.seq,
              coalesce((select c.merged_into from customer c where c.id = e.customer), e.customer), 'request', 0, 0, 0
            from event e
            where not exists (select 1 from redelivery r where r.destination = :destination and r.event = e.seq)
              and e.seq > :from and e.seq <= :to and\s
            """;
    private static final String TO_BE_SCHEDULED = """
            select e.*, d.state as ended, d.reason as ended_for, e.destinations like :listed as listed
            from event e left join delivery d on d.id = %s
            where not exists (select 1 from redelivery r where r.destination = :destination and r.event = e.seq)
              and e.seq > :from and e.seq <= :to and\s
            """.formatted(ID);
    private static final String SCHEDULED = """
            from delivery d join redelivery r on r.destination = d.destination and r.event = d.event
            where d.destination = :destination and d.id >= (:from + 1) * 1000 and d.id < (:to + 1) * 1000""";
    private static final String COUNT = """
            update destination set pending = pending + :scheduled,
              delivered = delivered - (select count(*) %1$s and d.state = 'delivered'),
              skipped = skipped - (select count(*) %1$s and d.state = 'skipped'),
              previewed = previewed - (select count(*) %1$s and d.state = 'previewed'),
              dead = dead - (select count(*) %1$s and d.state = 'dead')
            where name = :destination""".formatted(SCHEDULED);
    private static final String KEEP = """
            insert into attempt (event, destination, attempt, attempted_at, millis, response_code, answer)
            select d.event, d.destination, d.attempts, d.settled_at - d.millis, d.millis, d.response_code, d.reason
            %s and r.origin = 'request' and d.state in ('delivered', 'dead')""".formatted(SCHEDULED);
    private static final String UNSETTLE = """
            delete from delivery where destination = :destination
              and id >= (:from + 1) * 1000 and id < (:to + 1) * 1000 and exists
                (select 1 from redelivery r where r.destination = delivery.destination and r.event = delivery.event
                  and r.origin = 'request')""";

    private final Database database;

    public RequestedDeliveryStore(Database database) {
        this.database = database;
    }

    /** Whether an event is stored. */
    public boolean isStored(String eventId) {
        return !database.jdbc().queryForList("select 1 from event where event_id = ?", Ids.ofEvent(eventId)).isEmpty();
    }

    /**
     * Schedules an event again for a destination for which it has ended, however it did, or that has passed it and will
     * not send it.
     */
    public long event(String eventId, String destination) throws SQLException {
        return schedule("""
                e.event_id = :id and (exists (select 1 from delivery d where d.id = %s)
                or e.destinations like :listed and e.seq <=
                  (select min(p.event) from outbox_position p where p.destination = :destination))""".formatted(ID),
                of(destination).addValue("id", Ids.ofEvent(eventId)));
    }

    /**
     * Schedules all dead letters of a destination again.
     *
     * @param really false only tells how many that would be
     */
    public long dead(String destination, boolean really) throws SQLException {
        MapSqlParameterSource parameters = of(destination);
        return really ? schedule("""
                exists (select 1 from delivery d where d.id = %s and d.state = 'dead')""".formatted(ID), parameters)
                : count("""
                        from dead_letter l
                        join destination t on t.name = l.destination
                        join delivery d on d.id = l.event * 1000 + t.number and d.state = 'dead'
                        where l.destination = :destination and not exists
                          (select 1 from redelivery r where r.destination = l.destination and r.event = l.event)""",
                        parameters);
    }

    /**
     * Schedules some dead letters of a destination again.
     *
     * @param events their places, in order
     */
    public long dead(String destination, List<Long> events) throws SQLException {
        long scheduled = 0;
        for (int from = 0; from < events.size(); from += LISTED) {
            List<Long> some = events.subList(from, Math.min(events.size(), from + LISTED));
            MapSqlParameterSource parameters = of(destination)
                    .addValue("events", some).addValue("from", some.get(0) - 1)
                    .addValue("to", some.get(some.size() - 1));
            scheduled += scheduleStep("""
                    e.seq in (:events) and exists (select 1 from delivery d where d.id = %s and d.state = 'dead')"""
                    .formatted(ID), parameters);
        }
        return scheduled;
    }

    /**
     * Schedules stored events for a destination that did not have them: those from before it was there, while it was
     * off, or in preview. How a customer stood once is no history.
     *
     * @param since  the earliest acceptance, milliseconds since the epoch
     * @param really false only tells how many that would be
     */
    public long history(String destination, long since, boolean really) throws SQLException {
        MapSqlParameterSource parameters = of(destination).addValue("since", since);
        if (!really) {
            // one after the other, as together they would look for a delivery of each stored event
            return count("""
                    from destination t
                    join delivery d on d.destination = t.name and d.state = 'previewed'
                    join event e on e.seq = d.event and e.received_at >= :since and e.kind <> 'customer_update'
                    where t.name = :destination and t.previewed > 0 and not exists
                      (select 1 from redelivery r where r.destination = t.name and r.event = e.seq)""", parameters)
                    + count("""
                            from event e where e.received_at >= :since and e.destinations not like :listed
                              and e.kind not in ('customer_imported', 'customer_update')
                              and not exists (select 1 from delivery d where d.id = %s)
                              and not exists
                                (select 1 from redelivery r where r.destination = :destination and r.event = e.seq)"""
                            .formatted(ID), parameters);
        }
        return schedule("""
                e.received_at >= :since and e.kind not in ('customer_imported', 'customer_update')
                and (exists (select 1 from delivery d where d.id = %1$s and d.state = 'previewed')
                or e.destinations not like :listed and not exists (select 1 from delivery d where d.id = %1$s))"""
                .formatted(ID), parameters);
    }

    private static MapSqlParameterSource of(String destination) {
        return new MapSqlParameterSource("destination", destination).addValue("listed", "%," + destination + ",%");
    }

    private long schedule(String which, MapSqlParameterSource parameters) throws SQLException {
        long scheduled = 0;
        long last = new DeliveryStore(database).lastEvent();
        for (long from = 0; from < last; from += STEP) {
            parameters.addValue("from", from).addValue("to", from + STEP);
            scheduled += scheduleStep(which, parameters);
        }
        return scheduled;
    }

    private int scheduleStep(String which, MapSqlParameterSource parameters) throws SQLException {
        return againIfOthersWereFirst(() -> database.transaction(
                connection -> step(connection, which, parameters)));
    }

    interface Step {
        int run() throws SQLException;
    }

    /** Somebody else may schedule the same at the same time: what they did is seen the next time. */
    static int againIfOthersWereFirst(Step step) throws SQLException {
        for (int tries = 1; tries < MAX_TRIES; tries++) {
            try {
                return step.run();
            } catch (SQLException | DataAccessException e) {
                if (!(NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLException cause)
                        || cause.getSQLState() == null || !OTHERS_WERE_FIRST.contains(cause.getSQLState())) {
                    throw e;
                }
            }
        }
        return step.run();
    }

    private long count(String from, MapSqlParameterSource parameters) throws SQLException {
        try (Connection connection = database.openPatiently()) {
            return new NamedParameterJdbcTemplate(Database.jdbc(connection))
                    .queryForObject("select count(*) " + from, parameters, Long.class);
        }
    }

    private int step(Connection connection, String which, MapSqlParameterSource parameters) throws SQLException {
        NamedParameterJdbcTemplate jdbc = new NamedParameterJdbcTemplate(Database.jdbc(connection));
        // nothing of the destination ends meanwhile, and nobody else asks for it
        jdbc.queryForList("select name from destination where name = :destination for update", parameters);
        Journal journal = database.journal();
        int[] found = {0};
        jdbc.query(TO_BE_SCHEDULED + which, parameters, row -> {
            found[0]++;
            book(row, (String) parameters.getValue("destination"), journal);
        });
        int scheduled = jdbc.update(SCHEDULE + which, parameters);
        if (scheduled != found[0]) {
            throw new SQLException("events were deleted meanwhile", "40001");
        }
        if (scheduled > 0) {
            journal.write(connection);
            jdbc.update(COUNT, parameters.addValue("scheduled", (long) scheduled));
            jdbc.update(KEEP, parameters);
            jdbc.update(UNSETTLE, parameters);
        }
        return scheduled;
    }

    private static void book(ResultSet row, String destination, Journal journal) throws SQLException {
        BookedEvent event = DeliveryStore.booked(row);
        if (row.getString("ended") != null) {
            journal.reopened(event, destination, row.getString("ended"), row.getString("ended_for"));
        } else if (!row.getBoolean("listed")) {
            journal.meant(event, List.of(destination));
        }
    }
}
