package io.subrelay.store;

import io.subrelay.event.Ids;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;

/** Deliveries that somebody asks for: they go out beside those of newly accepted events. */
public final class RequestStore {

    /** How many are scheduled in one transaction: acceptance waits for it. */
    private static final int STEP = 5_000;
    private static final int MAX_TRIES = 20;
    /** A key that is there already, a deadlock of two, and what H2 says of a row that another one has changed. */
    private static final Set<String> OTHERS_WERE_FIRST = Set.of("23505", "40001", "40P01", "90131", "HYT00");
    /** They are ordered with the customer that theirs has become part of since. */
    private static final String SCHEDULE = """
            insert into redelivery (destination, event, customer, origin, attempts, first_attempt_at, next_attempt_at)
            select ?, e.seq, coalesce((select c.merged_into from customer c where c.id = e.customer), e.customer),
              'request', 0, 0, 0
            from event e
            where not exists (select 1 from redelivery r where r.destination = ? and r.event = e.seq)
              and e.seq > ? and e.seq <= ?
            """;

    private final Database database;

    public RequestStore(Database database) {
        this.database = database;
    }

    /** Whether an event is stored. */
    public boolean isStored(String eventId) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement select = connection.prepareStatement("select 1 from event where event_id = ?")) {
            select.setString(1, Ids.ofEvent(eventId));
            try (ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** Schedules an event again for a destination for which it has ended, however it did. */
    public long event(String eventId, String destination) throws SQLException {
        return schedule(destination, " and e.event_id = ? and exists "
                + "(select 1 from delivery d where d.destination = ? and d.event = e.seq)",
                Ids.ofEvent(eventId), destination);
    }

    /**
     * Schedules all dead letters of a destination again.
     *
     * @param really false only tells how many that would be
     */
    public long dead(String destination, boolean really) throws SQLException {
        if (!really) {
            return count("""
                    from dead_letter l
                    join delivery d on d.destination = l.destination and d.event = l.event and d.state = 'dead'
                    where l.destination = ? and not exists
                      (select 1 from redelivery r where r.destination = l.destination and r.event = l.event)""",
                    destination);
        }
        return schedule(destination, " and exists (select 1 from delivery d"
                + " where d.destination = ? and d.event = e.seq and d.state = 'dead')", destination);
    }

    /**
     * Schedules stored events for a destination that did not have them: those from before it was there, while it was
     * off, or in preview. How a customer stood once is no history.
     *
     * @param since  the earliest acceptance, milliseconds since the epoch
     * @param really false only tells how many that would be
     */
    public long history(String destination, long since, boolean really) throws SQLException {
        if (!really) {
            // one after the other, as together they would look for a delivery of each stored event
            return count("""
                    from destination t
                    join delivery d on d.destination = t.name and d.state = 'previewed'
                    join event e on e.seq = d.event and e.received_at >= ? and e.kind <> 'customer_update'
                    where t.name = ? and t.previewed > 0 and not exists
                      (select 1 from redelivery r where r.destination = t.name and r.event = e.seq)""",
                    since, destination)
                    + count("""
                            from event e where e.received_at >= ? and e.destinations not like ?
                              and e.kind not in ('customer_imported', 'customer_update')
                              and not exists (select 1 from delivery d where d.destination = ? and d.event = e.seq)
                              and not exists
                                (select 1 from redelivery r where r.destination = ? and r.event = e.seq)""",
                            since, "%," + destination + ",%", destination, destination);
        }
        return schedule(destination, """
                and e.received_at >= ? and e.kind not in ('customer_imported', 'customer_update')
                and (exists (select 1 from delivery d
                  where d.destination = ? and d.event = e.seq and d.state = 'previewed')
                or e.destinations not like ? and not exists (select 1 from delivery d
                  where d.destination = ? and d.event = e.seq))""",
                since, destination, "%," + destination + ",%", destination);
    }

    private long schedule(String destination, String which, Object... parameters) throws SQLException {
        long scheduled = 0;
        long last = new DeliveryStore(database).lastEvent();
        for (long next = 0; next < last; next += STEP) {
            long from = next;
            scheduled += againIfOthersWereFirst(() -> database.transaction(
                    connection -> step(connection, destination, from, which, parameters)));
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
            } catch (SQLException e) {
                if (e.getSQLState() == null || !OTHERS_WERE_FIRST.contains(e.getSQLState())) {
                    throw e;
                }
            }
        }
        return step.run();
    }

    private long count(String from, Object... parameters) throws SQLException {
        try (Connection connection = database.openPatiently();
                PreparedStatement select = connection.prepareStatement("select count(*) " + from)) {
            set(select, 0, parameters);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static int step(Connection connection, String destination, long from, String which, Object... parameters)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(SCHEDULE + which);
                PreparedStatement count = connection.prepareStatement("""
                        update destination set pending = pending + ?,
                          delivered = delivered - (select count(*) %1$s and d.state = 'delivered'),
                          skipped = skipped - (select count(*) %1$s and d.state = 'skipped'),
                          previewed = previewed - (select count(*) %1$s and d.state = 'previewed'),
                          dead = dead - (select count(*) %1$s and d.state = 'dead')
                        where name = ?""".formatted("""
                        from delivery d join redelivery r on r.destination = d.destination and r.event = d.event
                          where d.destination = ? and d.event > ? and d.event <= ?"""));
                PreparedStatement keep = connection.prepareStatement(
                        """
                                insert into attempt
                                  (event, destination, attempt, attempted_at, millis, response_code, answer)
                                select d.event, d.destination, d.attempts, d.settled_at - d.millis, d.millis,
                                  d.response_code, d.reason
                                from delivery d join redelivery r on r.destination = d.destination and r.event = d.event
                                where d.destination = ? and d.event > ? and d.event <= ? and r.origin = 'request'
                                  and d.state in ('delivered', 'dead')""");
                PreparedStatement unsettle = connection.prepareStatement("""
                        delete from delivery where destination = ? and event > ? and event <= ? and exists
                          (select 1 from redelivery r where r.destination = delivery.destination
                           and r.event = delivery.event and r.origin = 'request')""")) {
            int index = set(insert, 0, destination, destination, from, from + STEP);
            set(insert, index, parameters);
            int scheduled = insert.executeUpdate();
            if (scheduled > 0) {
                index = set(count, 0, (long) scheduled);
                for (int i = 0; i < 4; i++) {
                    index = set(count, index, destination, from, from + STEP);
                }
                set(count, index, destination);
                count.executeUpdate();
                set(keep, 0, destination, from, from + STEP);
                keep.executeUpdate();
                set(unsettle, 0, destination, from, from + STEP);
                unsettle.executeUpdate();
            }
            return scheduled;
        }
    }

    private static int set(PreparedStatement statement, int index, Object... values) throws SQLException {
        int at = index;
        for (Object value : values) {
            statement.setObject(++at, value);
        }
        return at;
    }
}
