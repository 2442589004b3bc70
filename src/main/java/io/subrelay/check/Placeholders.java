package io.subrelay.check;

import io.subrelay.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.snakeyaml.engine.v2.nodes.Node;

/** Settings that route files read: <code>{{name}}</code>. */
final class Placeholders {

    private static final Pattern INNERMOST = Pattern.compile("\\{\\{([^{}]*)}}");

    private final CamelContext camel;
    private final Collection<String> known;
    private final Set<String> used = new TreeSet<>();

    /** @param known the names of all settings */
    Placeholders(CamelContext camel, Collection<String> known) {
        this.camel = camel;
        this.known = known;
    }

    /** The settings that were read by any file so far. */
    Set<String> used() {
        return used;
    }

    List<Fault> faults(RouteFile file) {
        List<Fault> faults = new ArrayList<>();
        Walk.scalars(file.root(), scalar -> check(file, scalar, faults));
        return faults;
    }

    private void check(RouteFile file, Node scalar, List<Fault> faults) {
        String text = Yaml.text(scalar);
        Matcher placeholder = INNERMOST.matcher(text);
        while (placeholder.find()) {
            String name = placeholder.group(1).trim();
            int line = Yaml.textLine(scalar) + (Yaml.keepsLines(scalar)
                    ? (int) text.substring(0, placeholder.start()).chars().filter(c -> c == '\n').count() : 0);
            String plain = name.replaceFirst("^[?!]", "").replaceFirst(":.*", "");
            used.add(plain);
            if (!name.startsWith("?") && resolve("{{" + name + "}}") == null) {
                faults.add(Fault.fault(file.name(), line, name.startsWith("env:")
                        ? "the environment has no variable " + name.substring(4)
                        : "there is no setting " + name + Nearest.hint(name, known)));
            }
        }
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
