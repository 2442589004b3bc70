package io.subrelay.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.delivery.DestinationRegistry;
import io.subrelay.store.DeadLetterGroups;
import io.subrelay.webhook.Invalid;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.apache.camel.Header;

/** Dead letters by their reasons. */
public final class DeadLetterApi {

    private final DeadLetterGroups store;
    private final DestinationRegistry destinations;

    public DeadLetterApi(DeadLetterGroups store, DestinationRegistry destinations) {
        this.store = store;
        this.destinations = destinations;
    }

    /**
     * @param destination of this one only; blank for all
     * @param since       when they were given up, at the earliest; blank for any time
     * @param until       before when; blank for any time
     * @return            the groups, the largest first
     */
    public String groups(@Header("destination") String destination, @Header("since") String since,
            @Header("until") String until) {
        Collection<String> names = destination == null || destination.isBlank() ? destinations.consumers().keySet()
                : List.of(destination);
        ArrayNode groups = JsonNodeFactory.instance.arrayNode();
        for (DeadLetterGroups.Group each : store.groups(names, from(since), to(until))) {
            ObjectNode group = groups.addObject().put("destination", each.destination());
            if (each.code() == 0) {
                group.putNull("response_code");
            } else {
                group.put("response_code", each.code());
            }
            group.put("reason", each.reason()).put("count", each.count())
                    .put("first_at", Instant.ofEpochMilli(each.firstAt()).toString())
                    .put("last_at", Instant.ofEpochMilli(each.lastAt()).toString());
            each.eventIds().forEach(group.putArray("event_ids")::add);
        }
        return groups.toString();
    }

    /** The places of the events of a group, as {@link #groups} tells of it. */
    List<Long> events(String destination, String code, String reason, String since, String until) {
        if (code != null && !code.matches("\\d{0,3}")) {
            throw new Invalid("response-code accepts the status of an answer, such as 400");
        }
        int status = code == null || code.isEmpty() ? 0 : Integer.parseInt(code);
        return store.events(destination, status, reason, from(since), to(until));
    }

    private static long from(String since) {
        return Parameters.millis("since", since, 0);
    }

    private static long to(String until) {
        return Parameters.millis("until", until, Long.MAX_VALUE);
    }
}
