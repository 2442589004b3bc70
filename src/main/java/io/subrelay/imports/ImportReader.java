package io.subrelay.imports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.event.Event;
import io.subrelay.webhook.Invalid;
import io.subrelay.webhook.Rejected;
import io.subrelay.webhook.WebhookReader;
import java.io.IOException;

/** Reads one line of what can be imported: an answer of RevenueCat's REST API, or a webhook that was kept. */
public final class ImportReader {

    private final WebhookReader webhooks = new WebhookReader();

    /**
     * @param  line JSON in UTF-8, not blank
     * @throws Rejected if it is neither, saying why
     */
    public Event read(byte[] line) {
        JsonNode told = parse(line);
        if (RevenueCatCustomer.isOne(told)) {
            return RevenueCatCustomer.read(told);
        }
        if (!told.path("event").isObject()) {
            throw new Invalid("this is neither a customer (no subscriber) nor a webhook (no event)");
        }
        return webhooks.read(line);
    }

    private static JsonNode parse(byte[] line) {
        try {
            return WebhookReader.EXACT.readTree(line);
        } catch (JsonProcessingException e) {
            throw new Invalid("this is not JSON"
                    + (e.getLocation() == null ? "" : " (column " + e.getLocation().getColumnNr() + ")"));
        } catch (IOException e) {
            throw new Invalid("this is not UTF-8");
        }
    }
}
