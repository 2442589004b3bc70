package io.subrelay.imports;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.config.Settings;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * {@code backfill <destination> --state}: has a runner that runs tell a destination how every customer stands, and
 * shows how far it is. The runner goes on by itself where this command is ended.
 */
public final class BackfillCommand {

    private static final long LOOK_MS = 300;

    private final RunnerClient runner;
    private final String destination;
    private final PrintStream out;
    private final ProgressBar bar;

    private BackfillCommand(Settings settings, String destination, PrintStream out, PrintStream err) {
        this.runner = new RunnerClient(settings);
        this.destination = destination;
        this.out = out;
        this.bar = new ProgressBar(err, System.console() != null);
    }

    /** Whether these are what the command takes: a destination, {@code --state} and perhaps {@code --stop}. */
    public static boolean understands(List<String> arguments) {
        return arguments.size() >= 2 && arguments.get(0).matches("[a-z0-9][a-z0-9-]*")
                && List.of(List.of("--state"), List.of("--state", "--stop")).contains(
                        arguments.subList(1, arguments.size()));
    }

    /** @return the exit status: 0 if all were told of, or it was stopped as was asked */
    public static int run(Settings settings, List<String> arguments, PrintStream out, PrintStream err) {
        BackfillCommand command = new BackfillCommand(settings, arguments.get(0), out, err);
        try {
            return arguments.contains("--stop") ? command.stop()
                    : command.start(settings.number("delivery.backfill-rate", 1, 10_000));
        } catch (ImportStopped | Settings.InvalidSetting e) {
            err.println(e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private int stop() throws InterruptedException {
        out.println(runner.delete(path()).path("stopped").asBoolean() ? "It is stopped." : "None is running.");
        return 0;
    }

    private int start(int perSecond) throws InterruptedException {
        long customers = runner.post(path() + "?of=state&dry-run=true", new byte[0]).path("would_schedule").asLong();
        out.printf(Locale.ROOT, "%s is told how %,d customers stand, %,d a second at most.%n", destination, customers,
                perSecond);
        runner.post(path() + "?of=state", new byte[0]);
        out.printf("The runner goes on by itself; this ends it: backfill %s --state --stop%n", destination);
        JsonNode progress = progress();
        while (progress.path("state").asText().equals("running")) {
            long told = progress.path("told").asLong();
            bar.show(Math.min(1, told / Math.max(1.0, progress.path("customers").asLong())), told);
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            progress = progress();
        }
        bar.clear();
        boolean done = progress.path("state").asText().equals("done");
        out.printf(Locale.ROOT, "%s: %,d of %,d customers%n", done ? "done" : "stopped", progress.path("told").asLong(),
                progress.path("customers").asLong());
        return done ? 0 : 1;
    }

    private JsonNode progress() throws InterruptedException {
        for (JsonNode each : runner.get("/api/destinations")) {
            if (each.path("name").asText().equals(destination)) {
                return each.path("backfill");
            }
        }
        throw new ImportStopped("there is no destination " + destination);
    }

    private String path() {
        return "/api/destinations/" + destination + "/backfill";
    }
}
