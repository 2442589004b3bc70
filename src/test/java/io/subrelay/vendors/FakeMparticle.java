package io.subrelay.vendors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;

/** mParticle's Events API by its published schema: a batch, or several in bulk. It knows no event twice. */
public final class FakeMparticle extends FakeVendor {

    private static final int MAX_BYTES = 256 * 1024;

    public FakeMparticle(int port) {
        super(port);
    }

    @Override
    protected boolean deduplicates() {
        return false;
    }

    @Override
    protected Answer judge(Received request) {
        boolean bulk = request.path().equals("/v2/bulkevents");
        if (!bulk && !request.path().equals("/v2/events")) {
            return Answer.of(404, "");
        }
        String authorization = request.header("authorization");
        if (!authorization.startsWith("Basic ")) {
            return error(401, "UNAUTHORIZED", "no authentication");
        }
        String pair = new String(Base64.getDecoder().decode(authorization.substring(6)), StandardCharsets.UTF_8);
        if (!knowsKey(pair) || !pair.matches("[^:]+:[^:]+")) {
            return error(403, "FORBIDDEN", "key and secret are not valid");
        }
        if (!request.isJsonByItsContentType() || request.size() > MAX_BYTES) {
            return error(400, "BAD_REQUEST", "no JSON, or too large");
        }
        JsonNode body = request.body();
        JsonNode batches = bulk ? body : Received.JSON.createArrayNode().add(body);
        if (!(batches instanceof ArrayNode) || batches.isEmpty()) {
            return error(400, "BAD_REQUEST", "no batch");
        }
        for (JsonNode batch : batches) {
            String wrong = batch(batch);
            if (wrong != null) {
                return error(400, "BAD_REQUEST", wrong);
            }
        }
        batches.forEach(batch -> ingest(batch.at("/user_identities/customer_id").asText(batch.path("mpid").asText()),
                "", batch, request));
        return Answer.of(202, "");
    }

    private static String batch(JsonNode batch) {
        if (!Set.of("production", "development").contains(batch.path("environment").asText())) {
            return "environment is missing";
        }
        if (batch.has("mpid") && !batch.path("mpid").isIntegralNumber()) {
            return "mpid is a number";
        }
        if (!batch.has("mpid") && batch.path("user_identities").isEmpty()) {
            return "nobody";
        }
        for (JsonNode identity : batch.path("user_identities")) {
            if (!identity.isTextual()) {
                return "an identity is a text";
            }
        }
        for (JsonNode attribute : batch.path("user_attributes")) {
            if (!attribute.isTextual() && !attribute.isArray()) {
                return "a user attribute is a text or a list";
            }
        }
        for (JsonNode event : batch.path("events")) {
            String wrong = event(event.path("event_type").asText(), event.path("data"));
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private static String event(String type, JsonNode data) {
        if (!data.path("timestamp_unixtime_ms").isIntegralNumber()) {
            return "timestamp_unixtime_ms is a number";
        }
        for (JsonNode attribute : data.path("custom_attributes")) {
            if (!attribute.isTextual()) {
                return "a custom attribute is a text";
            }
        }
        JsonNode action = data.path("product_action");
        return switch (type) {
            case "custom_event" -> data.path("event_name").asText().isEmpty()
                    || !data.path("custom_event_type").asText().equals("transaction") ? "event_name is missing" : null;
            case "commerce_event" -> !Set.of("purchase", "refund").contains(action.path("action").asText())
                    || !action.path("total_amount").isNumber() || action.path("total_amount").asDouble() < 0
                    || action.at("/products/0/id").asText().isEmpty() || !action.at("/products/0/price").isNumber()
                            ? "product_action is missing" : null;
            default -> "event_type is missing";
        };
    }

    private static Answer error(int status, String code, String message) {
        return Answer.of(status, "{\"errors\":[{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}]}");
    }
}
