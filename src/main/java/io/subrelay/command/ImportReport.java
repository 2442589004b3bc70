package io.subrelay.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Map;

/**
 * What an import has done so far, and up to which line. It is kept beside the file until the import is done, so that
 * one that was stopped goes on there: to begin again would change nothing, but cost the time.
 */
final class ImportReport {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String[] COUNTS = {"read", "new", "updated", "unchanged", "refused"};

    private final Path kept;
    private final String of;
    private final ObjectNode counts;

    private ImportReport(Path kept, String of, ObjectNode counts) {
        this.kept = kept;
        this.of = of;
        this.counts = counts;
    }

    /** One that is not kept. */
    static ImportReport passing() {
        return new ImportReport(null, "", JSON.createObjectNode());
    }

    /** One that goes on where the last import of this file was stopped, unless the file has changed since. */
    static ImportReport of(Path file) throws IOException {
        Path kept = file.resolveSibling(file.getFileName() + ".import");
        String of = Files.size(file) + " bytes of " + Files.getLastModifiedTime(file);
        if (Files.exists(kept)) {
            try {
                if (JSON.readTree(kept.toFile()) instanceof ObjectNode counts
                        && counts.path("of").asText().equals(of)) {
                    return new ImportReport(kept, of, counts);
                }
            } catch (IOException e) {
                // cut off while it was written: from the beginning, then
            }
        }
        return new ImportReport(kept, of, JSON.createObjectNode());
    }

    /** The last line that is done with; 0 at the beginning. */
    long line() {
        return counts.path("line").asLong();
    }

    long read() {
        return counts.path("read").asLong();
    }

    long refused() {
        return counts.path("refused").asLong();
    }

    /** How many lines were what, and how many customers have which status. */
    ObjectNode counts() {
        ObjectNode shown = JSON.createObjectNode();
        for (String count : COUNTS) {
            shown.put(count, counts.path(count).asLong());
        }
        shown.set("statuses", counts.path("statuses").isObject() ? counts.path("statuses").deepCopy()
                : JSON.createObjectNode());
        return shown;
    }

    /** Takes in what the runner answered for some lines. */
    void add(JsonNode answer) {
        for (String count : COUNTS) {
            JsonNode of = answer.path(count);
            add(count, of.isArray() ? of.size() : of.asLong());
        }
        ObjectNode statuses = counts.withObject("/statuses");
        answer.path("statuses").properties().forEach(each -> statuses.put(
                each.getKey(), statuses.path(each.getKey()).asLong() + each.getValue().asLong()));
    }

    void refuse() {
        add("read", 1);
        add("refused", 1);
    }

    private void add(String count, long more) {
        counts.put(count, counts.path(count).asLong() + more);
    }

    /** Keeps that everything up to this line is done. */
    void done(long line) throws IOException {
        counts.put("line", line);
        if (kept != null) {
            counts.put("of", of);
            Path next = kept.resolveSibling(kept.getFileName() + "~");
            Files.writeString(next, counts.toString());
            Files.move(next, kept, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** There is nothing to go on with. */
    void finished() throws IOException {
        if (kept != null) {
            Files.deleteIfExists(kept);
        }
    }

    void print(PrintWriter out) {
        for (String count : COUNTS) {
            out.printf(Locale.ROOT, "%-10s %,d%n", count, counts.path(count).asLong());
        }
        if (!counts.path("statuses").isEmpty()) {
            out.println("statuses");
            counts.path("statuses").properties().stream().sorted(Map.Entry.comparingByKey())
                    .forEach(each -> out.printf(Locale.ROOT, "  %-20s %,d%n", each.getKey(), each.getValue().asLong()));
        }
    }
}
