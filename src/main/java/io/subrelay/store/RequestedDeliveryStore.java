package io.subrelay.store;

import io.subrelay.books.BookedEvent;
import io.subrelay.books.Journal;
import io.subrelay.event.Ids;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** Deliveries that somebody asks for: they go out beside those of newly accepted events. */
public final class RequestedDeliveryStore {

    /** How many are named in one statement. */
    private static final int LISTED = 500;
    private static final int MAX_TRIES = 20;
    /** A key that is there already, a deadlock of two, and what H2 says of a row that another one has changed. */
    private static final Set<String> OTHERS_WERE_FIRST = Set.of("23505", "40001", "40P01", "90131", "HYT00");
    private static final String FROM = """
            from event e left join delivery d on d.id = %s
            where %%s
              and not exists (select 1 from redelivery r where r.destination = :destination and r.event = e.seq)
            """.formatted(DeliveryId.at(":destination"));
    /** They are ordered with the customer that theirs has become part of since. */
    private static final String TO_BE_SCHEDULED = """
            select e.*, coalesce((select c.merged_into from customer c where c.id = e.customer), e.customer) as heir,
              d.id, d.state, d.reason, e.destinations like :listed as listed
            """ + FROM;
    private static final String HISTORY = """
            e.received_at >= :since and e.kind not in ('customer_imported', 'customer_update') and\s""";
    private static final String NEVER_MEANT = "e.destinations not like :listed and d.id is null";
    private static final String PREVIEWED = "d.state = 'previewed'";

    private final Database database;

    public RequestedDeliveryStore(Database database) {
        this.database = database;
    }

    public boolean isStored(String eventId) {
        return !numbers(eventId).isEmpty();
    }

    private List<Long> numbers(String eventId) {
        return database.jdbc().queryForList("select seq from event where event_id = ?", Long.class,
                Ids.ofEvent(eventId));
    }

    /**
     * Schedules an event again for a destination for which it has ended, however it did, or that has passed it and will
     * not send it.
     */
    public long event(String eventId, String destination) throws SQLException {
        return schedule(destination, numbers(eventId), """
                (d.id is not null or e.destinations like :listed and e.seq <=
                  (select min(p.event) from outbox_position p where p.destination = :destination))""");
    }

    /**
     * Schedules all dead letters of a destination again.
     *
     * @param really false only tells how many that would be
     */
    public long dead(String destination, boolean really) throws SQLException {
        List<Long> events = database.jdbc().queryForList("""
                select l.event from dead_letter l join destination t on t.name = l.destination
                join delivery d on d.id = l.event * 1000 + t.number and d.state = 'dead'
                where l.destination = ? and not exists
                  (select 1 from redelivery r where r.destination = l.destination and r.event = l.event)
                order by l.event""", Long.class, destination);
        return really ? dead(destination, events) : events.size();
    }

    /**
     * Schedules some dead letters of a destination again.
     *
     * @param events their places
     */
    public long dead(String destination, List<Long> events) throws SQLException {
        return schedule(destination, events, "d.state = 'dead'");
    }

    /**
     * How many stored events a destination did not have: those from before it was there, while it was off, or in
     * preview. How a customer stood once is no history.
     *
     * @param since the earliest acceptance, milliseconds since the epoch
     */
    public long history(String destination, long since) throws SQLException {
        MapSqlParameterSource parameters = of(destination).addValue("since", since);
        try (Connection connection = database.openPatiently()) {
            NamedParameterJdbcTemplate jdbc = new NamedParameterJdbcTemplate(Database.jdbc(connection));
            String count = "select count(*) " + FROM.formatted(HISTORY + "%s");
            // where none was, no delivery of a million is looked at
            boolean previews = jdbc.queryForObject(
                    "select previewed from destination where name = :destination", parameters, Long.class) > 0;
            return jdbc.queryForObject(count.formatted(NEVER_MEANT), parameters, Long.class)
                    + (previews ? jdbc.queryForObject(count.formatted(PREVIEWED), parameters, Long.class) : 0);
        }
    }

