package io.subrelay.imports;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.config.Secrets;
import io.subrelay.config.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/** {@code import}: fills the store of a runner that runs from what existed before. */
public final class ImportCommand {

    private static final int IDS_AT_ONCE = 50;
    /** An export has several lines of a customer: so many of the last ids are remembered. */
    private static final int REMEMBERED_IDS = 100_000;

    private final Settings settings;
    private final RunnerClient runner;
    private final int maxBytes;
    private final boolean dryRun;
    private final PrintStream out;
    private final PrintStream err;
    private final ProgressBar bar;

    private ImportCommand(Settings settings, boolean dryRun, PrintStream out, PrintStream err) {
        this.settings = settings;
        this.runner = new RunnerClient(settings);
        this.maxBytes = settings.number("server.max-body-size", 1024, 64 << 20);
        this.dryRun = dryRun;
        this.out = out;
        this.err = err;
        this.bar = new ProgressBar(err, System.console() != null);
    }

    /** @return the exit status: 0 if everything was taken, 1 if something was refused, or the import was stopped */
    public static int run(Settings settings, ImportArguments arguments, PrintStream out, PrintStream err) {
        Secrets secrets = new Secrets(settings);
        try {
            ImportCommand command = new ImportCommand(settings, arguments.dryRun(), out, err);
            boolean fine = !arguments.gaps() || command.healGaps();
            for (Path file : arguments.files()) {
                fine &= command.take(file, arguments.ids());
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

    /** What it asks for is few, and found again: there is nothing to go on with. */
    private boolean healGaps() throws IOException, InterruptedException {
        Set<String> found = new LinkedHashSet<>();
        JsonNode page;
        long next = 0;
        do {
            page = runner.get("/api/gaps?after=" + next);
            page.path("gaps").forEach(gap -> found.add(gap.path("app_user_id").asText()));
            next = page.path("next").asLong();
        } while (next != 0);
        List<String> ids = new ArrayList<>(found);
        ImportReport report = ImportReport.passing();
        ImportBatch batch = new ImportBatch(runner, path("correct=true"), maxBytes, report, (number, reason) -> {
            bar.clear();
            err.println(ids.get((int) number - 1) + ": " + reason);
        });
        try (RevenueCat revenueCat = new RevenueCat(settings)) {
            for (int from = 0; from < ids.size(); from += IDS_AT_ONCE) {
                List<String> some = ids.subList(from, Math.min(from + IDS_AT_ONCE, ids.size()));
                fetch(revenueCat, some, LongStream.rangeClosed(from + 1, from + some.size()).boxed().toList(), batch);
                bar.show((double) (from + some.size()) / ids.size(), report.read());
            }
        }
        bar.clear();
        report.print(out);
        return report.refused() == 0;
    }

    private String path(String parameter) {
        return "/api/import?" + parameter + (dryRun ? "&dry-run=true" : "");
    }

    private boolean take(Path file, boolean ids) throws IOException, InterruptedException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new ImportStopped(file + ": this file cannot be read");
        }
        ImportReport report = dryRun ? ImportReport.passing() : ImportReport.of(file);
        if (report.line() > 0) {
            err.println(file + ": goes on after line " + report.line());
        }
        ImportBatch batch = new ImportBatch(runner, path("correct=false"), maxBytes, report,
                (line, reason) -> {
                    bar.clear();
                    err.println(file + ":" + line + ": " + reason);
                });
        try (Lines lines = new Lines(file, maxBytes)) {
            if (ids) {
                takeIds(lines, report, batch);
            } else {
                takeLines(lines, report, batch);
            }
            batch.send();
        } finally {
            bar.clear();
        }
        bar.show(1, report.read());
        bar.clear();
        report.finished();
        report.print(out);
        return report.refused() == 0;
    }

    private void takeLines(Lines lines, ImportReport report, ImportBatch batch)
            throws IOException, InterruptedException {
        long from = report.line();
        for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
            if (line.number() > from && !line.isBlank() && batch.add(line.number(), line.bytes())) {
                bar.show(Math.min(lines.done(), 0.99), report.read());
            }
        }
    }

    private void takeIds(Lines lines, ImportReport report, ImportBatch batch)
            throws IOException, InterruptedException {
        long from = report.line();
        IdColumn column = new IdColumn();
        Set<String> seen = Collections.newSetFromMap(new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > REMEMBERED_IDS;
            }
        });
        List<Long> numbers = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        try (RevenueCat revenueCat = new RevenueCat(settings)) {
            Lines.Line line;
            do {
                line = lines.next();
                String id = line == null || line.isBlank() ? null : column.next(line.bytes());
                if (id != null && seen.add(id) && line.number() > from) {
                    numbers.add(line.number());
                    ids.add(id);
                }
                if (ids.size() == IDS_AT_ONCE || line == null) {
                    fetch(revenueCat, ids, numbers, batch);
                    ids.clear();
                    numbers.clear();
                    bar.show(Math.min(lines.done(), 0.99), report.read());
                }
            } while (line != null);
        }
    }

    private static void fetch(RevenueCat revenueCat, List<String> ids, List<Long> numbers, ImportBatch batch)
            throws IOException, InterruptedException {
        List<RevenueCat.Customer> customers = revenueCat.customers(ids);
        for (int i = 0; i < customers.size(); i++) {
            RevenueCat.Customer customer = customers.get(i);
            if (customer.refused() == null) {
                batch.add(numbers.get(i), customer.answer());
            } else {
                batch.refuse(numbers.get(i), customer.refused());
            }
        }
        batch.send();
    }
}
