package io.subrelay.check;

import io.subrelay.Nearest;
import io.subrelay.webhook.Kind;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Language;
import org.snakeyaml.engine.v2.nodes.Node;

/** Whether the expressions in jq and simple of a file compile. */
final class Expressions {

    private static final Pattern AT = Pattern.compile("(?s)jq, line (\\d+), column \\d+: (.*)");
    private static final Set<String> PREDICATES = Set.of("when", "filter", "onWhen", "validate", "completionPredicate",
            "retryWhile", "handled", "continued");

    /** The kind of an event, compared with one or with several. */
    private static final Pattern KIND = Pattern.compile(
            "(?:\\.kind\\b\\)?|\\$\\{variable\\.kind}|variable\\(\"kind\"\\))\\s*(?:==|!=|!?in\\b|\\|\\s*IN)\\s*"
                    + "(\\([^)]*\\)|\"[^\"]*\"|'[^']*')");

    private final CamelContext camel;
    private final Placeholders placeholders;

    Expressions(CamelContext camel, Placeholders placeholders) {
        this.camel = camel;
        this.placeholders = placeholders;
    }

    List<Fault> faults(RouteFile file) {
        List<Fault> faults = new ArrayList<>();
        Walk.through(file, (name, key, value, owners) -> {
            if (name.equals("jq") || name.equals("simple")) {
                Node expression = Yaml.text(value) == null ? Yaml.get(value, "expression") : value;
                String text = expression == null || Yaml.text(expression) == null ? null
                        : placeholders.resolve(Yaml.text(expression));
                if (text != null) {
                    kinds(text, expression, file, faults);
                    compile(name, text, isPredicate(owners), expression, file, faults);
                }
            }
        });
        return faults;
    }

    /** A kind that is like a known one is misspelt; another may be newer than this release. */
    private static void kinds(String text, Node node, RouteFile file, List<Fault> faults) {
        Matcher compared = KIND.matcher(text);
        while (compared.find()) {
            for (String kind : compared.group(1).replaceAll("[\"'()\\s]", "").split("[,;]")) {
                String hint = Kind.KNOWN.contains(kind) ? "" : Nearest.hint(kind, Kind.KNOWN);
                if (!hint.isEmpty()) {
                    int line = Yaml.textLine(node) + (Yaml.keepsLines(node)
                            ? (int) text.substring(0, compared.start()).chars().filter(c -> c == '\n').count() : 0);
                    faults.add(Fault.fault(file.name(), line, "there is no kind " + kind + hint));
                }
            }
        }
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
            faults.add(Fault.fault(file.name(), line, message));
        }
    }
}
