package io.subrelay.vendors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Set;

/**
 * Segment's HTTP tracking API. It answers 400 to what is no JSON or too large and 200 to everything else, also to what
 * it then drops: {@link #dropped()} has that, with the reason.
 */
public final class FakeSegment extends FakeVendor {

    private static final int MAX_CALL = 32 * 1024;
    private static final int MAX_BATCH = 500 * 1024;
    private static final int MAX_ITEMS = 2500;
    private static final int MAX_PROPERTIES = 10_000;
    private static final Set<String> TYPES = Set.of("track", "identify", "page", "screen", "group", "alias");
    private static final Answer SUCCESS = Answer.of(200, "{\"success\":true}");

    public FakeSegment(int port) {
        super(port);
    }

    @Override
    protected boolean deduplicates() {
        return true;
    }

    @Override
    protected Answer judge(Received request) {
        String call = request.path().startsWith("/v1/") ? request.path().substring("/v1/".length()) : "";
        boolean batch = call.equals("batch") || call.equals("import");
        if (!batch && !TYPES.contains(call)) {
            return Answer.of(404, "");
        }
        if (!request.method().equals("POST")) {
            return Answer.of(405, "");
        }
        JsonNode body = request.body();
        if (!body.isObject()) {
            return bad("invalid_json", "Malformed JSON");
        }
        if (request.size() > (batch ? MAX_BATCH : MAX_CALL)) {
            return bad("too_large", "Exceed payload limit");
        }
        for (JsonNode item : body.path("batch")) {
            if (batch && item.toString().getBytes(StandardCharsets.UTF_8).length > MAX_CALL) {
                return bad("too_large", "Exceed payload limit");
            }
        }
        if (!knowsKey(key(request))) {
            drop("project_not_found", body, request);
        } else if (!batch) {
            take(((ObjectNode) body.deepCopy()).put("type", call), request);
        } else if (body.path("batch").isEmpty()) {
            drop("empty_batch", body, request);
        } else if (body.path("batch").size() > MAX_ITEMS) {
            drop("too_many_items", body, request);
        } else {
            body.path("batch").forEach(item -> take(item, request));
        }
        return SUCCESS;
    }

    private static Answer bad(String code, String message) {
        return Answer.of(400, "{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}");
    }

    /** The write key of {@code Authorization: Basic base64("<key>:")} or of the body; blank if there is none. */
    private static String key(Received request) {
        String authorization = request.header("authorization");
        if (!authorization.startsWith("Basic ")) {
            return request.body().path("writeKey").asText();
        }
        try {
            byte[] pair = Base64.getDecoder().decode(authorization.substring("Basic ".length()));
            String text = new String(pair, StandardCharsets.UTF_8);
            return text.endsWith(":") ? text.substring(0, text.length() - 1) : "";
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private void take(JsonNode item, Received request) {
        String reason = reasonToDrop(item);
        if (reason != null) {
            drop(reason, item, request);
            return;
        }
        String customer = item.hasNonNull("userId") ? item.path("userId").asText() : item.path("anonymousId").asText();
        String messageId = item.path("messageId").asText();
        int known = duplicates().size();
        ingest(customer, messageId, item, request);
        if (duplicates().size() > known) {
            drop("duplicate_message_id", item, request);
        }
    }

    private static String reasonToDrop(JsonNode item) {
        if (!TYPES.contains(item.path("type").asText())) {
            return "type_not_known";
        }
        if (!isId(item.path("userId")) && !isId(item.path("anonymousId"))) {
            return "no_user_anon_id";
        }
        if (item.hasNonNull("messageId")
                && (!item.path("messageId").isTextual() || item.path("messageId").asText().length() > 100)) {
            return "message_id_not_valid";
        }
        if (item.has("timestamp") && !isUtc(item.path("timestamp"))) {
            return "timestamp_not_iso_8601_utc";
        }
        if (item.has("context") && !item.path("context").isObject()) {
            return "context_not_object";
        }
        if (item.path("type").asText().equals("track")) {
            if (!item.hasNonNull("event") || item.path("event").asText("-").isEmpty()) {
                return "event_not_defined";
            }
            if (!item.path("event").isTextual()) {
                return "event_not_string";
            }
            JsonNode properties = item.path("properties");
            if (item.has("properties") && !properties.isObject()) {
                return "properties_not_object";
            }
            if (properties.size() > MAX_PROPERTIES) {
                return "too_many_properties";
            }
            if (properties.has("revenue") && !properties.path("revenue").isNumber()) {
                return "revenue_not_number";
            }
            if (properties.hasNonNull("currency") && !properties.path("currency").asText().matches("[A-Z]{3}")) {
                return "currency_not_iso_4217";
            }
        }
        return item.has("traits") && !item.path("traits").isObject() ? "traits_not_object" : null;
    }

    private static boolean isId(JsonNode id) {
        return id.isTextual() && !id.asText().isBlank();
    }

    private static boolean isUtc(JsonNode timestamp) {
        try {
            return timestamp.isTextual()
                    && OffsetDateTime.parse(timestamp.asText()).getOffset().equals(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            return false;
        }
    }
}
