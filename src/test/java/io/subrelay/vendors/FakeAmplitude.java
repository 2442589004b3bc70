package io.subrelay.vendors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Amplitude's HTTP V2 API and its batch sibling. A 400 names the events at fault by their index: V2 the first one for
 * each field, batch all.
 */
public final class FakeAmplitude extends FakeVendor {

    private static final int MAX_EVENTS = 2000;
    private static final int MAX_DEPTH = 40;
    private static final int MAX_STRING = 1024;
    private static final Set<String> REJECTED_IDS = Set.of("anonymous", "nil", "none", "null", "n/a", "na", "undefined",
            "unknown", "", "{}", "0", "-1", "lmy47d", "00000000-0000-0000-0000-000000000000");
    private static final Set<String> RESERVED_TYPES = Set.of("[Amplitude] Start Session", "[Amplitude] End Session",
            "[Amplitude] Revenue", "[Amplitude] Revenue (Verified)", "[Amplitude] Revenue (Unverified)",
            "[Amplitude] Merged User");
    private static final List<String> STRINGS = List.of("event_type", "insert_id", "productId", "revenueType",
            "platform", "app_version", "os_name", "os_version", "device_brand", "device_manufacturer", "device_model",
            "carrier", "country", "region", "city", "dma", "language", "ip", "idfa", "idfv", "adid", "android_id",
            "user_agent", "partner_id");
    private static final List<String> INTEGERS = List.of("time", "quantity", "event_id", "session_id");
    private static final List<String> NUMBERS = List.of("revenue", "price", "location_lat", "location_lng");
    private static final List<String> OBJECTS = List.of("event_properties", "user_properties", "groups",
            "group_properties", "plan");
    private static final Set<String> OPERATIONS = Set.of("$set", "$setOnce", "$add", "$append", "$unset");

    public FakeAmplitude(int port) {
        super(port);
    }

    @Override
    protected boolean deduplicates() {
        return true;
    }

    @Override
    protected Answer judge(Received request) {
        boolean batch = request.path().equals("/batch");
        if (!batch && !request.path().equals("/2/httpapi")) {
            return error(404, "Invalid request path", Map.of());
        }
        if (!request.method().equals("POST")) {
            return error(405, "Method not allowed", Map.of());
        }
        if (request.size() == 0) {
            return error(400, "Missing request body", Map.of());
        }
        if (request.size() > (batch ? 20 : 1) * 1024 * 1024) {
            return error(413, "Payload too large", Map.of());
        }
        JsonNode body = request.body();
        if (!request.isJsonByItsContentType() || !body.isObject()) {
            return error(400, "Invalid JSON request body", Map.of());
        }
        if (!body.path("api_key").isTextual()) {
            return missing("api_key", Map.of());
        }
        String key = body.path("api_key").asText();
        if (!knowsKey(key)) {
            return error(400, "Invalid API key: " + key, Map.of());
        }
        JsonNode events = body.path("events");
        if (!events.isArray() || events.isEmpty()) {
            return missing("events", Map.of());
        }
        if (events.size() > MAX_EVENTS) {
            return error(413, "Payload too large", Map.of());
        }
        Map<String, List<Integer>> missing = new TreeMap<>();
        Map<String, List<Integer>> invalid = new TreeMap<>();
        Map<String, List<Integer>> lengths = new TreeMap<>();
        int shortest = body.path("options").path("min_id_length").asInt(5);
        for (int i = 0; i < events.size(); i++) {
            check(events.get(i), i, batch, shortest, missing, invalid, lengths);
        }
        if (!missing.isEmpty()) {
            return missing("", missing);
        }
        if (!invalid.isEmpty()) {
            return error(400, "Invalid field values on some events", Map.of("events_with_invalid_fields", invalid));
        }
        if (!lengths.isEmpty()) {
            return error(400, "Invalid id length for user_id or device_id",
                    Map.of("events_with_invalid_id_lengths", lengths));
        }
        events.forEach(event -> take(event, request));
        ObjectNode answer = Received.JSON.createObjectNode().put("code", 200).put("events_ingested", events.size())
                .put("payload_size_bytes", request.size()).put("server_upload_time", request.at().toEpochMilli());
        return Answer.of(200, answer.toString());
    }

