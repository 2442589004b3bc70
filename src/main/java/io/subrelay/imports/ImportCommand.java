package io.subrelay.imports;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Secrets;
import io.subrelay.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code import}: fills the store of a runner that runs from what existed before. */
public final class ImportCommand {

    private static final int LINES_AT_ONCE = 250;

    private final Settings settings;
    private final RunnerClient runner;
    private final PrintStream out;
    private final PrintStream err;
    private final String query;
    private final boolean dryRun;
    private final ProgressBar bar;

    private ImportCommand(Settings settings, boolean dryRun, PrintStream out, PrintStream err) {
        this.settings = settings;
        this.runner = new RunnerClient(settings);
        this.out = out;
        this.err = err;
        this.dryRun = dryRun;
        this.query = "/api/import" + (dryRun ? "?dry-run=true" : "");
        this.bar = new ProgressBar(err, System.console() != null);
    }

    /** @return the exit status: 0 if everything was taken, 1 if something was refused, or the import was stopped */
    public static int run(Settings settings, ImportArguments arguments, PrintStream out, PrintStream err) {
        Secrets secrets = new Secrets(settings);
        try {
            ImportCommand command = new ImportCommand(settings, arguments.dryRun(), out, err);
            boolean fine = true;
            for (Path file : arguments.files()) {
                fine &= command.file(file);
            }
            return fine ? 0 : 1;
        } catch (ImportStopped | Settings.InvalidSetting e) {
            err.println(secrets.mask(e.getMessage()));
            return 1;
        } catch (IOException e) {
            err.println(secrets.mask(String.valueOf(e.getMessage())) + ": this file cannot be read or written");
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private boolean file(Path file) throws IOException, InterruptedException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new ImportStopped(file + ": this file cannot be read");
        }
        ImportReport report = dryRun ? ImportReport.passing() : ImportReport.of(file);
        long from = report.line();
        if (from > 0) {
            err.println(file + ": goes on after line " + from);
        }
        int max = settings.number("server.max-body-size", 1024, 64 << 20);
        try (Lines lines = new Lines(file, max - 1)) {
            Batch batch = new Batch(file, report);
            for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
                if (line.number() <= from || line.isBlank()) {
                    continue;
                }
                if (line.bytes() == null) {
                    batch.send();
                    refuse(file, line.number(), "the line is longer than server.max-body-size, " + max + " bytes");
                    report.refuse();
                    continue;
                }
                if (batch.isFull(line.bytes().length, max)) {
                    batch.send();
                    bar.show(Math.min(lines.done(), 0.99), report.read());
                }
                batch.add(line);
            }
            batch.send();
            bar.show(1, report.read());
        }
        bar.clear();
        report.finished();
        report.print(out);
        return report.refused() == 0;
    }

    private void refuse(Path file, long line, String reason) {
        bar.clear();
        err.println(file + ":" + line + ": " + reason);
    }

    /** Lines that are sent together. */
    private final class Batch {

        private final Path file;
        private final ImportReport report;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final List<Long> numbers = new ArrayList<>();

        Batch(Path file, ImportReport report) {
            this.file = file;
            this.report = report;
        }

        boolean isFull(int more, int max) {
            return numbers.size() == LINES_AT_ONCE || bytes.size() + more + 1 > max;
        }

        void add(Lines.Line line) {
            bytes.writeBytes(line.bytes());
            bytes.write('\n');
            numbers.add(line.number());
        }

        void send() throws IOException, InterruptedException {
            if (numbers.isEmpty()) {
                return;
            }
            JsonNode answer = runner.post(query, bytes.toByteArray());
            answer.path("refused").forEach(each -> refuse(
                    file, numbers.get(each.path("line").asInt() - 1), each.path("reason").asText()));
            report.add(answer);
            report.done(numbers.get(numbers.size() - 1));
            bytes.reset();
            numbers.clear();
        }
    }
}
