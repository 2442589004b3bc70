package io.subrelay.customer;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.subrelay.event.Event;

/**
 * The place of an event among all events, whatever the order in which they arrive: by time, then by what it means, so
 * that events sent in one moment always end the same way, then by id.
 *
 * @param at   {@code event_timestamp_ms}: milliseconds since the epoch
 * @param rank see {@link FactType#rank()}
 * @param id   the event's id
 */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
@JsonPropertyOrder({"at", "rank", "id"})
record EventKey(long at, int rank, String id) implements Comparable<EventKey> {

    static EventKey of(Event event) {
        return new EventKey(event.timestampMs(), FactType.of(event.type()).rank(), event.id());
    }

    @Override
    public int compareTo(EventKey other) {
        int order = Long.compare(at, other.at);
        if (order == 0) {
            order = Integer.compare(rank, other.rank);
        }
        return order == 0 ? id.compareTo(other.id) : order;
    }

    /** Whether this key comes after the other one; anything comes after null. */
    boolean isAfter(EventKey other) {
        return other == null || compareTo(other) > 0;
    }
}
