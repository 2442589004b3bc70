package io.subrelay.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.subrelay.check.FaultsFound;
import io.subrelay.check.Rehearsal;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.webhook.WebhookReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code diff}: what the routes and settings of a folder would send otherwise than those of the runner, or of another
 * folder. Both get the same enriched events, and neither sends anything.
 */
@Command(name = "diff", exitCodeOnExecutionException = 2,
        description = "Prints what would be sent otherwise than by the runner that runs, or by another folder; sends"
                + " nothing.")
final class DiffCommand extends SubrelayCommand {

    private static final ObjectMapper JSON = WebhookReader.EXACT;

    @Mixin
    private DiffOptions options;
    private Differences differences;

    /** @return the exit status: 0 if nothing differs, 1 if anything does, 2 if it cannot be told */
    @Override
    public Integer call() throws IOException, InterruptedException {
        require(options.fault() == null, options.fault());
        Extensions.load(folder.resolve("ext"));
        differences = new Differences(options);
        DiffReport report = options.kept == null ? withRunner() : withFolder(options.kept);
        report.print(out());
        return report.isEmpty() ? 0 : 1;
    }

    private static Rehearsal rehearsal(Path folder) {
        try {
            return Rehearsal.of(folder);
        } catch (FaultsFound e) {
            String where = folder.toString().isEmpty() ? "" : folder + ": ";
            throw new CommandFailed(where + String.join(System.lineSeparator() + where, e.faults()));
        }
    }

    private DiffReport withRunner() throws InterruptedException {
        try (Rehearsal changed = rehearsal(folder)) {
            JsonNode modes = StoredEvents.read(new RunnerClient(settings.get()), options,
                    (event, previews) -> differences.add(event, previews, previews(changed, event)));
            return report(modes, changed);
        }
    }

    private DiffReport withFolder(DiffOptions.Kept kept) throws IOException {
        Collection<EnrichedEvent> events = KeptEvents.read(readable(kept.events), options);
        try (Rehearsal against = rehearsal(kept.folder); Rehearsal changed = rehearsal(folder)) {
            events.forEach(event -> differences.add(event, previews(against, event), previews(changed, event)));
            return report(JSON.valueToTree(against.modes()), changed);
        }
    }

    private DiffReport report(JsonNode modesBefore, Rehearsal changed) {
        JsonNode modesAfter = JSON.valueToTree(changed.modes());
        String destination = options.destination;
        if (destination != null && !modesBefore.has(destination) && !modesAfter.has(destination)) {
            throw new CommandFailed("there is no destination " + destination);
        }
        if (differences.events() == 0) {
            throw new CommandFailed("there is no event to compare");
        }
        return new DiffReport(options, differences, modesBefore, modesAfter);
    }

    /** Read back, as those of a runner are. */
    private static JsonNode previews(Rehearsal rehearsal, EnrichedEvent event) {
        try {
            return JSON.readTree(rehearsal.previews(event).toString());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("previews are JSON", e);
        }
    }
}
