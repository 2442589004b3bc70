package io.subrelay.vendors;

import com.fasterxml.jackson.databind.JsonNode;

/** Statsig's hook for RevenueCat's events. It has no deduplication: an event that comes twice counts twice. */
public final class FakeStatsig extends FakeVendor {

    private String path = "/v1/webhooks/revenuecat_webhook";
    private boolean ingestsSandbox = true;

    public FakeStatsig(int port) {
        super(port);
    }

    public synchronized void path(String only) {
        path = only;
    }

    /** Whether the project ingests sandbox events; if not, they are dropped behind the 200. */
    public synchronized void ingestSandbox(boolean ingest) {
        ingestsSandbox = ingest;
    }

    @Override
    protected boolean deduplicates() {
        return false;
    }

    @Override
    protected Answer judge(Received request) {
        if (!request.path().equals(path)) {
            return Answer.of(404, "");
        }
        if (!request.method().equals("POST")) {
            return Answer.of(405, "");
        }
        String key = request.header("statsig-api-key");
        String authorization = request.header("authorization");
        boolean bearer = authorization.startsWith("Bearer ")
                && knowsKey(authorization.substring("Bearer ".length()));
        if (!knowsKey(key) && !key.isEmpty() || !bearer && !authorization.isEmpty()
                || key.isEmpty() && authorization.isEmpty()) {
            return error(401, "Invalid API key");
        }
        JsonNode event = request.body().path("event");
        if (!request.isJsonByItsContentType() || !event.isObject()) {
            return error(400, "Invalid JSON");
        }
        if (!isText(event.path("type")) || !isText(event.path("id"))) {
            return error(400, "Missing event type or id");
        }
        if (!ingestsSandbox && "SANDBOX".equals(event.path("environment").asText())) {
            drop("sandbox", event, request);
        } else {
            String customer = event.hasNonNull("app_user_id") ? event.path("app_user_id").asText()
                    : event.path("transferred_to").path(0).asText();
            ingest(customer, event.path("id").asText(), request.body(), request);
        }
        return Answer.of(200, "{\"success\":true}");
    }

    private static boolean isText(JsonNode node) {
        return node.isTextual() && !node.asText().isEmpty();
    }

    private static Answer error(int status, String message) {
        return Answer.of(status, "{\"success\":false,\"message\":\"" + message + "\"}");
    }
}
