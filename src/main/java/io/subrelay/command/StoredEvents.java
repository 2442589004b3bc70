package io.subrelay.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.webhook.WebhookReader;
import java.util.List;
import java.util.function.BiConsumer;

/** The stored events of a runner that runs, each with what the runner would send for it. */
final class StoredEvents {

    private StoredEvents() {
    }

    /**
     * Reads the newest first.
     *
     * @param  each                                gets an event, and the previews of the runner
     * @return                                     the mode of each of the runner's destinations
     * @throws CommandFailed if the runner does not answer
     */
    static JsonNode read(RunnerClient runner, DiffOptions wanted, BiConsumer<EnrichedEvent, JsonNode> each)
            throws InterruptedException {
        String path = "/api/previews?kinds="
                + SubrelayCommand.encoded(String.join(",", wanted.kinds))
                + (wanted.since == null ? ""
                        : "&since=" + (System.currentTimeMillis() - wanted.since.toMillis()));
        int left = wanted.events();
        String before = "";
        JsonNode page;
        do {
            page = runner.get(path + "&before=" + before);
            for (JsonNode stored : page.path("events")) {
                if (left-- > 0) {
                    each.accept(enriched(stored), stored.path("previews"));
                }
            }
            before = page.path("next").asText();
        } while (left > 0 && page.path("next").isNumber());
        return page.path("modes");
    }

    /** As it was enriched when it was accepted: both sides get the same. */
    private static EnrichedEvent enriched(JsonNode stored) {
        String webhook = stored.path("webhook").asText();
        try {
            Event event = new Event(stored.path("event_id").asText(), stored.path("type").asText(),
                    stored.path("kind").asText(), stored.path("event_at_ms").asLong(),
                    stored.path("happened_at_ms").asLong(), WebhookReader.EXACT.readTree(webhook), webhook, null);
            return new EnrichedEvent(0, 0, List.of(), event, stored.path("customer_then"),
                    stored.path("received_at_ms").asLong(), stored.path("late").asBoolean(), List.of());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("only valid webhooks are stored", e);
        }
    }
}
