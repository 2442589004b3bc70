package io.subrelay.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * How far an import is: on a bar, and told to the runner, whose console shows it and can stop it. A runner that is not
 * there is told the next time.
 */
final class ImportProgress {

    private static final long EVERY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int REFUSALS = 10;
    private static final int REASON_LENGTH = 200;

    private final RunnerClient runner;
    private final ProgressBar bar;
    private final String path;
    private final String name;
    private final boolean dryRun;
    private final ImportReport report;
    /** The last ones. */
    private final ArrayNode refusals = JsonNodeFactory.instance.arrayNode();
    private double done;
    private long toldAt;
    private boolean stopped;

    /**
     * @param path of the API, for this import
     * @param name of what is imported
     */
    ImportProgress(RunnerClient runner, ProgressBar bar, String path, String name, boolean dryRun,
            ImportReport report) {
        this.runner = runner;
        this.bar = bar;
        this.path = path;
        this.name = name;
        this.dryRun = dryRun;
        this.report = report;
    }

    void refused(long line, String reason) {
        refusals.addObject().put("line", line)
                .put("reason", reason.substring(0, Math.min(REASON_LENGTH, reason.length())));
        if (refusals.size() > REFUSALS) {
            refusals.remove(0);
        }
    }

    /**
     * @param  done          from 0 to 1
     * @throws CommandFailed if somebody wants it to stop
     */
    void show(double done) throws InterruptedException {
        this.done = done;
        bar.show(done, report.read());
        if (toldAt == 0 || System.nanoTime() - toldAt > EVERY_NANOS) {
            stopped = tell("running", null);
            if (stopped) {
                throw new CommandFailed("the console or the API has stopped this import, after line " + report.line());
            }
        }
    }

    void done() throws InterruptedException {
        done = 1;
        bar.show(1, report.read());
        bar.clear();
        tell("done", null);
    }

    /** @param why without secrets */
    void ended(String why) throws InterruptedException {
        tell(stopped ? "stopped" : "failed", why);
    }

    private boolean tell(String state, String failure) throws InterruptedException {
        toldAt = System.nanoTime();
        ObjectNode told = report.counts().put("name", name).put("dry_run", dryRun).put("state", state).put("done", done)
                .put("failure", failure);
        told.set("refusals", refusals);
        try {
            return runner.postOnce(path, told.toString().getBytes(StandardCharsets.UTF_8)).path("stop").asBoolean();
        } catch (CommandFailed e) {
            return false;
        }
    }
}
