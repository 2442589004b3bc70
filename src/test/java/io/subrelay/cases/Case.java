package io.subrelay.cases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.event.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A sequence of webhooks and what has to come out of it, in whichever order they arrive: a file of
 * {@code src/test/resources/cases}.
 *
 * <pre>
 * {"why": the rule,
 *  "as_of_ms": the time for which access is told,
 *  "each": {fields that every event has unless it says otherwise; may be left out},
 *  "webhooks": [{"event": {…}}…],
 *  "erase": [ids of customers that are erased before looking; may be left out],
 *  "expect": {"customers": {id: {"subscription_status", "active_entitlements", "SANDBOX": {the same of the sandbox}}},
 *             "requests": [{"destination", "last": true | "event": id, "has": {…}}…]}}
 * </pre>
 *
 * A time (a field that ends with {@code _ms}) may be text, relative to {@code as_of_ms}: {@code "-5d"}, {@code "+2h"},
 * {@code "-30m"}, {@code "-1s"}, {@code "now"}. An event without an id gets one by its place in the list.
 *
 * <p>The fold's test looks at {@link #customers()}. A test of what destinations end with plays {@link #webhooks()} and
 * {@link #reversed()}, each event enriched in turn and routed, and compares {@link #requests()}: the last request to
 * {@code destination}, or the one of the named event, has to have these fields. What a destination holds in the end is
 * that of the customer in {@link #customers()}.
 */
public record Case(String name, JsonNode json, List<Event> webhooks) {

    private static final Path FOLDER = Path.of("src/test/resources/cases");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, Long> UNITS = Map.of(
            "d", TimeUnit.DAYS.toMillis(1), "h", TimeUnit.HOURS.toMillis(1), "m", TimeUnit.MINUTES.toMillis(1),
            "s", TimeUnit.SECONDS.toMillis(1));

    /** All of them, by name. */
    public static Stream<Case> all() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().map(Case::read).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Case read(Path file) {
        try {
            JsonNode json = JSON.readTree(Files.readString(file));
            long asOf = json.path("as_of_ms").longValue();
            List<Event> events = new ArrayList<>();
            for (JsonNode given : json.path("webhooks")) {
                ObjectNode event = JSON.createObjectNode();
                event.put("id", "event-" + (events.size() + 1));
                if (json.has("each")) {
                    event.setAll((ObjectNode) json.path("each"));
                }
                event.setAll((ObjectNode) given.path("event"));
                event.properties().forEach(field -> {
                    if (field.getKey().endsWith("_ms") && field.getValue().isTextual()) {
                        event.put(field.getKey(), time(field.getValue().textValue(), asOf));
                    }
                });
                ObjectNode webhook = JSON.createObjectNode().put("api_version", "1.0").set("event", event);
                events.add(Event.of(webhook, webhook.toString()));
            }
            return new Case(file.getFileName().toString().replace(".json", ""), json, List.copyOf(events));
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException(file.toString(), e);
        }
    }

    private static long time(String text, long asOf) {
        if (text.equals("now")) {
            return asOf;
        }
        long unit = UNITS.get(text.substring(text.length() - 1));
        return asOf + Math.round(Double.parseDouble(text.substring(0, text.length() - 1)) * unit);
    }

    /** The time for which access is told, milliseconds since the epoch. */
    public long asOfMs() {
        return json.path("as_of_ms").longValue();
    }

    /** The webhooks from the last to the first. */
    public List<Event> reversed() {
        List<Event> reversed = new ArrayList<>(webhooks);
        Collections.reverse(reversed);
        return reversed;
    }

    /** What customers end as, by an id. */
    public Map<String, JsonNode> customers() {
        return JSON.convertValue(json.at("/expect/customers"),
                JSON.getTypeFactory().constructMapType(java.util.TreeMap.class, String.class, JsonNode.class));
    }

    /** What destinations are sent; empty where the case does not speak of them. */
    public List<JsonNode> requests() {
        List<JsonNode> requests = new ArrayList<>();
        json.at("/expect/requests").forEach(requests::add);
        return requests;
    }

    /** The ids of customers that are erased before looking. */
    public List<String> erased() {
        List<String> ids = new ArrayList<>();
        json.path("erase").forEach(id -> ids.add(id.textValue()));
        return ids;
    }

    @Override
    public String toString() {
        return name;
    }
}
