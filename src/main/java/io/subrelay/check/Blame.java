package io.subrelay.check;

import io.subrelay.config.Settings;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.util.ObjectHelper;
import org.snakeyaml.engine.v2.nodes.Node;
import org.springframework.core.NestedExceptionUtils;

/** Finds out of a failure to build routes what is wrong, and where. */
final class Blame {

    private static final Pattern DEFINITIONS = Pattern.compile("file:([^,]+), line (\\d+), column \\d+: (.*)");

    private Blame() {
    }

    /** @param files one of which is to blame */
    static Fault of(Throwable failure, Collection<RouteFile> files, Folder folder) {
        Settings.InvalidSetting setting = ObjectHelper.getException(Settings.InvalidSetting.class, failure);
        if (setting != null) {
            return SettingsFile.read(folder).fault(setting);
        }
        FailedToCreateRouteException route = ObjectHelper.getException(FailedToCreateRouteException.class, failure);
        String told = Stream.iterate(failure, Objects::nonNull, Throwable::getCause).map(Throwable::getMessage)
                .collect(Collectors.joining("\n", route == null ? "" : route.getLocation() + "\n", ""));
        for (RouteFile file : files) {
            Matcher place = Pattern.compile(Pattern.quote(file.name()) + ":(\\d+)").matcher(told);
            if (place.find()) {
                return of(failure, file, Integer.parseInt(place.group(1)));
            }
            for (RouteFile.Route each : file.routes()) {
                if (route != null && route.getRouteId().equals(each.id())) {
                    return of(failure, file, each.idLine());
                }
            }
        }
        return files.size() == 1 ? of(failure, files.iterator().next(), 0) : Fault.fault("", 0, oneLine(failure));
    }

    private static Fault of(Throwable failure, RouteFile file, int line) {
        PropertyBindingException option = ObjectHelper.getException(PropertyBindingException.class, failure);
        if (option != null && option.getPropertyName() != null) {
            return option(file, option.getPropertyName(), option.getValue());
        }
        ClassNotFoundException type = ObjectHelper.getException(ClassNotFoundException.class, failure);
        return type == null ? file.fault(line, oneLine(failure))
                : file.fault(lineWith(type.getMessage(), file), "there is no class " + type.getMessage()
                        + "; put the jar file that has it, and those that it depends on, into the folder ext/");
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

    private static Fault option(RouteFile file, String option, Object value) {
        int[] line = {0};
        YamlWalk.through(file.root(), (name, key, given, owners) -> {
            Node at = name.equals("parameters") ? Yaml.key(given, option) : name.equals(option) ? key : null;
            line[0] = at == null || line[0] > 0 ? line[0] : Yaml.line(at);
        });
        return file.fault(line[0], option + " cannot be '" + value + "'");
    }

    /** What the innermost cause says, in one line. */
    static String oneLine(Throwable failure) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
        return oneLine(root.getMessage() == null ? root.toString() : root.getMessage());
    }

    static String oneLine(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining(" "));
    }
}
