package io.subrelay.imports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.store.ImportRuns;
import io.subrelay.webhook.Invalid;
import io.subrelay.webhook.NotFound;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.Header;

/** Imports as their commands tell of themselves. */
public final class ImportRunsApi {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_LENGTH = 20_000;
    private static final List<String> STATES = List.of("running", "stopped", "failed", "done");

    private final ImportRuns runs;

    public ImportRunsApi(ImportRuns runs) {
        this.runs = runs;
    }

    /**
     * Keeps what a command tells of itself.
     *
     * @param id   a UUID of its own
     * @param body its {@code state}, and whatever else of it is to be shown
     * @return     {@code {"stop":<whether somebody wants it to stop>}}
     */
    public String tell(@Header("id") String id, @Body byte[] body) throws SQLException {
        if (!id.matches("[0-9a-f-]{36}")) {
            throw new Invalid("an import has a UUID");
        }
        JsonNode told;
        try {
            told = JSON.readTree(body == null ? new byte[0] : body);
        } catch (IOException e) {
            throw new Invalid("this is not JSON");
        }
        String state = told.path("state").asText();
        if (!STATES.contains(state) || told.toString().length() > MAX_LENGTH) {
            throw new Invalid("an import tells its state, one of " + STATES + ", and at most 20,000 characters");
        }
        return "{\"stop\":" + runs.tell(id, state, told.toString(), System.currentTimeMillis()) + "}";
    }

    /** The newest imports, each with what its command told last. */
    public String list() throws JsonProcessingException {
        ArrayNode list = JSON.createArrayNode();
        for (ImportRuns.Run run : runs.newest()) {
            list.add(((ObjectNode) JSON.readTree(run.progress())).put("id", run.id()).put("state", run.state())
                    .put("started_at", Instant.ofEpochMilli(run.startedAt()).toString())
                    .put("told_at", Instant.ofEpochMilli(run.toldAt()).toString()));
        }
        return list.toString();
    }

    /**
     * Has a command stop; what it has imported stays.
     *
     * @throws NotFound if no import has this id
     */
    public String stop(@Header("id") String id) {
        boolean stopped = runs.stop(id);
        if (!stopped && runs.newest().stream().noneMatch(run -> run.id().equals(id))) {
            throw new NotFound("there is no import of this id");
        }
        return "{\"stopped\":" + stopped + "}";
    }
}
