package io.subrelay.check;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Language;
import org.snakeyaml.engine.v2.nodes.Node;

/** Whether the expressions in jq and simple of a file compile, and read what events have. */
final class Expressions {

    private static final Pattern AT = Pattern.compile("(?s)jq, line (\\d+), column \\d+: (.*)");
    private static final Set<String> PREDICATES = Set.of("when", "filter", "onWhen", "validate", "completionPredicate",
            "retryWhile", "handled", "continued");

    private final CamelContext camel;
    private final Placeholders placeholders;
    private final EventNames names;

    Expressions(CamelContext camel, Placeholders placeholders, Folder folder) {
        this.camel = camel;
        this.placeholders = placeholders;
        this.names = new EventNames(folder);
    }

    List<Fault> faults(RouteFile file) {
        List<Fault> faults = new ArrayList<>();
        YamlWalk.through(file, (name, key, value, owners) -> {
            if (name.equals("jq") || name.equals("simple")) {
                Node expression = Yaml.text(value) == null ? Yaml.get(value, "expression") : value;
                String text = expression == null || Yaml.text(expression) == null ? null
                        : placeholders.resolve(Yaml.text(expression));
                if (text != null) {
                    names.check(text, (at, message) -> faults
                            .add(file.fault(Placeholders.line(expression, text, at), message)));
                    compile(name, text, isPredicate(owners), expression, file, faults);
                }
            }
        });
        return faults;
    }

    /** What the functions that all files share read of an event. */
    List<Fault> ofFunctions(RouteFile file) {
        List<Fault> faults = new ArrayList<>();
        names.check(file.text(), (at, message) -> faults.add(
                file.fault(1 + Placeholders.lines(file.text(), at), message)));
        return faults;
    }

    private static boolean isPredicate(Deque<String> owners) {
        for (String owner : owners) {
            if (!owner.equals("expression")) {
                return PREDICATES.contains(owner);
            }
        }
        return false;
    }

    private void compile(String name, String text, boolean predicate, Node node, RouteFile file, List<Fault> faults) {
        Language language = camel.resolveLanguage(name);
        try {
            if (predicate) {
                language.createPredicate(text).init(camel);
            } else {
                language.createExpression(text).init(camel);
            }
        } catch (RuntimeException e) {
            String message = name.equals("jq") ? String.valueOf(e.getMessage()) : Blame.oneLine(e);
            int line = Yaml.textLine(node);
            Matcher at = AT.matcher(message);
            if (at.matches()) {
                line += Yaml.keepsLines(node) ? Integer.parseInt(at.group(1)) - 1 : 0;
                message = "jq: " + at.group(2);
            } else if (name.equals("simple")) {
                message = "simple: " + message.replaceFirst("\\s*\\^\\s*$", "");
            }
            faults.add(file.fault(line, message));
        }
    }
}
