package io.subrelay.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.subrelay.event.EnrichedEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What would be sent otherwise: of each destination each change once, with how many events have it. */
final class Differences {

    /** What is beyond is told together. */
    private static final int MAX_FIELDS = 500;
    private static final int MAX_CHANGES = 3;

    /**
     * A change of a field of requests.
     *
     * @param before null, as is {@code after}, for all other values of the field
     */
    record Change(String field, JsonNode before, JsonNode after) {
    }

    /** Those of a destination. */
    static final class OfDestination {

        /** How often each field was seen with a change that is told. */
        private final Map<String, Integer> fields = new HashMap<>();
        /** The ids of the events that have it. */
        final Map<Change, List<String>> changes = new LinkedHashMap<>();
        int events;

        private void add(String id, List<Change> found) {
            events++;
            found.stream().map(this::told).distinct()
                    .forEach(change -> changes.computeIfAbsent(change, it -> new ArrayList<>()).add(id));
        }

        private Change told(Change change) {
            if (changes.containsKey(change)) {
                return change;
            }
            if (fields.size() == MAX_FIELDS && !fields.containsKey(change.field())) {
                return new Change("(more fields)", null, null);
            }
            return fields.merge(change.field(), 1, Integer::sum) <= MAX_CHANGES ? change
                    : new Change(change.field(), null, null);
        }
    }

    /** Of those destinations that have any, by name. */
    final Map<String, OfDestination> destinations = new TreeMap<>();
    private final DiffOptions wanted;
    private int events;

    Differences(DiffOptions wanted) {
        this.wanted = wanted;
    }

    /** @param before what each destination would be sent; one that is not there is sent nothing */
    void add(EnrichedEvent event, JsonNode before, JsonNode after) {
        events++;
        Personal personal = null;
        Set<String> names = new LinkedHashSet<>();
        before.fieldNames().forEachRemaining(names::add);
        after.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            if (wanted.wants(name) && !before.path(name).equals(after.path(name))) {
                personal = personal == null && !wanted.values ? new Personal(event) : personal;
                List<Change> changes = new Comparison(personal).of(before.path(name), after.path(name));
                if (!changes.isEmpty()) {
                    destinations.computeIfAbsent(name, it -> new OfDestination()).add(event.event().id(), changes);
                }
            }
        }
    }

    /** How many were compared. */
    int events() {
        return events;
    }

    /** The changes of one event at one destination. */
    private static final class Comparison {

        private final Personal personal;
        private final List<Change> changes = new ArrayList<>();

        /** @param personal null if personal data is shown */
        private Comparison(Personal personal) {
            this.personal = personal;
        }

        private List<Change> of(JsonNode before, JsonNode after) {
            JsonNode was = decision(before);
            JsonNode is = decision(after);
            if (!was.equals(is)) {
                add("decision", "decision", was, is, false);
            } else if (was.asText().equals("send")) {
                compare("requests", "", before.path("requests"), after.path("requests"), false);
            }
            return changes;
        }

        private static JsonNode decision(JsonNode preview) {
            String decision = preview.path("decision").asText();
            return preview.isMissingNode() ? MissingNode.getInstance()
                    : TextNode.valueOf(preview.has("reason") ? decision + ": " + preview.path("reason").asText()
                            : decision);
        }

        /** @see Personal#mask */
        private void compare(String field, String name, JsonNode before, JsonNode after, boolean persons) {
            if (before.isObject() && after.isObject()) {
                Set<String> names = new LinkedHashSet<>();
                before.fieldNames().forEachRemaining(names::add);
                after.fieldNames().forEachRemaining(names::add);
                for (String each : names) {
                    compare(field + member(personal == null ? each : personal.name(each)), Personal.member(name, each),
                            before.path(each), after.path(each), persons || Personal.isPersons(each));
                }
            } else if (before.isArray() && after.isArray()) {
                for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
                    compare(field + "[" + i + "]", name, before.path(i), after.path(i), persons);
                }
            } else if (!(before.isNumber() && after.isNumber()
                    ? before.decimalValue().compareTo(after.decimalValue()) == 0 : before.equals(after))) {
                add(field, name, before, after, persons);
            }
        }

        private static String member(String name) {
            return name.matches("[A-Za-z_$][\\w$-]*") ? "." + name : "[" + TextNode.valueOf(name) + "]";
        }

        private void add(String field, String name, JsonNode before, JsonNode after, boolean persons) {
            changes.add(new Change(field, personal == null ? before : personal.mask(name, before, persons),
                    personal == null ? after : personal.mask(name, after, persons)));
        }
    }
}
