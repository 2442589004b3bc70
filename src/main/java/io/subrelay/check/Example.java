package io.subrelay.check;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeType;
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
 * @param events   at least one, in the order of their acceptance
 * @param settings those that are not at their default, keys included
 * @param expected {@code requests}, {@code skip} or {@code refuse}
 */
record Example(List<Event> events, Map<String, String> settings, JsonNode expected) {

    /** An example that cannot be read; the message is one plain sentence. */
    static final class Unreadable extends Exception {

        private final String file;
        private final int line;

        private Unreadable(String message) {
            this(null, 0, message);
        }

        private Unreadable(String file, int line, String message) {
            super(message);
            this.file = file;
            this.line = line;
        }

        /** @param example as it is shown: it is to blame, unless a webhook is that it names */
        Fault fault(String example) {
            return Fault.fault(file == null ? example : file, line, getMessage());
        }
    }

    private static final ObjectReader JSON =
            WebhookReader.EXACT.reader().with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    private static final WebhookReader WEBHOOKS = new WebhookReader();

    static Example read(Path path, Folder folder) throws Unreadable {
        JsonNode json = parse(path, folder);
        if (!json.isObject()) {
            throw new Unreadable("an example is a JSON object with given and expect");
        }
        members("", json, Set.of("name", "given", "expect"));
        JsonNode given = json.path("given");
        members("given", given, given.has("webhook")
                ? Set.of("webhook", "with", "without", "settings") : Set.of("events", "settings"));
        JsonNode expected = json.path("expect");
        members("expect", expected, Set.of("requests", "skip", "refuse"));
        if (expected.size() != 1) {
            throw new Unreadable("expect needs one of requests, skip and refuse");
        }
        for (JsonNode request : member("expect", expected, "requests", JsonNodeType.ARRAY)) {
            members("expect.requests", request, Set.of("method", "path", "headers", "body", "has"));
            member("expect.requests", request, "headers", JsonNodeType.OBJECT);
        }
        return new Example(events(given, folder), settings(given), expected);
    }

    private static JsonNode parse(Path path, Folder folder) throws Unreadable {
        try {
            return JSON.readTree(Files.readString(path));
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new Unreadable(folder.shown(path), at == null ? 0 : at.getLineNr(), "this is no JSON: "
                    + e.getOriginalMessage().lines().findFirst().orElse("").replaceFirst("\\s*\\(.*", ""));
        } catch (IOException e) {
            throw new Unreadable(folder.shown(path), 0, "this file cannot be read as UTF-8 text");
        }
    }

    private static void members(String where, JsonNode object, Set<String> known) throws Unreadable {
        String place = where.isEmpty() ? "an example" : where;
        if (!object.isObject()) {
            throw new Unreadable(place + " is missing or not an object");
        }
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String name = member.getKey();
            if (!known.contains(name)) {
                throw new Unreadable(place + " has no member " + name + Nearest.hint(name, known));
            }
        }
    }

    /** A member that may be left out. */
    private static JsonNode member(String place, JsonNode object, String name, JsonNodeType type) throws Unreadable {
        JsonNode member = object.path(name);
        if (!member.isMissingNode() && member.getNodeType() != type) {
            throw new Unreadable(place + "." + name + (type == JsonNodeType.ARRAY ? " is no list" : " is no object"));
        }
        return member;
    }

    private static List<Event> events(JsonNode given, Folder folder) throws Unreadable {
        if (given.has("webhook")) {
            ObjectNode single = ((ObjectNode) given).deepCopy();
            single.remove("settings");
            return List.of(event("given", single, folder));
        }
        JsonNode list = given.path("events");
        if (!list.isArray() || list.isEmpty()) {
            throw new Unreadable("given.events has to be a list of at least one webhook");
        }
        List<Event> events = new ArrayList<>();
        for (JsonNode each : list) {
            events.add(event("given.events[" + events.size() + "]", each, folder));
        }
        return events;
    }

    private static Event event(String place, JsonNode given, Folder folder) throws Unreadable {
        JsonNode webhook = given.has("webhook") ? named(place, given, folder) : given;
        try {
            return WEBHOOKS.read(webhook.toString().getBytes(StandardCharsets.UTF_8));
        } catch (Rejected e) {
            throw new Unreadable(place + " is no webhook: " + e.getMessage());
        }
    }

    /** A webhook of the folder, with what differs. */
    private static JsonNode named(String place, JsonNode given, Folder folder) throws Unreadable {
        members(place, given, Set.of("webhook", "with", "without"));
        JsonNode with = member(place, given, "with", JsonNodeType.OBJECT);
        JsonNode without = member(place, given, "without", JsonNodeType.ARRAY);
        Path webhooks = folder.webhooks();
        if (!Files.isDirectory(webhooks)) {
            throw new Unreadable(folder.shown(webhooks), 0, "this folder is missing, and examples name its"
                    + " webhooks: take it from the release, or write the webhooks out");
        }
        String name = given.path("webhook").asText();
        List<String> known = Examples.files(webhooks).stream()
                .map(file -> file.getFileName().toString().replaceFirst("\\.json$", "")).toList();
        if (!known.contains(name)) {
            throw new Unreadable(place + ": there is no webhook " + name + ".json in the folder "
                    + webhooks.getFileName() + Nearest.hint(name, known));
        }
        JsonNode webhook = parse(webhooks.resolve(name + ".json"), folder);
        if (webhook.path("event") instanceof ObjectNode event) {
            with.properties().forEach(member -> event.set(member.getKey(), member.getValue()));
            without.forEach(member -> event.remove(member.asText()));
        }
        return webhook;
    }

    private static Map<String, String> settings(JsonNode given) throws Unreadable {
        Map<String, String> settings = new TreeMap<>();
        for (var setting : member("given", given, "settings", JsonNodeType.OBJECT).properties()) {
            if (setting.getValue().isContainerNode()) {
                throw new Unreadable("given.settings." + setting.getKey() + " is no text");
            }
            settings.put(setting.getKey(), setting.getValue().asText());
        }
        return settings;
    }
}