    private static Answer missing(String field, Map<String, List<Integer>> events) {
        return error(400, "Request missing required field",
                Map.of("missing_field", field, "events_with_missing_fields", events));
    }

    private static Answer error(int status, String error, Map<String, Object> more) {
        ObjectNode body = Received.JSON.createObjectNode().put("code", status).put("error", error);
        more.forEach((name, value) -> body.set(name, Received.JSON.valueToTree(value)));
        if (body.path("missing_field").asText("-").isEmpty()) {
            body.putNull("missing_field");
        }
        return Answer.of(status, body.toString());
    }

    private static void check(JsonNode event, int index, boolean batch, int shortest,
            Map<String, List<Integer>> missing, Map<String, List<Integer>> invalid,
            Map<String, List<Integer>> lengths) {
        if (event.path("event_type").asText().isEmpty()) {
            add(missing, "event_type", index, batch);
        }
        if (!event.hasNonNull("user_id") && !event.hasNonNull("device_id")) {
            add(missing, "user_id", index, batch);
        }
        for (String name : List.of("user_id", "device_id")) {
            JsonNode id = event.path(name);
            if (!event.hasNonNull(name)) {
                continue;
            }
            if (!id.isTextual() || REJECTED_IDS.contains(id.asText().toLowerCase(Locale.ROOT))) {
                add(invalid, name, index, batch);
            } else if (id.asText().length() < shortest) {
                add(lengths, name, index, batch);
            }
        }
        STRINGS.forEach(name -> wrong(event, name, event.path(name).isTextual(), index, batch, invalid));
        INTEGERS.forEach(name -> wrong(event, name, event.path(name).isIntegralNumber(), index, batch, invalid));
        NUMBERS.forEach(name -> wrong(event, name, event.path(name).isNumber(), index, batch, invalid));
        OBJECTS.forEach(name -> wrong(event, name,
                event.path(name).isObject() && depth(event.path(name)) <= MAX_DEPTH, index, batch, invalid));
        wrong(event, "currency", event.path("currency").asText().matches("[A-Z]{3}"), index, batch, invalid);
        if (RESERVED_TYPES.contains(event.path("event_type").asText())) {
            add(invalid, "event_type", index, batch);
        }
        boolean operates = OPERATIONS.stream().anyMatch(event.path("user_properties")::has);
        if (operates && !"$identify".equals(event.path("event_type").asText())) {
            add(invalid, "user_properties", index, batch);
        }
    }

    private static void wrong(JsonNode event, String name, boolean right, int index, boolean batch,
            Map<String, List<Integer>> invalid) {
        if (event.hasNonNull(name) && !right) {
            add(invalid, name, index, batch);
        }
    }

    private static void add(Map<String, List<Integer>> fields, String name, int index, boolean all) {
        List<Integer> indexes = fields.computeIfAbsent(name, n -> new ArrayList<>());
        if ((all || indexes.isEmpty()) && !indexes.contains(index)) {
            indexes.add(index);
        }
    }

    private static int depth(JsonNode node) {
        int deepest = 0;
        for (JsonNode child : node) {
            deepest = Math.max(deepest, depth(child));
        }
        return node.isContainerNode() ? deepest + 1 : 0;
    }

    private void take(JsonNode event, Received request) {
        String device = event.hasNonNull("device_id") ? event.path("device_id").asText()
                : "hash of " + event.path("user_id").asText();
        String customer = event.path(event.hasNonNull("user_id") ? "user_id" : "device_id").asText();
        String insertId = event.path("insert_id").asText();
        ingest(customer, insertId.isEmpty() ? "" : device + "|" + insertId, event, request);
        if (longString(event)) {
            drop("string_truncated", event, request);
        }
    }

    private static boolean longString(JsonNode node) {
        for (JsonNode child : node) {
            if (longString(child)) {
                return true;
            }
        }
        return node.isTextual() && node.asText().length() > MAX_STRING;
    }
}
