package io.subrelay.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.subrelay.event.Event;
import io.subrelay.event.Kind;
import io.subrelay.event.Numbers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Reads a webhook and finds it valid or says what is wrong with it. Only what the relay cannot do without is asked for:
 * the sender may add fields and types at any time.
 */
public final class WebhookReader {

    /** Numbers stay as they were written, also where a double has no place for them; nothing may come after a value. */
    public static final ObjectMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

    /** The import makes these itself, of what RevenueCat's REST API told. */
    private static final Set<String> MADE = Set.of(Kind.CUSTOMER_IMPORTED);
    private static final Set<String> MADE_OR_OWN = Set.of(Kind.CUSTOMER_IMPORTED, Kind.CUSTOMER_UPDATE);
    private static final long END_OF_YEAR_9999 = 253_402_300_799_999L;

    private final Set<String> reserved;

    public WebhookReader() {
        this(false);
    }

    /** @param foreign whether it reads what a sender sends, and not also what a route makes as an event of its own */
    public WebhookReader(boolean foreign) {
        reserved = foreign ? MADE_OR_OWN : MADE;
    }

    /**
     * A type that names a kind which Subrelay makes itself is like any that is not known: of a kind without a meaning.
     *
     * @param  body     the request's body as it came
     * @return          the event, never null
     * @throws Rejected with status 400 if it is not JSON in UTF-8, has no {@code event}, or a field that is required is
     *                  missing or of the wrong type
     */
    public Event read(byte[] body) {
        String text = text(body);
        JsonNode webhook = parse(text);
        JsonNode event = webhook.path("event");
        if (!event.isObject()) {
            throw new Invalid("event is missing or not an object");
        }
        name(event, "id");
        name(event, "type");
        Long timestamp = Numbers.whole(event.path("event_timestamp_ms"));
        if (timestamp == null || timestamp < 0 || timestamp > END_OF_YEAR_9999) {
            throw new Invalid("event.event_timestamp_ms is missing or not an integer of milliseconds since the epoch");
        }
        Event read = Event.of(webhook, text);
        return reserved.contains(read.kind()) ? read.withKind(read.kind() + "_webhook") : read;
    }

    private static String text(byte[] body) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(body == null ? new byte[0] : body);
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new Invalid("the body is not UTF-8");
        }
    }

    private static JsonNode parse(String text) {
        JsonNode webhook;
        try {
            webhook = EXACT.readTree(text);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw new Invalid("the body is not JSON" + (at == null ? ""
                    : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")"));
        }
        if (!webhook.isObject()) {
            throw new Invalid("the body is not a JSON object");
        }
        return webhook;
    }

    private static void name(JsonNode event, String field) {
        JsonNode value = event.path(field);
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw new Invalid("event." + field + " is missing or not a string");
        }
    }
}
