package io.subrelay.check;

import io.subrelay.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.spi.EndpointUriFactory;
import org.apache.camel.tooling.model.ComponentModel;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/** Where routes send to: components and options that there are, and addresses that no event can choose. */
final class Addresses {

    private static final Set<String> ENDPOINTS = Set.of("from", "to", "toD", "wireTap", "poll");
    private static final Set<String> DYNAMIC = Set.of("recipientList", "dynamicRouter", "routingSlip");
    private static final Set<String> EXPRESSED = Set.of("enrich", "pollEnrich");
    private static final Set<String> REDIRECTING = Set.of("camelhttpuri", "camelresthttpuri");
    /** Of all components these are the ones that a misspelt name probably means. */
    private static final List<String> USUAL = List.of("http", "https", "outbox", "direct", "log", "sql", "bean", "seda",
            "timer", "platform-http");
    /** What simple reads that is not of the event. */
    private static final Pattern FROM_DATA = Pattern.compile("\\$(simple)?\\{(?!(properties|env|sys|sysenv)[:.])");

    /** A query that the file itself has, rather than a setting. */
    private static final Pattern QUERY = Pattern.compile("(\\{\\{[^}]*}}|[^?{])*\\?");

    private final CamelContext camel;
    private final Placeholders placeholders;

    Addresses(CamelContext camel, Placeholders placeholders) {
        this.camel = camel;
        this.placeholders = placeholders;
    }

    List<Fault> faults(RouteFile file) {
        List<Fault> faults = new ArrayList<>();
        Walk.through(file, (name, key, value, owners) -> {
            int line = Yaml.line(key);
            if (ENDPOINTS.contains(name)) {
                endpoint(name, value, file, faults);
            } else if (DYNAMIC.contains(name)) {
                faults.add(Fault.fault(file.name(), line, name + " takes addresses from the event: whoever sends events"
                        + " could choose where they go; use choice and to instead"));
            } else if (EXPRESSED.contains(name) && Yaml.get(Yaml.get(value, "expression"), "constant") == null
                    && Yaml.get(value, "constant") == null) {
                faults.add(Fault.fault(file.name(), line, name + " takes its address from the event: whoever sends"
                        + " events could choose it; give it a constant"));
            } else if (name.equals("name") && Yaml.text(value) != null
                    && REDIRECTING.contains(Yaml.text(value).toLowerCase(java.util.Locale.ROOT))
                    && owners.stream().anyMatch(owner -> owner.equals("setHeader") || owner.equals("setHeaders"))) {
                faults.add(Fault.fault(file.name(), line, Yaml.text(value)
                        + " sends the request to another address than the"
                        + " endpoint's; set CamelHttpPath for another path"));
            }
        });
        return faults;
    }

