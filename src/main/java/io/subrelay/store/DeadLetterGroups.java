package io.subrelay.store;

import io.subrelay.event.Ids;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * Dead letters in groups of those with the same reason. A dead letter is a delivery that was refused, or given up after
 * retries: {@link io.subrelay.event.DeliveryResult#isDeadLetter}.
 */
public final class DeadLetterGroups {

    /** How many of a destination are looked at for the groups, and at a time. */
    private static final int AT_A_TIME = 5_000;
    private static final int EVENTS_NAMED = 5;
    /** The length of what tells reasons apart. */
    private static final int MAX_REASON = 160;
    /** What differs from event to event: addresses, ids, numbers. */
    private static final Pattern PARTICULAR =
            Pattern.compile("[^\\s\"'<>,;(){}\\[\\]]*[@\\d][^\\s\"'<>,;(){}\\[\\]]*");

    private final Database database;

    public DeadLetterGroups(Database database) {
        this.database = database;
    }

    /** @param reason what the destination answered, with … for what differs from event to event */
    private record Key(String destination, int code, String reason) {
    }

    /**
     * Dead letters of one destination with the same reason.
     *
     * @param code     the status of the answer; 0 where there was none
     * @param firstAt  when the oldest of them was given up, milliseconds since the epoch
     * @param lastAt   the same of the newest
     * @param eventIds of the newest of them
     */
    public record Group(String destination, int code, String reason, int count, long firstAt, long lastAt,
            List<String> eventIds) {
    }

    private record Letter(long event, Key key, long at) {
    }

    /**
     * Some of the destinations' dead letters by reason, the largest group first.
     *
     * @param fromMs milliseconds since the epoch, and {@code toMs}, which is not included: when they were given up
     */
    public List<Group> groups(Iterable<String> destinations, long fromMs, long toMs) {
        Map<Key, List<Letter>> groups = new LinkedHashMap<>();
        for (String destination : destinations) {
            for (Letter letter : letters(destination, fromMs, toMs, Long.MAX_VALUE)) {
                groups.computeIfAbsent(letter.key(), key -> new ArrayList<>()).add(letter);
            }
        }
        return groups.entrySet().stream().map(each -> group(each.getKey(), each.getValue()))
                .sorted((one, other) -> other.count() - one.count()).toList();
    }

    private Group group(Key key, List<Letter> letters) {
        List<String> ids = database.jdbc().queryForList(
                "select event_id from event where seq = any (?) order by seq desc", String.class,
                new SqlArrayValue("bigint", letters.stream().limit(EVENTS_NAMED).map(Letter::event).toArray()));
        return new Group(key.destination(), key.code(), key.reason(), letters.size(),
                letters.stream().mapToLong(Letter::at).min().orElse(0),
                letters.stream().mapToLong(Letter::at).max().orElse(0), ids);
    }

    /** The places of the events of a group's dead letters, in order. */
    public List<Long> events(String destination, int code, String reason, long fromMs, long toMs) {
        Key key = new Key(destination, code, reason);
        List<Long> events = new ArrayList<>();
        List<Letter> some = letters(destination, fromMs, toMs, Long.MAX_VALUE);
        while (!some.isEmpty()) {
            some.stream().filter(it -> it.key().equals(key)).map(Letter::event).forEach(events::add);
            some = letters(destination, fromMs, toMs, some.get(some.size() - 1).event());
        }
        Collections.reverse(events);
        return events;
    }

    /** The newest ones of events before a place. */
    private List<Letter> letters(String destination, long fromMs, long toMs, long before) {
        return database.jdbc().query("""
                select l.event, d.response_code, d.reason, d.settled_at from dead_letter l
                join destination t on t.name = l.destination join delivery d on d.id = l.event * 1000 + t.number
                where l.destination = ? and l.event < ? and d.state = 'dead'
                  and d.settled_at >= ? and d.settled_at < ?
                order by l.destination desc, l.event desc limit ?""",
                (row, number) -> new Letter(row.getLong(1),
                        new Key(destination, row.getInt(2), general(row.getString(3))),
                        row.getLong(4)),
                destination, before, fromMs, toMs, AT_A_TIME);
    }

    /** A reason without what differs from event to event. */
    static String general(String reason) {
        String general = PARTICULAR.matcher(reason == null ? "" : reason).replaceAll("…");
        return general.length() <= MAX_REASON ? general : Ids.wellFormed(general.substring(0, MAX_REASON));
    }
}
