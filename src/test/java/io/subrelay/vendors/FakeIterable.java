package io.subrelay.vendors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;

/**
 * Iterable's API for users, events and purchases. It keeps the last of what has one id, and knows a user by an e-mail
 * address or an id of at most 52 characters; one that it does not know yet has to be meant as an id.
 */
public final class FakeIterable extends FakeVendor {

    private final Set<String> users = new HashSet<>();

    public FakeIterable(int port) {
        super(port);
    }

    @Override
    protected boolean deduplicates() {
        return true;
    }

    @Override
    protected Answer judge(Received request) {
        if (!knowsKey(request.header("api-key"))) {
            return error(401, "BadApiKey", "Invalid API key");
        }
        JsonNode body = request.body();
        if (!request.method().equals("POST") || !request.isJsonByItsContentType() || !body.isObject()) {
            return error(400, "BadJsonBody", "no JSON");
        }
        String wrong = switch (request.path()) {
            case "/api/users/update" -> body.path("dataFields").isObject() ? user(body, true) : "dataFields is missing";
            case "/api/events/track" -> event(body);
            case "/api/commerce/trackPurchase" -> purchase(body);
            default -> "";
        };
        if (wrong != null) {
            return wrong.isEmpty() ? Answer.of(404, "") : error(400, wrong.startsWith("Invalid email")
                    ? "InvalidEmailAddressError" : "BadParams", wrong);
        }
        JsonNode user = body.path("user").isObject() ? body.path("user") : body;
        ingest(user.path("email").asText(user.path("userId").asText()),
                body.has("id") ? request.path() + body.path("id").asText() : "", body, request);
        return Answer.of(200, "{\"msg\":\"\",\"code\":\"Success\",\"params\":null}");
    }

    private String event(JsonNode body) {
        return !isText(body.path("eventName")) ? "eventName is missing"
                : !body.path("dataFields").isObject() ? "dataFields is no object" : common(body, body, false);
    }

    private String purchase(JsonNode body) {
        if (!body.path("total").isNumber() || !body.path("items").isArray() || body.path("items").isEmpty()) {
            return "total and items are required";
        }
        for (JsonNode item : body.path("items")) {
            if (!isText(item.path("id")) || !isText(item.path("name")) || !item.path("price").isNumber()
                    || !item.path("quantity").isInt()) {
                return "an item needs id, name, price and quantity";
            }
        }
        return common(body, body.path("user"), true);
    }

    private String common(JsonNode body, JsonNode user, boolean creates) {
        long at = body.path("createdAt").asLong();
        return body.path("id").asText().length() > 512 ? "id is too long"
                : !body.path("createdAt").isIntegralNumber() || at > 99_999_999_999L ? "createdAt is in seconds"
                        : body.has("campaignId") && !body.path("campaignId").isIntegralNumber()
                                ? "campaignId is a number"
                                : user(user, creates);
    }

    /** @return what is wrong with the user; null if nothing is */
    private String user(JsonNode user, boolean creates) {
        if (user.has("email")) {
            return user.path("email").asText().matches("[^@\\s]+@[^@\\s]+") ? null : "Invalid email";
        }
        String id = user.path("userId").asText();
        if (id.isEmpty() || id.length() > 52) {
            return "userId is missing or longer than 52 characters";
        }
        if (creates && user.path("preferUserId").asBoolean()) {
            users.add(id);
        }
        return creates && !users.contains(id) ? "userId is unknown; preferUserId creates it" : null;
    }

    private static boolean isText(JsonNode node) {
        return node.isTextual() && !node.asText().isEmpty();
    }

    private static Answer error(int status, String code, String message) {
        return Answer.of(status, "{\"msg\":\"" + message + "\",\"code\":\"" + code + "\",\"params\":null}");
    }
}
