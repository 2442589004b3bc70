package io.subrelay.command;

import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.store.UnstoredEvents;
import io.subrelay.webhook.Rejected;
import io.subrelay.webhook.WebhookReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/** Webhooks in a file, one a line, plain or gzip: the customer is what those before make it. */
final class KeptEvents {

    private static final int MAX_LENGTH = 16 << 20;

    private KeptEvents() {
    }

    /** @throws CommandFailed if a line is no webhook */
    static Collection<EnrichedEvent> read(Path file, DiffOptions wanted) throws IOException {
        WebhookReader reader = new WebhookReader(true);
        UnstoredEvents customers = new UnstoredEvents();
        Set<String> known = new HashSet<>();
        Deque<EnrichedEvent> events = new ArrayDeque<>();
        try (Lines lines = new Lines(file, MAX_LENGTH)) {
            for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
                if (line.isBlank()) {
                    continue;
                }
                try {
                    Event event = reader.read(line.bytes());
                    if (known.add(event.id())) {
                        EnrichedEvent enriched = customers.enrich(event, event.timestampMs());
                        Stream.concat(Stream.of(enriched), customers.updates(event.timestampMs()).stream())
                                .filter(wanted::wants).forEach(events::add);
                    }
                } catch (Rejected e) {
                    throw new CommandFailed(file + ":" + line.number() + ": " + e.getMessage());
                }
                while (events.size() > wanted.events()) {
                    events.remove();
                }
            }
        }
        return events;
    }
}
