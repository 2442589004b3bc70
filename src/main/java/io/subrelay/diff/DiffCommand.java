package io.subrelay.diff;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.subrelay.check.CheckCommand;
import io.subrelay.check.Rehearsal;
import io.subrelay.config.Settings;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.imports.ImportStopped;
import io.subrelay.imports.RunnerClient;
import io.subrelay.webhook.WebhookReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;

/**
 * {@code diff}: what the routes and settings of a folder would send otherwise than those of the runner, or of another
 * folder. Both get the same enriched events, and neither sends anything.
 */
public final class DiffCommand {

    private static final ObjectMapper JSON = WebhookReader.EXACT;

    private final DiffArguments arguments;
    private final Differences differences;

    private DiffCommand(DiffArguments arguments) {
        this.arguments = arguments;
        this.differences = new Differences(arguments);
    }

    /**
     * @param settings those of the folder, which lead to the runner
     * @return         the exit status: 0 if nothing differs, 1 if anything does, 2 if it cannot be told
     */
    public static int run(Path folder, Settings settings, DiffArguments arguments, PrintStream out,
            PrintStream err) {
        DiffCommand command = new DiffCommand(arguments);
        try {
            DiffReport report = arguments.against() == null ? command.withRunner(folder, settings)
                    : command.withFolder(folder);
            report.print(out);
            return report.isEmpty() ? 0 : 1;
        } catch (ImportStopped | Settings.InvalidSetting e) {
            err.println(e.getMessage());
        } catch (IOException e) {
            err.println(arguments.eventsFile() + ": this file cannot be read");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // 1 would say that something differs
            err.println("It cannot be told what differs: " + e);
        }
        return 2;
    }

    private static Rehearsal rehearsal(Path folder) {
        try {
            return Rehearsal.of(folder);
        } catch (CheckCommand.FaultsFound e) {
            String where = folder.toString().isEmpty() ? "" : folder + ": ";
            throw new ImportStopped(where + String.join(System.lineSeparator() + where, e.faults()));
        }
    }

    private DiffReport withRunner(Path folder, Settings settings) throws InterruptedException {
        try (Rehearsal changed = rehearsal(folder)) {
            JsonNode modes = StoredEvents.read(new RunnerClient(settings, Duration.ZERO), arguments,
                    (event, previews) -> differences.add(event, previews, previews(changed, event)));
            return report(modes, changed);
        }
    }

    private DiffReport withFolder(Path folder) throws IOException {
        Collection<EnrichedEvent> events = KeptEvents.read(arguments.eventsFile(), arguments);
        try (Rehearsal against = rehearsal(arguments.against()); Rehearsal changed = rehearsal(folder)) {
            events.forEach(event -> differences.add(event, previews(against, event), previews(changed, event)));
            return report(JSON.valueToTree(against.modes()), changed);
        }
    }

    private DiffReport report(JsonNode modesBefore, Rehearsal changed) {
        JsonNode modesAfter = JSON.valueToTree(changed.modes());
        if (arguments.destination() != null && !modesBefore.has(arguments.destination())
                && !modesAfter.has(arguments.destination())) {
            throw new ImportStopped("there is no destination " + arguments.destination());
        }
        if (differences.events() == 0) {
            throw new ImportStopped("there is no event to compare");
        }
        return new DiffReport(arguments, differences, modesBefore, modesAfter);
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
