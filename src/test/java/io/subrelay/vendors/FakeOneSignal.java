package io.subrelay.vendors;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** OneSignal's update of a user's tags by an alias, and the old one of a device (a player) by its id. */
public final class FakeOneSignal extends FakeVendor {

    private static final int MAX_TAGS = 100;
    private static final Set<String> RESERVED = Set.of("message", "notification", "subscription", "user", "template",
            "app", "org", "dynamic_content", "data_feed", "journey", "custom_data");
    private static final Answer DENIED = Answer.of(403, "{\"errors\":[\"Access denied.  Please include an "
            + "'Authorization: ...' header with a valid API key "
            + "(https://documentation.onesignal.com/docs/en/keys-and-ids#api-keys).\"]}");

    private final Map<String, Map<String, String>> tags = new HashMap<>();
    private final Map<String, Instant> lastWrite = new HashMap<>();
    private Set<String> apps = Set.of();
    private Set<String> users = Set.of();
    private boolean limitsRate;
    private int tagLimit = Integer.MAX_VALUE;

    public FakeOneSignal(int port) {
        super(port);
    }

    /** From now on only these apps exist; none: all. */
    public synchronized void apps(String... ids) {
        apps = Set.of(ids);
    }

    /** From now on only these users exist, as {@code label/id}, a device as {@code player/id}; none: all. */
    public synchronized void users(String... known) {
        users = Set.of(known);
    }

    /** Whether more than one write a second for one user gets 429 with {@code Retry-After: 1}, as the vendor does. */
    public synchronized void limitRate(boolean limit) {
        limitsRate = limit;
    }

    /** How many tags a user may have by the plan. */
    public synchronized void limitTags(int limit) {
        tagLimit = limit;
    }

    /** The tags of a user now; the label of a device is {@code player}. */
    public synchronized Map<String, String> tags(String label, String id) {
        return Map.copyOf(tags.getOrDefault(label + "/" + id, Map.of()));
    }

    @Override
    public synchronized void forget() {
        super.forget();
        tags.clear();
        lastWrite.clear();
    }

    @Override
    protected boolean deduplicates() {
        return false;
    }

    @Override
    protected Answer judge(Received request) {
        List<String> path = request.segments();
        if (request.path().startsWith("/api/v1/")) {
            path = path.subList(2, path.size());
        }
        if (path.size() == 6 && request.path().matches("/apps/[^/]+/users/by/.*")) {
            return !request.method().equals("PATCH") ? Answer.of(405, "")
                    : user(decode(path.get(1)), decode(path.get(4)), decode(path.get(5)), request);
        }
        if (path.size() != 2 || !path.get(0).equals("players")) {
            return Answer.of(404, "");
        }
        return request.method().equals("PUT") ? player(decode(path.get(1)), request) : Answer.of(405, "");
    }

    private Answer user(String app, String label, String id, Received request) {
        String authorization = request.header("authorization");
        if (!authorization.matches("[Kk]ey .+") || !knowsKey(authorization.substring(4)) || unknownApp(app)) {
            return DENIED;
        }
        JsonNode body = request.body();
        if (!request.isJsonByItsContentType() || !body.isObject()) {
            return errors(400, "Could not parse the request body as JSON");
        }
        String user = label + "/" + id;
        if (!users.isEmpty() && !users.contains(user)) {
            return errors(404, "User not found");
        }
        JsonNode properties = body.path("properties");
        for (JsonNode value : properties.path("tags")) {
            if (!value.isTextual() && !value.isNull()) {
                return errors(400, "Tag values must be strings");
            }
        }
        int others = properties.size() - (properties.has("tags") ? 1 : 0);
        Answer refusal = limits(user, properties.path("tags"), others, request);
        if (refusal != null) {
            return refusal;
        }
        write(user, id, properties.path("tags"), request);
        JsonNode now = Received.JSON.valueToTree(tags.get(user));
        return Answer.of(202, "{\"properties\":{\"tags\":" + now + "}}");
    }

    private Answer player(String id, Received request) {
        String authorization = request.header("authorization"); // the old call needs none
        if (!authorization.isEmpty() && !(authorization.matches("(Basic|[Kk]ey) .+")
                && knowsKey(authorization.substring(authorization.indexOf(' ') + 1)))) {
            return DENIED;
        }
        JsonNode body = request.body();
        if (!request.isJsonByItsContentType() || !body.isObject()) {
            return errors(400, "Could not parse the request body as JSON");
        }
        if (!body.path("app_id").isTextual() || unknownApp(body.path("app_id").asText())) {
            return errors(400, "app_id not found");
        }
        String user = "player/" + id;
        if (!users.isEmpty() && !users.contains(user)) {
            return errors(400, "No user with this id found");
        }
        for (JsonNode value : body.path("tags")) {
            if (!value.isTextual() && !value.isNull() && !value.isIntegralNumber()) {
                return errors(400, "Tag values must be strings");
            }
        }
        Answer refusal = limits(user, body.path("tags"), 0, request);
        if (refusal != null) {
            return refusal;
        }
        write(user, id, body.path("tags"), request);
        return Answer.of(200, "{\"success\":true}");
    }

    private boolean unknownApp(String app) {
        return app.isEmpty() || !apps.isEmpty() && !apps.contains(app);
    }

    private Answer limits(String user, JsonNode updates, int more, Received request) {
        if (updates.size() + more > MAX_TAGS) {
            return errors(400, "Please limit your tag updates to 100 per request");
        }
        Instant last = lastWrite.get(user);
        if (limitsRate && last != null && Duration.between(last, request.at()).toMillis() < 1000) {
            return new Answer(429, Map.of("Retry-After", "1"), "{\"errors\":[\"API rate limit exceeded.\"]}", "rate");
        }
        if (applied(user, updates).size() > tagLimit) {
            return errors(400, "App is limited to a maximum of " + tagLimit + " tags on a given player");
        }
        return null;
    }

    private Map<String, String> applied(String user, JsonNode updates) {
        Map<String, String> after = new TreeMap<>(tags.getOrDefault(user, Map.of()));
        updates.fields().forEachRemaining(tag -> {
            if (tag.getValue().asText().isEmpty() || tag.getValue().isNull()) {
                after.remove(tag.getKey());
            } else if (isName(tag.getKey())) {
                after.put(tag.getKey(), tag.getValue().asText());
            }
        });
        return after;
    }

    private void write(String user, String id, JsonNode updates, Received request) {
        updates.fieldNames().forEachRemaining(name -> {
            if (!isName(name)) {
                drop("tag_name_not_allowed", updates, request);
            }
        });
        tags.put(user, applied(user, updates));
        lastWrite.put(user, request.at());
        ingest(id, user + updates, updates, request);
    }

    private static boolean isName(String tag) {
        return tag.matches("[A-Za-z0-9_]+") && !RESERVED.contains(tag);
    }

    private static Answer errors(int status, String error) {
        return Answer.of(status, "{\"errors\":[\"" + error + "\"]}");
    }

    private static String decode(String part) {
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
