package io.subrelay.vendors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * AppsFlyer's API for in-app events from servers. It answers 200 to an app id that it does not know, such as an iOS one
 * without {@code id}: {@link #dropped()} has that.
 */
public final class FakeAppsFlyer extends FakeVendor {

    private static final int MAX_BODY = 1024;
    private static final Set<String> TEXTS = Set.of("eventCurrency", "customer_user_id", "ip", "idfa", "idfv",
            "advertising_id", "amazon_aid");

    public FakeAppsFlyer(int port) {
        super(port);
    }

    @Override
    protected boolean deduplicates() {
        return false;
    }

    @Override
    protected Answer judge(Received request) {
        if (request.segments().size() != 2 || !request.segments().get(0).equals("inappevent")) {
            return Answer.of(404, "");
        }
        if (!request.method().equals("POST")) {
            return Answer.of(405, "");
        }
        if (!knowsKey(request.header("authentication"))) {
            return Answer.of(401, "unauthorized");
        }
        JsonNode body = request.body();
        String wrong = !request.isJsonByItsContentType() || !body.isObject() ? "no JSON"
                : request.size() > MAX_BODY ? "larger than 1 KB" : wrong(body);
        if (wrong != null) {
            return Answer.of(400, wrong);
        }
        if (request.segments().get(1).matches("id\\d+|[\\w]+(\\.\\w+)+")) {
            ingest(body.path("appsflyer_id").asText(), "", body, request);
        } else {
            drop("unknown app", body, request);
        }
        return Answer.of(200, "ok");
    }

    private static String wrong(JsonNode body) {
        for (String name : TEXTS) {
            if (body.has(name) && !body.path(name).isTextual()) {
                return name + " is no text";
            }
        }
        if (!isText(body.path("appsflyer_id")) || !isText(body.path("eventName"))) {
            return "appsflyer_id or eventName is missing";
        }
        if (!isObject(body.path("eventValue"))) {
            return "eventValue is no object in a text";
        }
        if (!body.path("eventTime").asText().matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}")) {
            return "eventTime is no time";
        }
        JsonNode filter = body.path("sharing_filter");
        boolean filters = filter.isArray() || filter.asText().equals("all");
        return filter.isMissingNode() || filters ? null : "sharing_filter is neither a list nor all";
    }

    private static boolean isText(JsonNode node) {
        return node.isTextual() && !node.asText().isEmpty();
    }

    private static boolean isObject(JsonNode text) {
        try {
            return text.isTextual() && (text.asText().isEmpty() || Received.JSON.readTree(text.asText()).isObject());
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}
