package io.subrelay.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.delivery.DestinationRegistry;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.store.EventPreview;
import io.subrelay.webhook.NotFound;
import io.subrelay.webhook.Rejected;
import io.subrelay.webhook.WebhookReader;
import java.sql.SQLException;
import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.Header;

/** What each destination would be sent for a webhook; nothing is stored or sent. */
public final class PreviewApi {

    private static final int PAGE = 50;
    /** Each destination may be sent all that a large event holds: a page ends with the event that makes it so long. */
    private static final int PAGE_LENGTH = 4 << 20;

    private final WebhookReader reader = new WebhookReader();
    private final EventPreview events;
    private final DestinationRegistry destinations;

    public PreviewApi(EventPreview events, DestinationRegistry destinations) {
        this.events = events;
        this.destinations = destinations;
    }

    /**
     * @return for each destination that is not off what its route decides, secrets masked
     * @throws Rejected with status 400 if the body is not a valid webhook
     */
    public String of(@Body byte[] body) throws SQLException {
        return destinations.previews(events.enrich(reader.read(body), System.currentTimeMillis())).toString();
    }

    /**
     * @return the same for a stored event, with the customer as it was then: what was sent is not kept, but made again
     *         from the event it is the same
     * @throws NotFound if no event is stored under the id
     */
    public String ofStored(@Header("id") String id) throws SQLException {
        return destinations.previews(events.stored(id)
                .orElseThrow(() -> new NotFound("no event is stored under this id"))).toString();
    }

    /**
     * @param before the {@code next} of the page before; blank for the newest events
     * @param since  the earliest acceptance, milliseconds since the epoch; blank for any
     * @param kinds  comma separated; blank for all
     * @return       the mode of each destination, and the newest stored events with the preview of each; {@code next}
     *               is null on the last page
     */
    public String ofNewest(@Header("before") String before, @Header("since") String since,
            @Header("kinds") String kinds) {
        List<String> wanted = kinds == null || kinds.isBlank() ? List.of() : List.of(kinds.split(","));
        long earliest = whole(since, 0);
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ObjectNode modes = page.putObject("modes");
        destinations.modes().forEach(modes::put);
        ArrayNode list = page.putArray("events");
        page.putNull("next");
        int length = 0;
        for (EnrichedEvent each : events.newest(whole(before, Long.MAX_VALUE), wanted, PAGE)) {
            if (each.receivedAt() < earliest) {
                page.putNull("next");
                break;
            }
            page.put("next", each.seq());
            ObjectNode stored = stored(each);
            list.add(stored);
            length += stored.toString().length();
            if (length > PAGE_LENGTH) {
                break;
            }
        }
        return page.toString();
    }

    private ObjectNode stored(EnrichedEvent event) {
        ObjectNode stored = JsonNodeFactory.instance.objectNode().put("event_id", event.event().id())
                .put("type", event.event().type()).put("kind", event.event().kind())
                .put("event_at_ms", event.event().timestampMs()).put("happened_at_ms", event.event().happenedAt())
                .put("received_at_ms", event.receivedAt()).put("late", event.late())
                .put("webhook", event.event().text());
        stored.set("customer_then", event.customerThen());
        return stored.set("previews", destinations.previews(event));
    }

    private static long whole(String number, long otherwise) {
        return Parameters.whole(number, 18, otherwise, "before and since accept a whole number");
    }
}
