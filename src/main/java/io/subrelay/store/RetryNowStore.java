package io.subrelay.store;

import io.subrelay.event.Ids;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Deliveries that wait for their next attempt, in the database. */
public final class RetryNowStore {

    private static final String DUE =
            "update redelivery set early = true where destination = ? and attempts > 0 and next_attempt_at > ?";

    private final Database database;

    public RetryNowStore(Database database) {
        this.database = database;
    }

    /** Makes due at a start what waits, unless the destination has asked for a later time. */
    public void makeDueAtStart(String destination, long now) throws SQLException {
        update(DUE + " and not asked", destination, now);
    }

    /**
     * Makes due what waits.
     *
     * @param  now milliseconds since the epoch
     * @return     how many that are
     */
    public int makeDue(String destination, long now) throws SQLException {
        return update(DUE, destination, now);
    }

    /** The same of these customers. */
    public int makeDue(String destination, long now, Set<Long> customers) throws SQLException {
        return customers.isEmpty() ? 0 : update(DUE + customers.stream().map(String::valueOf)
                .collect(Collectors.joining(",", " and customer in (", ")")), destination, now);
    }

    /**
     * Makes due what somebody asked for and what waits, unless the destination has asked for a later time.
     *
     * @param  one only the first of these
     * @return     how many that are
     */
    public int makeRequestsDue(String destination, long now, boolean one) throws SQLException {
        String waits = " and origin = 'request' and not asked";
        return one
                ? update(DUE + waits + " and event = (select min(event) from redelivery where destination = ?"
                        + " and attempts > 0 and next_attempt_at > ?" + waits + ")", destination, now, destination, now)
                : update(DUE + waits, destination, now);
    }

    /**
     * The customers whose next attempt at a destination was made due ahead of its time: the first one that waits, as
     * later ones still are where that has failed again.
     */
    public Set<Long> customersDue(String destination) {
        return customers("select customer from redelivery r where destination = ? and origin = 'event' and early"
                + " and not exists (select 1 from redelivery b where b.destination = r.destination"
                + " and b.customer = r.customer and b.origin = 'event' and b.event < r.event and not b.early)",
                destination);
    }

    /** The customer that an id belongs to, and those that were merged into it; empty if nobody is known by the id. */
    public Set<Long> customers(String appUserId) {
        return CustomerRecords.numbersOf(database.jdbc(), appUserId);
    }

    /**
     * The same for an event that is not settled at a destination; empty if it is, or is not stored. One that was asked
     * for may wait with the customer that its own has become part of.
     */
    public Set<Long> customersOfEvent(String destination, String eventId) {
        String open = "event_id = ? and not exists (select 1 from delivery d where d.id = " + DeliveryId.at("?") + ")";
        String id = Ids.ofEvent(eventId);
        return customers("select customer from event e where " + open
                + " union select c.id from customer c join event e on c.merged_into = e.customer where " + open
                + " union select r.customer from redelivery r join event e on e.seq = r.event"
                + " where e.event_id = ? and r.destination = ?", id, destination, id, destination, id, destination);
    }

    private Set<Long> customers(String sql, Object... parameters) {
        return new HashSet<>(database.jdbc().queryForList(sql, Long.class, parameters));
    }

    private int update(String sql, Object... parameters) throws SQLException {
        return RequestedDeliveryStore.againIfOthersWereFirst(() -> database.jdbc().update(sql, parameters));
    }
}
