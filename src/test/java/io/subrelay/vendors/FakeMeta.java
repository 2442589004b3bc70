package io.subrelay.vendors;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Meta's Conversions API for app events. One event that is wrong or over seven days old has the whole request refused.
 */
public final class FakeMeta extends FakeVendor {

    private static final long OLDEST_S = Duration.ofDays(7).toSeconds();
    private static final int MAX_EVENTS = 1000;

    public FakeMeta(int port) {
        super(port);
    }

    @Override
    protected boolean deduplicates() {
        return true;
    }

    @Override
    protected Answer judge(Received request) {
        if (!request.path().matches("/v\\d+\\.0/\\d+/events") || !request.method().equals("POST")) {
            return error(100, 33, "Unsupported post request");
        }
        JsonNode body = request.body();
        if (!request.isJsonByItsContentType() || !knowsKey(body.path("access_token").asText())) {
            return error(190, 0, "Invalid OAuth access token");
        }
        JsonNode events = body.path("data");
        if (!events.isArray() || events.isEmpty() || events.size() > MAX_EVENTS) {
            return error(100, 0, "data");
        }
        for (JsonNode event : events) {
            String wrong = wrong(event, request);
            if (wrong != null) {
                return error(100, 2804003, wrong);
            }
        }
        events.forEach(event -> ingest(event.path("user_data").path("anon_id").asText(),
                event.path("event_id").asText() + event.path("event_name").asText(), event, request));
        return Answer.of(200, "{\"events_received\":" + events.size() + ",\"messages\":[],\"fbtrace_id\":\"A1\"}");
    }

    private static String wrong(JsonNode event, Received request) {
        long age = request.at().getEpochSecond() - event.path("event_time").asLong();
        if (event.path("event_name").asText().isEmpty() || !event.path("action_source").asText().equals("app")) {
            return "event_name or action_source";
        }
        if (!event.path("event_time").isIntegralNumber() || age > OLDEST_S || age < -60) {
            return "event_time";
        }
        return Stream.of(user(event.path("user_data")), app(event.path("app_data")),
                money(event.path("custom_data"), event.path("event_name").asText()))
                .filter(Objects::nonNull).findFirst().orElse(null);
    }

    private static String user(JsonNode user) {
        for (String hashed : List.of("em", "ph", "external_id")) {
            if (user.has(hashed) && !user.path(hashed).asText().matches("[0-9a-f]{64}")) {
                return hashed + " is no digest";
            }
        }
        return user.path("anon_id").asText().isEmpty() && !user.path("madid").asText().matches("[0-9a-f-]{36}")
                ? "neither anon_id nor madid" : null;
    }

    private static String app(JsonNode app) {
        JsonNode info = app.path("extinfo");
        return info.size() != 16 || !info.path(0).asText().matches("[ia]2") || info.path(4).asText().isEmpty()
                ? "extinfo"
                : !app.path("advertiser_tracking_enabled").isInt() || !app.path("application_tracking_enabled").isInt()
                        ? "tracking_enabled" : null;
    }

    private static String money(JsonNode custom, String name) {
        return name.equals("Purchase") && !custom.has("value") ? "a Purchase needs a value"
                : custom.has("value") && (!custom.path("value").isNumber() || custom.path("value").asDouble() < 0
                        || !custom.path("currency").asText().matches("[A-Z]{3}")) ? "value" : null;
    }

    private static Answer error(int code, int subcode, String message) {
        return Answer.of(400, "{\"error\":{\"message\":\"" + message + "\",\"type\":\"OAuthException\",\"code\":" + code
                + ",\"error_subcode\":" + subcode + ",\"fbtrace_id\":\"A1\"}}");
    }
}
