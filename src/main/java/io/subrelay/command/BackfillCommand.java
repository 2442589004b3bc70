package io.subrelay.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code backfill <destination> --state}: has a runner that runs tell a destination how every customer stands, and
 * shows how far it is. The runner goes on by itself where this command is ended.
 */
@Command(name = "backfill", description = "Tells a destination how every customer stands.")
final class BackfillCommand extends SubrelayCommand {

    private static final long LOOK_MS = 300;

    @Parameters(paramLabel = "<destination>", description = "Who is told.")
    private String destination;
    @Option(names = "--state", required = true, description = "The state of every customer.")
    private boolean state;
    @Option(names = "--stop", description = "Stop the one that runs.")
    private boolean stop;
    private RunnerClient runner;

    @Override
    public Integer call() throws InterruptedException {
        runner = new RunnerClient(settings.get());
        return stop ? stop() : start(settings.get().number("delivery.backfill-rate", 1, 10_000));
    }

    private int stop() throws InterruptedException {
        boolean stopped = runner.delete(path() + "?of=state").path("stopped").asBoolean();
        out().println(stopped ? "It is stopped." : "None is running.");
        return 0;
    }

    private int start(int perSecond) throws InterruptedException {
        long customers = runner.post(path() + "?of=state&dry-run=true", new byte[0]).path("would_schedule").asLong();
        out().printf(Locale.ROOT, "%s is told of %s, %,d a second at most.%n", destination,
                count(customers, "customer"), perSecond);
        runner.post(path() + "?of=state", new byte[0]);
        out().printf("The runner goes on by itself; this ends it: backfill %s --state --stop%n", destination);
        ProgressBar bar = new ProgressBar(err(), System.console() != null);
        JsonNode progress = progress();
        while (progress.path("state").asText().equals("running")) {
            long told = progress.path("told").asLong();
            bar.show(Math.min(1, told / Math.max(1.0, progress.path("customers").asLong())), told);
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            progress = progress();
        }
        bar.clear();
        boolean done = progress.path("state").asText().equals("done");
        out().printf(Locale.ROOT, "%s: %,d of %s%n", done ? "done" : "stopped", progress.path("told").asLong(),
                count(progress.path("customers").asLong(), "customer"));
        return done ? 0 : 1;
    }

    private JsonNode progress() throws InterruptedException {
        for (JsonNode each : runner.get("/api/destinations")) {
            if (each.path("name").asText().equals(destination)) {
                return each.path("backfill");
            }
        }
        throw new CommandFailed("there is no destination " + destination);
    }

    private String path() {
        return "/api/destinations/" + encoded(destination) + "/backfill";
    }
}
