package io.subrelay.vendors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Adjust's API for events from servers: a form. It has no deduplication. */
public final class FakeAdjust extends FakeVendor {

    private static final Map<String, String> RULES = Map.of("event_token", "[a-z0-9]{6}", "s2s", "1", "adid", ".+",
            "created_at_unix", "\\d{10}", "environment", "production|sandbox", "ip_address", "|\\d+(\\.\\d+){3}");

    public FakeAdjust(int port) {
        super(port);
    }

    @Override
    protected boolean deduplicates() {
        return false;
    }

    @Override
    protected Answer judge(Received request) {
        if (!request.path().equals("/event") || !request.method().equals("POST")) {
            return error(404, "not found");
        }
        String bearer = request.header("authorization");
        if (!bearer.isEmpty() && !knowsKey(bearer.replaceFirst("^Bearer ", ""))) {
            return error(401, "Authorization failed");
        }
        if (!request.header("content-type").equals("application/x-www-form-urlencoded")) {
            return error(400, "no form");
        }
        Map<String, String> fields = fields(request.text());
        if (!fields.getOrDefault("app_token", "").matches("[a-z0-9]{12}")) {
            return error(400, "Invalid app token");
        }
        String wrong = wrong(fields);
        if (wrong != null) {
            return error(400, wrong);
        }
        ObjectNode event = Received.JSON.createObjectNode();
        fields.forEach(event::put);
        ingest(fields.get("adid"), "", event, request);
        return Answer.of(200, "{\"status\":\"OK\"}");
    }

    private static String wrong(Map<String, String> fields) {
        for (Map.Entry<String, String> rule : RULES.entrySet()) {
            if (!fields.getOrDefault(rule.getKey(), "").matches(rule.getValue())) {
                return "Invalid " + rule.getKey();
            }
        }
        String revenue = fields.get("revenue");
        return revenue != null && !isRevenue(revenue, fields.get("currency")) ? "Invalid revenue"
                : callback(fields.get("callback_params"));
    }

    private static boolean isRevenue(String revenue, String currency) {
        return revenue.matches("\\d+(\\.\\d+)?") && Double.parseDouble(revenue) >= 0.001 && currency != null
                && currency.matches("[A-Z]{3}");
    }

    private static String callback(String parameters) {
        try {
            for (JsonNode value : Received.JSON.readTree(parameters == null ? "{}" : parameters)) {
                if (!value.isTextual()) {
                    return "Invalid callback parameters";
                }
            }
            return null;
        } catch (java.io.IOException e) {
            return "Invalid callback parameters";
        }
    }

    private static Map<String, String> fields(String form) {
        Map<String, String> fields = new TreeMap<>();
        for (String field : form.split("&")) {
            String[] pair = field.split("=", 2);
            fields.put(pair[0], pair.length == 1 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
        }
        return fields;
    }

    private static Answer error(int status, String text) {
        return Answer.of(status, "{\"error\":\"Event request failed (" + text + ")\"}");
    }
}
