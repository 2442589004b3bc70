package io.subrelay.check;

import io.subrelay.config.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.snakeyaml.engine.v2.nodes.Node;

/** Settings that route files read: <code>{{name}}</code>, and {@code setting("name")} in jq. */
final class Placeholders {

    private static final Pattern INNERMOST = Pattern.compile("\\{\\{([^{}]*)}}");
    private static final Pattern SETTING = Pattern.compile(
            "\\b(?:setting\\(\\s*\"([^\"\\\\]*)\"\\s*(\\)|\\+\\s*[.$]?(\\w*))|renamed_by\\(\"([^\"]*)\"\\))");

    private final CamelContext camel;
    private final Collection<String> known;
    /** The settings that were read by any file so far. */
    final Set<String> used = new TreeSet<>();
    /** The beginnings of names that were read by kind, by any file so far: {@code "crm.event-name."}. */
    final Set<String> byKind = new TreeSet<>();
    /** The files that read a setting which has no value. */
    final Set<String> unresolved = new TreeSet<>();

    /** @param known the names of all settings */
    Placeholders(CamelContext camel, Collection<String> known) {
        this.camel = camel;
        this.known = known;
    }

    List<Fault> faults(RouteFile file) {
        List<Fault> faults = new ArrayList<>();
        YamlWalk.scalars(file.root(), scalar -> check(file, scalar, faults));
        return faults;
    }

    /** Takes note of the settings that functions read which all files share. */
    void read(String jq) {
        SETTING.matcher(jq).results().filter(call -> call.group(1) != null)
                .forEach(call -> (call.group(2).equals(")") ? used : byKind).add(call.group(1)));
    }

    private void check(RouteFile file, Node scalar, List<Fault> faults) {
        String text = Yaml.text(scalar);
        int stray = stray(text);
        if (stray >= 0) {
            String braces = text.substring(stray, stray + 2);
            faults.add(file.fault(line(scalar, text, stray), "'" + braces + "' is where Camel takes a"
                    + " setting to " + (braces.equals("{{") ? "begin" : "end") + "; write '" + braces.charAt(0) + " "
                    + braces.charAt(0) + "' for braces of an expression"));
            return;
        }
        checkCalls(file, scalar, text, faults);
        Matcher placeholder = INNERMOST.matcher(text);
        while (placeholder.find()) {
            String name = placeholder.group(1).trim();
            int line = line(scalar, text, placeholder.start());
            String plain = name.replaceFirst("^[?!]", "").replaceFirst(":.*", "");
            used.add(plain);
            if (!name.startsWith("?") && resolve("{{" + name + "}}") == null) {
                unresolved.add(file.name());
                missing(name, plain).ifPresent(message -> faults.add(file.fault(line, message)));
            }
        }
    }

    /** Where two braces are that enclose no setting; -1 if there are none. */
    private static int stray(String text) {
        String rest = text;
        while (INNERMOST.matcher(rest).find()) {
            rest = INNERMOST.matcher(rest).replaceAll(setting -> " ".repeat(setting.group().length()));
        }
        Matcher braces = Pattern.compile("\\{\\{|}}").matcher(rest);
        return braces.find() ? braces.start() : -1;
    }

    /** A setting can be made of others; where those are variants of it, such as regions, another check tells it. */
    private Optional<String> missing(String name, String plain) {
        if (name.startsWith("env:")) {
            return Optional.of("the environment has no variable " + name.substring(4));
        }
        if (!known.contains(plain)) {
            return Optional.of("there is no setting " + name + Nearest.hint(name, known));
        }
        return known.stream().anyMatch(each -> each.startsWith(plain + ".")) ? Optional.empty()
                : Optional.of("the setting " + name + " is made of one that is not set");
    }

    private void checkCalls(RouteFile file, Node scalar, String text, List<Fault> faults) {
        Matcher call = SETTING.matcher(text);
        while (call.find()) {
            int line = line(scalar, text, call.start());
            if (")".equals(call.group(2))) {
                String name = call.group(1);
                used.add(name);
                if (!known.contains(name) && resolve("{{" + name + "}}") == null) {
                    faults.add(file.fault(line, "there is no setting " + name + Nearest.hint(name, known)));
                }
                continue;
            }
            String prefix = call.group(1) == null ? call.group(4) : call.group(1);
            List<String> members = known.stream().filter(each -> each.startsWith(prefix)).toList();
            if ("kind".equals(call.group(3))) {
                byKind.add(prefix);
            } else if (Folder.defaults().stringPropertyNames().stream().noneMatch(each -> each.startsWith(prefix))) {
                used.addAll(members);
            }
            if (members.isEmpty()) {
                Set<String> beginnings = new TreeSet<>();
                known.forEach(each -> beginnings.add(each.substring(0, each.lastIndexOf('.') + 1)));
                faults.add(file.fault(line, "no setting begins with " + prefix + Nearest.hint(prefix, beginnings)));
            }
        }
    }

    /** The line of the file where an offset of a scalar's text is. */
    static int line(Node scalar, String text, int offset) {
        return Yaml.textLine(scalar) + (Yaml.keepsLines(scalar) ? lines(text, offset) : 0);
    }

    /** The number of line ends before an offset. */
    static int lines(String text, int offset) {
        return (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
    }

    /** The text with every setting in it; null if one is missing. */
    String resolve(String text) {
        try {
            return camel.resolvePropertyPlaceholders(text);
        } catch (RuntimeException e) {
            return null;
        }
    }
}
