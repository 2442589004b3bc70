package io.subrelay.console;

import io.subrelay.delivery.DestinationRegistry;
import io.subrelay.store.EventPreview;
import io.subrelay.webhook.NotFound;
import io.subrelay.webhook.Rejected;
import io.subrelay.webhook.WebhookReader;
import java.sql.SQLException;
import org.apache.camel.Body;
import org.apache.camel.Header;

/** What each destination would be sent for a webhook; nothing is stored or sent. */
public final class PreviewApi {

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
}