    private void endpoint(String step, Node node, RouteFile file, List<Fault> faults) {
        Node uriNode = Yaml.text(node) == null ? Yaml.get(node, "uri") : node;
        if (uriNode == null || Yaml.text(uriNode) == null) {
            return;
        }
        String uri = placeholders.resolve(Yaml.text(uriNode));
        if (uri == null) {
            return;
        }
        int line = Yaml.line(uriNode);
        boolean dynamic = step.equals("toD")
                || step.equals("wireTap") && !"false".equals(Yaml.text(node, "dynamicUri"));
        if (dynamic && isFromData(uri)) {
            faults.add(Fault.fault(file.name(), line, "this address is taken from the event: whoever sends events"
                    + " could choose where they go; only the path may hold ${…}, after a fixed scheme and host"));
            return;
        }
        String scheme = uri.replaceFirst(":.*", "");
        boolean known;
        try {
            known = uri.contains(":") && !scheme.isBlank() && camel.getComponent(scheme) != null;
        } catch (RuntimeException e) {
            faults.add(Fault.fault(file.name(), line, "the component " + scheme + " cannot be made, "
                    + rootOf(e) + mend(scheme)));
            return;
        }
        if (!known && Yaml.text(uriNode).matches("\\{\\{[\\w-]+\\.url}}.*")) {
            return; // the setting is wrong, not the file
        }
        if (!uri.contains(":") || scheme.isBlank()) {
            faults.add(Fault.fault(file.name(), line, "the address '" + uri
                    + "' says nothing of how to send, such as https://"));
        } else if (!known) {
            faults.add(Fault.fault(file.name(), line, "there is no component " + scheme + mend(scheme)));
        } else if (scheme.equals("outbox") && !step.equals("from")
                && !uri.matches("outbox:(//)?(accept|skip|refuse|hold)(\\?.*)?")) {
            String name = uri.replaceFirst("\\?.*", "");
            faults.add(Fault.fault(file.name(), line, "nothing can be sent to " + name
                    + Nearest.hint(name, List.of("outbox:accept", "outbox:skip", "outbox:refuse", "outbox:hold"))));
        } else if (QUERY.matcher(Yaml.text(uriNode)).lookingAt()
                && !Yaml.entries(Yaml.get(node, "parameters")).isEmpty()) {
            faults.add(Fault.fault(file.name(), line, "an address with parameters cannot have a query as well; write"
                    + " each \"name=value\" of it under parameters, as \"name: value\""));
        } else {
            options(scheme, uri, uriNode, Yaml.get(node, "parameters"), file, faults);
        }
    }

    /** A class that is missing is one of a jar file that is. */
    private static Throwable rootOf(Throwable failure) {
        return failure.getCause() == null ? failure : rootOf(failure.getCause());
    }

    private static String mend(String scheme) {
        CamelCatalog catalog = new DefaultCamelCatalog();
        ComponentModel component = catalog.componentModel(scheme);
        if (component != null) {
            return "; put the jar files of " + component.getGroupId() + ":" + component.getArtifactId() + ":"
                    + component.getVersion() + ", and of what it depends on, into the folder ext/";
        }
        String usual = Nearest.hint(scheme, USUAL);
        return usual.isEmpty() ? Nearest.hint(scheme, catalog.findComponentNames()) : usual;
    }

    /** Whether an event decides on more than a path or a query of the web. */
    static boolean isFromData(String uri) {
        Matcher data = FROM_DATA.matcher(uri);
        if (uri.startsWith("language:")) {
            return true;
        }
        if (!data.find()) {
            return false;
        }
        Matcher web = Pattern.compile("(?i)https?:/?/?[^/?#]+[/?#]").matcher(uri);
        int fixed = web.lookingAt() ? web.end() : uri.indexOf('?') < 0 ? uri.length() : uri.indexOf('?');
        return data.start() < fixed;
    }

    private void options(String scheme, String uri, Node uriNode, Node parameters, RouteFile file, List<Fault> faults) {
        EndpointUriFactory factory = camel.getCamelContextExtension().getEndpointUriFactory(scheme);
        Set<String> known = factory == null ? Set.of() : factory.propertyNames();
        boolean lenient = factory != null && factory.isLenientProperties();
        Map<String, String> prefixes = factory == null ? null : factory.multiValuePrefixes();
        Map<String, Integer> options = new LinkedHashMap<>();
        for (NodeTuple entry : Yaml.entries(parameters)) {
            options.put(Yaml.text(entry.getKeyNode()), Yaml.line(entry.getKeyNode()));
        }
        if (!lenient && uri.contains("?")) {
            for (String option : uri.substring(uri.indexOf('?') + 1).split("&")) {
                options.put(option.replaceFirst("=.*", ""), Yaml.line(uriNode));
            }
        }
        options.forEach((option, line) -> {
            boolean fine = known.isEmpty() || known.contains(option)
                    || prefixes != null && prefixes.values().stream().anyMatch(option::startsWith);
            String hint = fine ? "" : Nearest.hint(option, known);
            // what a web address does not know becomes a part of its query, which may be meant
            if (!fine && (!lenient || !hint.isEmpty())) {
                faults.add(Fault.fault(file.name(), line, scheme + " has no option " + option + hint));
            }
        });
    }
}
