package io.subrelay.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Lines that are sent to the runner together, and what it answers, told by the lines of the file. */
final class ImportBatch {

    /** Is told of each line that is not taken. */
    interface Refusals {
        void refuse(long line, String reason);
    }

    private static final int MAX_LINES = 250;

    private final RunnerClient runner;
    private final String path;
    private final int maxBytes;
    private final ImportReport report;
    private final Refusals refusals;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Long> numbers = new ArrayList<>();

    /** @param maxBytes that the runner takes at once */
    ImportBatch(RunnerClient runner, String path, int maxBytes, ImportReport report, Refusals refusals) {
        this.runner = runner;
        this.path = path;
        this.maxBytes = maxBytes;
        this.report = report;
        this.refusals = refusals;
    }

    /** @return whether lines were sent to make room */
    boolean add(long number, byte[] line) throws IOException, InterruptedException {
        if (line.length >= maxBytes) {
            refuse(number, "this is longer than server.max-body-size, " + maxBytes + " bytes");
            return true;
        }
        boolean full = numbers.size() == MAX_LINES || bytes.size() + line.length + 1 > maxBytes;
        if (full) {
            send();
        }
        bytes.writeBytes(line);
        bytes.write('\n');
        numbers.add(number);
        return full;
    }

    /** What comes before is sent, so that lines are told of in order. */
    void refuse(long number, String reason) throws IOException, InterruptedException {
        send();
        report.refuse();
        refusals.refuse(number, reason);
    }

    void send() throws IOException, InterruptedException {
        if (!numbers.isEmpty()) {
            JsonNode answer = runner.post(path, bytes.toByteArray());
            report.add(answer);
            report.done(numbers.get(numbers.size() - 1));
            answer.path("refused").forEach(each -> refusals.refuse(
                    numbers.get(each.path("line").asInt() - 1), each.path("reason").asText()));
            bytes.reset();
            numbers.clear();
        }
    }
}
