package io.subrelay.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.config.Secrets;
import io.subrelay.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.camel.support.LRUCacheFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code import}: fills the store of a runner that runs from what existed before. */
@Command(name = "import", description = "Takes in customers and webhooks from before.")
final class ImportCommand extends SubrelayCommand {

    private static final int IDS_AT_ONCE = 50;
    /** An export has several lines of a customer: so many of the last ids are remembered. */
    private static final int REMEMBERED_IDS = 100_000;

    @Option(names = "--dry-run", description = "Store nothing.")
    private boolean dryRun;
    @Option(names = "--ids", description = "The files have ids, and RevenueCat is asked for the customers.")
    private boolean ids;
    @Option(names = "--gaps", description = "Ask RevenueCat for customers with missed events, in place of files.")
    private boolean gaps;
    @Parameters(paramLabel = "<file>", description = "One customer, webhook or id a line; plain or gzip.")
    private List<Path> files = List.of();
    private RunnerClient runner;
    private int maxBytes;
    private ProgressBar bar;
    private ImportProgress progress;

    /** @return the exit status: 0 if everything was taken, 1 if something was refused, or the import was stopped */
    @Override
    public Integer call() throws IOException, InterruptedException {
        require(files.isEmpty() == gaps && !(ids && gaps), "it needs a file, or --gaps alone");
        runner = new RunnerClient(settings.get());
        maxBytes = settings.get().number("server.max-body-size", 1024, 64 << 20);
        bar = new ProgressBar(err(), System.console() != null);
        try {
            boolean fine = !gaps || healGaps();
            for (Path file : files) {
                fine &= take(readable(file));
            }
            return fine ? 0 : 1;
        } catch (CommandFailed | Settings.InvalidSetting | IOException e) {
            if (progress != null) {
                progress.ended(new Secrets(settings.get()).mask(String.valueOf(e.getMessage())));
            }
            throw e;
        }
    }

    private void begin(String name, ImportReport report) {
        progress = new ImportProgress(runner, bar,
                "/api/imports/" + UUID.randomUUID(), name, dryRun, report);
    }

    private void refused(String what, long number, String reason) {
        bar.clear();
        err().println(what + ": " + reason);
        progress.refused(number, reason);
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
        begin("--gaps", report);
        ImportBatch batch = new ImportBatch(runner, path("correct=true"), maxBytes, report,
                (number, reason) -> refused(ids.get((int) number - 1), number, reason));
        try (RevenueCat revenueCat = new RevenueCat(settings.get())) {
            for (int from = 0; from < ids.size(); from += IDS_AT_ONCE) {
                List<String> some = ids.subList(from, Math.min(from + IDS_AT_ONCE, ids.size()));
                fetch(revenueCat, some, LongStream.rangeClosed(from + 1, from + some.size()).boxed().toList(), batch);
                progress.show((double) (from + some.size()) / ids.size());
            }
        }
        progress.done();
        report.print(out());
        return report.refused() == 0;
    }

    private String path(String parameter) {
        return "/api/import?" + parameter + (dryRun ? "&dry-run=true" : "");
    }

    private boolean take(Path file) throws IOException, InterruptedException {
        ImportReport report = dryRun ? ImportReport.passing() : ImportReport.of(file);
        if (report.line() > 0) {
            err().println(file + ": goes on after line " + report.line());
        }
        begin(file.getFileName().toString(), report);
        ImportBatch batch = new ImportBatch(runner, path("correct=false"), maxBytes, report,
                (line, reason) -> refused(file + ":" + line, line, reason));
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
        progress.done();
        report.finished();
        report.print(out());
        return report.refused() == 0;
    }

    private void takeLines(Lines lines, ImportReport report, ImportBatch batch)
            throws IOException, InterruptedException {
        long from = report.line();
        for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
            if (line.number() > from && !line.isBlank() && batch.add(line.number(), line.bytes())) {
                progress.show(Math.min(lines.done(), 0.99));
            }
        }
    }

    private void takeIds(Lines lines, ImportReport report, ImportBatch batch)
            throws IOException, InterruptedException {
        long from = report.line();
        IdColumn column = new IdColumn();
        Set<String> seen = Collections.newSetFromMap(LRUCacheFactory.newLRUCache(REMEMBERED_IDS));
        List<Long> numbers = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        try (RevenueCat revenueCat = new RevenueCat(settings.get())) {
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
                    progress.show(Math.min(lines.done(), 0.99));
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
