package io.subrelay.check;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.config.Nearest;
import io.subrelay.event.Event;
import io.subrelay.webhook.Rejected;
import io.subrelay.webhook.WebhookReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a destination is to be sent, by example. The events before the last one only make the customer what it is; what
 * is expected is expected for the last one.
 *
 * <p>{@code given.events} is a list of webhooks. Each is written out, or is one of the folder {@code examples/} and
 * what differs in its event: {@code {"webhook": "renewal", "with": {"price": null}, "without": ["offer_code"]}}. A
 * single one can stand in {@code given} itself.
 *
 * @param destination whose example it is
 * @param file        as it is shown
 * @param name        what it shows; the name of its file if it does not say
 * @param events      at least one, in the order of their acceptance
 * @param settings    those that are not at their default, keys included
 * @param expected    {@code requests}, {@code skip} or {@code refuse}
 */
record Example(String destination, String file, String name, List<Event> events, Map<String, String> settings,
        JsonNode expected) {

    /** An example that cannot be read; the message is one plain sentence. */
    static final class Unreadable extends Exception {

        private final int line;

        private Unreadable(int line, String message) {
            super(message);
            this.line = line;
        }

        int line() {
            return line;
        }
    }

    private static final ObjectReader JSON = JsonMapper.builder().build().reader()
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .with(com.fasterxml.jackson.core.JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    private static final WebhookReader WEBHOOKS = new WebhookReader();

    /** @param webhooks the folder of the webhooks that examples name; there need not be one */
    static Example read(Path path, String file, String destination, Path webhooks) throws Unreadable {
        JsonNode json = parse(path);
        if (!json.isObject()) {
            throw new Unreadable(0, "an example is a JSON object with given and expect");
        }
        members("", json, Set.of("name", "given", "expect"));
        JsonNode given = json.path("given");
        members("given", given, given.has("webhook")
                ? Set.of("webhook", "with", "without", "settings") : Set.of("events", "settings"));
        JsonNode expected = json.path("expect");
        members("expect", expected, Set.of("requests", "skip", "refuse"));
        if (expected.size() != 1) {
            throw new Unreadable(0, "expect needs one of requests, skip and refuse");
        }
        for (JsonNode request : expected.path("requests")) {
            members("expect.requests", request, Set.of("method", "path", "headers", "body", "has"));
        }
        String fileName = path.getFileName().toString();
        return new Example(destination, file, json.path("name").asText(fileName.replaceFirst("\\.json$", "")),
                events(given, webhooks), settings(given.path("settings")), expected);
    }

    private static JsonNode parse(Path path) throws Unreadable {
        try {
            return JSON.readTree(Files.readString(path));
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new Unreadable(at == null ? 0 : at.getLineNr(), "this is no JSON: "
                    + e.getOriginalMessage().lines().findFirst().orElse("").replaceFirst("\\s*\\(.*", ""));
        } catch (IOException e) {
            throw new Unreadable(0, "this file cannot be read as UTF-8 text");
        }
    }

    private static void members(String where, JsonNode object, Set<String> known) throws Unreadable {
        String place = where.isEmpty() ? "an example" : where;
        if (!object.isObject()) {
            throw new Unreadable(0, place + " is missing or not an object");
        }
        for (Iterator<String> names = object.fieldNames(); names.hasNext();) {
            String name = names.next();
            if (!known.contains(name)) {
                throw new Unreadable(0, place + " has no member " + name + Nearest.hint(name, known));
            }
        }
    }

    private static List<Event> events(JsonNode given, Path webhooks) throws Unreadable {
        if (given.has("webhook")) {
            ObjectNode single = ((ObjectNode) given).deepCopy();
            single.remove("settings");
            return List.of(event("given", single, webhooks));
        }
        JsonNode list = given.path("events");
        if (!list.isArray() || list.isEmpty()) {
            throw new Unreadable(0, "given.events has to be a list of at least one webhook");
        }
        List<Event> events = new ArrayList<>();
        for (JsonNode each : list) {
            events.add(event("given.events[" + events.size() + "]", each, webhooks));
        }
        return events;
    }

    private static Event event(String place, JsonNode given, Path webhooks) throws Unreadable {
        JsonNode webhook = given.has("webhook") ? named(place, given, webhooks) : given;
        try {
            return WEBHOOKS.read(webhook.toString().getBytes(StandardCharsets.UTF_8));
        } catch (Rejected e) {
            throw new Unreadable(0, place + " is no webhook: " + e.getMessage());
        }
    }

    /** A webhook of the folder, with what differs. */
    private static JsonNode named(String place, JsonNode given, Path webhooks) throws Unreadable {
        members(place, given, Set.of("webhook", "with", "without"));
        String name = given.path("webhook").asText();
        List<String> known = Examples.files(webhooks).stream()
                .map(file -> file.getFileName().toString().replaceFirst("\\.json$", "")).toList();
        if (!known.contains(name)) {
            throw new Unreadable(0, place + ": there is no webhook " + name + ".json in the folder "
                    + webhooks.getFileName() + Nearest.hint(name, known));
        }
        JsonNode webhook = parse(webhooks.resolve(name + ".json"));
        if (webhook.path("event") instanceof ObjectNode event) {
            given.path("with").properties().forEach(member -> event.set(member.getKey(), member.getValue()));
            given.path("without").forEach(member -> event.remove(member.asText()));
        }
        return webhook;
    }

    private static Map<String, String> settings(JsonNode given) throws Unreadable {
        Map<String, String> settings = new TreeMap<>();
        for (Map.Entry<String, JsonNode> setting : given.properties()) {
            if (setting.getValue().isContainerNode()) {
                throw new Unreadable(0, "given.settings." + setting.getKey() + " is no text");
            }
            settings.put(setting.getKey(), setting.getValue().asText());
        }
        return settings;
    }
}
