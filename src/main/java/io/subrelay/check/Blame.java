package io.subrelay.check;

import io.subrelay.config.Settings;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.PropertyBindingException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Finds out of a failure to build routes what is wrong, and where. */
final class Blame {

    private static final Pattern PLACE = Pattern.compile("(?:file:)?([^\\s:]+\\.camel\\.yaml):(\\d+)");

    private static final Pattern DEFINITIONS = Pattern.compile("file:([^,]+), line (\\d+), column \\d+: (.*)");

    private Blame() {
    }

    /** @param file where nothing tells the place better */
    static Fault of(Throwable failure, RouteFile file, Folder folder) {
        int line = 0;
        String id = null;
        for (Throwable cause = failure; cause != null; cause = next(cause)) {
            if (cause instanceof Settings.InvalidSetting setting) {
                return SettingsFile.read(folder).fault(setting);
            }
            if (cause instanceof PropertyBindingException option && option.getPropertyName() != null) {
                return option(file, option.getPropertyName(), option.getValue());
            }
            if (cause instanceof ClassNotFoundException) {
                return file.fault(lineWith(cause.getMessage(), file), "there is no class " + cause.getMessage()
                        + "; put the jar file that has it, and those that it depends on, into the folder ext/");
            }
            if (cause instanceof FailedToCreateRouteException route) {
                id = route.getRouteId();
                line = line == 0 ? lineOf(String.valueOf(route.getLocation())) : line;
            }
            line = line == 0 ? lineOf(String.valueOf(cause.getMessage())) : line;
        }
        if (line == 0 && id != null) {
            for (RouteFile.Route route : file.routes()) {
                line = id.equals(route.id()) ? route.idLine() : line;
            }
        }
        return file.fault(line, oneLine(failure));
    }

    /** @param failure says {@code file:routes/mapping.jq, line 3, column 5: …} */
    static Fault definitions(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        Matcher at = DEFINITIONS.matcher(message);
        return at.matches() ? Fault.fault(at.group(1), Integer.parseInt(at.group(2)), "jq: " + at.group(3))
                : Fault.fault("", 0, message);
    }

    /** Where a file has a text for the first time; 0 if it is not there. */
    private static int lineWith(String text, RouteFile file) {
        List<String> lines = file.text().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i + 1;
            }
        }
        return 0;
    }

    private static int lineOf(String text) {
        Matcher place = PLACE.matcher(text);
        return place.find() ? Integer.parseInt(place.group(2)) : 0;
    }

    private static Fault option(RouteFile file, String option, Object value) {
        int[] line = {0};
        YamlWalk.through(file.root(), (name, key, given, owners) -> {
            Node at = name.equals("parameters") ? Yaml.key(given, option) : name.equals(option) ? key : null;
            line[0] = at == null || line[0] > 0 ? line[0] : Yaml.line(at);
        });
        return file.fault(line[0], option + " cannot be '" + value + "'");
    }

    /** The route that could not be built; null if it was not one route's fault. */
    static String route(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = next(cause)) {
            if (cause instanceof FailedToCreateRouteException route) {
                return route.getRouteId();
            }
        }
        return null;
    }

    /** What the innermost cause says, in one line. */
    static String oneLine(Throwable failure) {
        Throwable root = failure;
        while (next(root) != null) {
            root = next(root);
        }
        String message = root.getMessage() == null ? root.toString() : root.getMessage();
        return message.lines().map(String::strip).filter(line -> !line.isEmpty())
                .reduce((a, b) -> a + " " + b).orElse("");
    }

    private static Throwable next(Throwable failure) {
        return failure.getCause() == failure ? null : failure.getCause();
    }
}
