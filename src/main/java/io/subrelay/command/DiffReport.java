package io.subrelay.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The differences as they are told, the most frequent changes first. */
final class DiffReport {

    private static final int SHOWN_IDS = 3;
    private static final int MAX_LENGTH = 200;
    /** What changes the rest of a terminal's line, or hides in it; ends of lines are this command's own. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029&&[^\\r\\n]]");

    /** What a destination does before and after; {@code off} where it is not there. */
    private record Modes(String before, String after) {

        boolean differ() {
            return !before.equals(after);
        }
    }

    private final DiffOptions options;
    private final Differences differences;
    /** Of those destinations that differ. */
    private final Map<String, Modes> modes = new TreeMap<>();

    DiffReport(DiffOptions options, Differences differences, JsonNode modesBefore, JsonNode modesAfter) {
        this.options = options;
        this.differences = differences;
        TreeSet<String> names = new TreeSet<>();
        modesBefore.fieldNames().forEachRemaining(names::add);
        modesAfter.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            Modes of = new Modes(modesBefore.path(name).asText("off"), modesAfter.path(name).asText("off"));
            if (options.wants(name) && (of.differ() || differences.destinations.containsKey(name))) {
                modes.put(name, of);
            }
        }
    }

    /** Whether nothing differs. */
    boolean isEmpty() {
        return modes.isEmpty();
    }

    /** Whether there may be more events than were compared. */
    private boolean isCut() {
        return differences.events() >= options.events();
    }

    void print(PrintWriter out) {
        if (options.json) {
            out.println(escaped(json().toPrettyString()));
            return;
        }
        modes.forEach((name, mode) -> {
            Differences.OfDestination of = of(name);
            out.println(
                    name + ": " + SubrelayCommand.count(of.events, "event") + (of.events == 1 ? " differs" : " differ")
                            + (mode.differ() ? ", mode " + mode.before() + " -> " + mode.after() : ""));
            changes(of).forEach(change -> {
                Differences.Change field = change.getKey();
                out.println("  " + escaped(field.field()) + ": " + (field.before() == null ? "other values"
                        : shown(field.before()) + " -> " + shown(field.after())));
                out.println("    " + SubrelayCommand.count(change.getValue().size(), "event") + ": "
                        + escaped(some(change.getValue()).collect(Collectors.joining(", "))));
            });
        });
        out.println(SubrelayCommand.count(differences.events(), "event") + " compared, "
                + (isCut() ? "the newest (see --events), " : "")
                + (modes.isEmpty() ? "nothing differs" : modes.size() == 1 ? "1 destination differs"
                        : modes.size() + " destinations differ"));
    }

    private ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("events", differences.events())
                .put("newest_only", isCut());
        ObjectNode destinations = json.putObject("destinations");
        modes.forEach((name, mode) -> {
            ObjectNode destination = destinations.putObject(name).put("events", of(name).events);
            destination.putObject("mode").put("before", mode.before()).put("after", mode.after());
            var list = destination.putArray("changes");
            changes(of(name)).forEach(change -> {
                ObjectNode shown = list.addObject().put("field", change.getKey().field());
                if (change.getKey().before() == null) {
                    shown.put("other_values", true);
                } else {
                    set(shown, "before", change.getKey().before());
                    set(shown, "after", change.getKey().after());
                }
                shown.put("events", change.getValue().size());
                some(change.getValue()).forEach(shown.putArray("event_ids")::add);
            });
        });
        return json;
    }

    private static void set(ObjectNode change, String name, JsonNode value) {
        if (!value.isMissingNode()) {
            change.set(name, value);
        }
    }

    private Differences.OfDestination of(String name) {
        return differences.destinations.getOrDefault(name, new Differences.OfDestination());
    }

    private static List<Map.Entry<Differences.Change, List<String>>> changes(Differences.OfDestination of) {
        return of.changes.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.comparing(ids -> -ids.size()))).toList();
    }

    private static Stream<String> some(List<String> ids) {
        return ids.stream().limit(SHOWN_IDS);
    }

    private static String shown(JsonNode value) {
        String text = value.isMissingNode() ? "nothing" : value.toString();
        return escaped(text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "...");
    }

    private static String escaped(String text) {
        return CONTROL.matcher(text).replaceAll(found -> found.group().chars()
                .mapToObj(unit -> String.format(Locale.ROOT, "\\\\u%04X", unit)).collect(Collectors.joining()));
    }
}