    /**
     * Schedules some of them, of the events after one place and up to another, in a transaction that has the
     * {@link #lock}.
     *
     * @param  atMost how many
     * @return        their places, in order
     */
    static List<Long> history(JdbcTemplate jdbc, Journal journal, String destination, long since, long from, long to,
            int atMost) throws SQLException {
        return schedule(jdbc, journal, destination, TO_BE_SCHEDULED.formatted("e.seq > :from and e.seq <= :to and "
                + HISTORY + "(" + PREVIEWED + " or " + NEVER_MEANT + ")") + "order by e.seq limit " + atMost,
                of(destination).addValue("since", since).addValue("from", from).addValue("to", to));
    }

    private static MapSqlParameterSource of(String destination) {
        return new MapSqlParameterSource("destination", destination).addValue("listed", "%," + destination + ",%");
    }

    private long schedule(String destination, List<Long> events, String which) throws SQLException {
        long scheduled = 0;
        for (int from = 0; from < events.size(); from += LISTED) {
            scheduled += step(destination, which + " and e.seq in (:events)", of(destination)
                    .addValue("events", events.subList(from, Math.min(events.size(), from + LISTED))));
        }
        return scheduled;
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

    private int step(String destination, String which, MapSqlParameterSource parameters) throws SQLException {
        return againIfOthersWereFirst(() -> database.booked((jdbc, journal) -> {
            lock(jdbc, destination);
            return schedule(jdbc, journal, destination, TO_BE_SCHEDULED.formatted(which), parameters).size();
        }));
    }

    /** Nothing of the destination ends until the transaction does, and nobody else asks for it. */
    static void lock(JdbcTemplate jdbc, String destination) {
        jdbc.queryForList("select name from destination where name = ? for update", destination);
    }

    private static List<Long> schedule(JdbcTemplate jdbc, Journal journal, String destination, String select,
            MapSqlParameterSource parameters) throws SQLException {
        List<Long> places = new ArrayList<>();
        List<Object[]> scheduled = new ArrayList<>();
        List<Object[]> ids = new ArrayList<>();
        Map<String, Long> ended = new HashMap<>();
        long[] meant = {0};
        new NamedParameterJdbcTemplate(jdbc).query(select, parameters, row -> {
            places.add(row.getLong("seq"));
            scheduled.add(new Object[] {destination, row.getLong("heir"), row.getLong("seq")});
            BookedEvent event = DeliveryStore.booked(row);
            String state = row.getString("state");
            if (state != null) {
                ids.add(new Object[] {row.getLong("id")});
                ended.merge(state, -1L, Long::sum);
                journal.reopened(event, destination, state, row.getString("reason"));
            } else if (!row.getBoolean("listed")) {
                meant[0]++;
                journal.meant(event, List.of(destination));
            }
        });
        int[] written = jdbc.batchUpdate("""
                insert into redelivery
                  (destination, event, customer, origin, attempts, first_attempt_at, next_attempt_at)
                select ?, seq, ?, 'request', 0, 0, 0 from event where seq = ?""", scheduled);
        if (Arrays.stream(written).sum() < scheduled.size()) {
            throw new SQLException("events were deleted meanwhile", "40001");
        }
        jdbc.update(Tallies.COUNT, Tallies.counts(destination, meant[0] + ids.size(),
                state -> ended.getOrDefault(state, 0L)));
        jdbc.batchUpdate("""
                insert into attempt (event, destination, attempt, attempted_at, millis, response_code, answer)
                select event, destination, attempts, settled_at - millis, millis, response_code, reason
                from delivery where id = ? and state in ('delivered', 'dead')""", ids);
        jdbc.batchUpdate("delete from delivery where id = ?", ids);
        return places;
    }
}
