package io.subrelay.command;

import io.subrelay.check.Rehearsal;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.store.UnstoredEvents;
import io.subrelay.webhook.Rejected;
import io.subrelay.webhook.WebhookReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code preview}: what each destination would be sent for a webhook, the customer being what the webhooks make it. */
@Command(name = "preview", description = "Prints what each destination would be sent for the last of the webhooks.")
final class PreviewCommand extends SubrelayCommand {

    @Parameters(paramLabel = "<webhook.json>", arity = "1..*",
            description = "In the order of their acceptance; all but the last only make the customer what it is.")
    private List<Path> webhooks;

    @Override
    public Integer call() throws IOException {
        Extensions.load(folder.resolve("ext"));
        UnstoredEvents passing = new UnstoredEvents();
        EnrichedEvent last = null;
        for (Path webhook : webhooks) {
            try {
                byte[] body = Files.readAllBytes(readable(webhook));
                last = passing.enrich(new WebhookReader().read(body), System.currentTimeMillis());
            } catch (Rejected e) {
                throw new CommandFailed(webhook + ": " + e.getMessage());
            }
        }
        try (Rehearsal rehearsal = Rehearsal.of(folder)) {
            out().println(rehearsal.previews(last).toPrettyString());
        }
        return 0;
    }
}
