package io.subrelay.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What has happened at the destinations lately, for people who look after them. */
public final class DestinationRecords {

    /**
     * @param requested     how many deliveries that somebody asked for are still to be made
     * @param errorAt       when the newest failure was, milliseconds since the epoch; 0 if there was none
     * @param errorCode     the HTTP status of its answer; null if there was none
     * @param errorEventId  the event; null if it was erased
     * @param errorAnswer   what was answered, or what happened instead; null if nothing is known
     */
    public record Lately(
            long requested, long errorAt, Integer errorCode, String errorEventId, String errorAnswer) {
    }

    private final Database database;

    public DestinationRecords(Database database) {
        this.database = database;
    }

    /** By the destination's name. */
    public Map<String, Lately> lately() throws SQLException {
        Map<String, Lately> lately = new HashMap<>();
        try (Connection connection = database.dataSource().getConnection();
             PreparedStatement select = connection.prepareStatement("""
                     select t.name, t.last_error_at, t.last_error_code, e.event_id,
                       coalesce(case when d.state = 'dead' then d.reason end, r.reason,
                         (select a.answer from attempt a where a.event = t.last_error_event and a.destination = t.name
                          order by a.attempt desc limit 1)) as answer,
                       (select count(*) from redelivery q where q.destination = t.name and q.origin = 'request')
                         as requested
                     from destination t
                     left join event e on e.seq = t.last_error_event
                     left join delivery d on d.event = t.last_error_event and d.destination = t.name
                     left join redelivery r on r.event = t.last_error_event and r.destination = t.name""");
             ResultSet row = select.executeQuery()) {
            while (row.next()) {
                lately.put(row.getString("name"), new Lately(
                        row.getLong("requested"), row.getLong("last_error_at"),
                        row.getObject("last_error_code", Integer.class), row.getString("event_id"),
                        row.getString("answer")));
            }
        }
        return lately;
    }

    /**
     * How many deliveries ended how, by the start of the hour; {@code failed} counts attempts that go again. Hours
     * without any are left out.
     *
     * @param from the first hour, milliseconds since the epoch
     */
    public Map<Long, Map<String, Long>> hours(String destination, long from) throws SQLException {
        Map<Long, Map<String, Long>> hours = new TreeMap<>();
        try (Connection connection = database.dataSource().getConnection();
             PreparedStatement select = connection.prepareStatement(
                     "select hour_at, state, deliveries from delivery_hour where destination = ? and hour_at >= ?")) {
            select.setString(1, destination);
            select.setLong(2, from);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    hours.computeIfAbsent(row.getLong("hour_at"), at -> new TreeMap<>())
                            .put(row.getString("state"), row.getLong("deliveries"));
                }
            }
        }
        return hours;
    }
}
