package io.subrelay.check;

import io.subrelay.event.EnrichedEvent;
import io.subrelay.store.UnstoredEvents;
import io.subrelay.webhook.Rejected;
import io.subrelay.webhook.WebhookReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code preview}: what each destination would be sent for a webhook, the customer being what the webhooks make it. */
public final class PreviewCommand {

    private PreviewCommand() {
    }

    /**
     * @param webhooks in the order of their acceptance; the last one is previewed
     * @return         the exit status
     */
    public static int run(Path root, List<Path> webhooks, PrintStream out, PrintStream err) {
        UnstoredEvents passing = new UnstoredEvents();
        WebhookReader reader = new WebhookReader();
        EnrichedEvent last = null;
        for (Path webhook : webhooks) {
            try {
                last = passing.enrich(reader.read(Files.readAllBytes(webhook)), System.currentTimeMillis());
            } catch (IOException e) {
                err.println(webhook + ": this file cannot be read");
                return 1;
            } catch (Rejected e) {
                err.println(webhook + ": " + e.getMessage());
                return 1;
            }
        }
        try (Rehearsal rehearsal = Rehearsal.of(root)) {
            out.println(rehearsal.previews(last).toPrettyString());
            return 0;
        } catch (CheckCommand.FaultsFound e) {
            e.faults().forEach(err::println);
            return 1;
        }
    }
}
