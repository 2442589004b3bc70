package io.subrelay.check;

import io.subrelay.config.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.catalog.EndpointValidationResult;
import org.apache.camel.catalog.impl.DefaultRuntimeCamelCatalog;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.ComponentModel;
import org.apache.camel.util.URISupport;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.springframework.core.NestedExceptionUtils;

/**
 * The endpoints of routes: that their components and options exist, by Camel's catalogs, and that no event can choose
 * an address.
 */
final class Endpoints {

    private static final Set<String> PRODUCERS = Set.of("to", "toD", "wireTap");
    private static final Set<String> CONSUMERS = Set.of("from", "poll");
    private static final Set<String> DYNAMIC = Set.of("recipientList", "dynamicRouter", "routingSlip");
    private static final Set<String> EXPRESSED = Set.of("enrich", "pollEnrich");
    private static final Set<String> REDIRECTING = Set.of("camelhttpuri", "camelresthttpuri");
    /** What simple reads that is not of the event. */
    private static final Pattern FROM_DATA = Pattern.compile("\\$(simple)?\\{(?!(properties|env|sys|sysenv)[:.])");

    /** A query that the file itself has, rather than a setting. */
    private static final Pattern QUERY = Pattern.compile("(\\{\\{[^}]*}}|\\$\\{[^}]*}|[^?])*+\\?");
    /** What an option accepts, by its type in the catalog. */
    private static final Map<String, String> TYPES = Map.of("boolean", "true or false", "integer", "a whole number",
            "object", "a bean, as #name", "duration", "a duration, such as 5s");
    private static final Pattern CALLED = Pattern.compile("(direct|seda):[^$]+");
    private static final List<String> VERBS = List.of("outbox:accept", "outbox:skip", "outbox:refuse", "outbox:hold");

    private final CamelContext camel;
    private final Placeholders placeholders;
    /** What routes of this folder are from that others call by name. */
    private final Set<String> called;
    /** Of the components on the class path, also of those that are not Camel's. */
    private final DefaultRuntimeCamelCatalog catalog = new DefaultRuntimeCamelCatalog();

    Endpoints(CamelContext camel, Placeholders placeholders, Collection<RouteFile> files) {
        this.camel = camel;
        this.placeholders = placeholders;
        this.called = files.stream().flatMap(file -> file.routes().stream()).map(RouteFile.Route::fromUri)
                .map(uri -> name(String.valueOf(placeholders.resolve(uri)))).filter(CALLED.asMatchPredicate())
                .collect(Collectors.toCollection(TreeSet::new));
        catalog.setCamelContext(camel);
    }

    List<Fault> faults(RouteFile file) {
        List<Fault> faults = new ArrayList<>();
        YamlWalk.through(file, (name, key, value, owners) -> {
            int line = Yaml.line(key);
            if (PRODUCERS.contains(name) || CONSUMERS.contains(name)) {
                endpoint(name, value, file, faults);
            } else if (DYNAMIC.contains(name)) {
                faults.add(file.fault(line, name + " takes addresses from the event: whoever sends events"
                        + " could choose where they go; use choice and to instead"));
            } else if (EXPRESSED.contains(name) && Yaml.get(Yaml.get(value, "expression"), "constant") == null
                    && Yaml.get(value, "constant") == null) {
                faults.add(file.fault(line, name + " takes its address from the event: whoever sends"
                        + " events could choose it; give it a constant"));
            } else if (name.equals("name") && Yaml.text(value) != null
                    && REDIRECTING.contains(Yaml.text(value).toLowerCase(Locale.ROOT))
                    && owners.stream().anyMatch(owner -> owner.equals("setHeader") || owner.equals("setHeaders"))) {
                faults.add(file.fault(line, Yaml.text(value)
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
            faults.add(file.fault(line, "this address is taken from the event: whoever sends events"
                    + " could choose where they go; only the path may hold ${…}, after a fixed scheme and host"));
            return;
        }
        String scheme = uri.replaceFirst(":.*", "");
        boolean known;
        try {
            known = uri.contains(":") && !scheme.isBlank() && camel.getComponent(scheme) != null;
        } catch (RuntimeException e) {
            faults.add(file.fault(line, "the component " + scheme + " cannot be made, "
                    + NestedExceptionUtils.getMostSpecificCause(e) + mend(scheme)));
            return;
        }
        if (!known && Yaml.text(uriNode).matches("\\{\\{[\\w-]+\\.url}}.*")) {
            return; // the setting is wrong, not the file
        }
        if (!uri.contains(":") || scheme.isBlank()) {
            faults.add(file.fault(line, "endpoint uri '" + uri + "' has no scheme, such as https:"));
        } else if (!known) {
            faults.add(file.fault(line, "there is no component " + scheme + mend(scheme)));
        } else if (scheme.equals("outbox") && PRODUCERS.contains(step) && !VERBS.contains(name(uri))) {
            faults.add(file.fault(line, "nothing can be sent to " + name(uri) + Nearest.hint(name(uri), VERBS)));
        } else if (CALLED.matcher(name(uri)).matches() && PRODUCERS.contains(step) && !called.contains(name(uri))) {
            // one that is like no other may be a route of the application that Subrelay is a part of
            String nearest = Nearest.to(name(uri), called);
            if (nearest != null) {
                faults.add(file.fault(line, "no route is from " + name(uri) + "; did you mean " + nearest + "?"));
            }
        } else if (QUERY.matcher(Yaml.text(uriNode)).lookingAt()
                && !Yaml.entries(Yaml.get(node, "parameters")).isEmpty()) {
            faults.add(file.fault(line, "a uri with parameters cannot have a query as well; write"
                    + " each \"name=value\" of it under parameters, as \"name: value\""));
        } else {
            options(step, uri, uriNode, Yaml.get(node, "parameters"), file, faults);
        }
    }

    /** For example {@code outbox:skip}. */
    private static String name(String uri) {
        return uri.replaceFirst(":/+", ":").replaceFirst("\\?.*", "");
    }

    private String mend(String scheme) {
        CamelCatalog catalog = new DefaultCamelCatalog();
        ComponentModel component = catalog.componentModel(scheme);
        if (component != null) {
            return "; put the jar files of " + component.getGroupId() + ":" + component.getArtifactId() + ":"
                    + component.getVersion() + ", and of what it depends on, into the folder ext/";
        }
        String here = Nearest.hint(scheme, components());
        return here.isEmpty() ? Nearest.hint(scheme, catalog.findComponentNames()) : here;
    }

    /** The names of all components on the class path, those in {@code ext/} included. */
    private Set<String> components() {
        Set<String> names = new TreeSet<>();
        try {
            for (URL url : Collections.list(camel.getClassResolver()
                    .loadAllResourcesAsURL("META-INF/services/org/apache/camel/component.properties"))) {
                try (InputStream in = url.openStream()) {
                    Properties artifact = new Properties();
                    artifact.load(in);
                    names.addAll(List.of(artifact.getProperty("components").split(" ")));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
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

    private void options(String step, String uri, Node uriNode, Node parameters, RouteFile file, List<Fault> faults) {
        ComponentModel component = catalog.componentModel(uri.replaceFirst(":.*", ""));
        if (component == null) {
            return; // it does not describe itself
        }
        Map<String, Object> given = new LinkedHashMap<>();
        for (NodeTuple entry : Yaml.entries(parameters)) {
            String value = placeholders.resolve(String.valueOf(Yaml.text(entry.getValueNode())));
            given.put(Yaml.text(entry.getKeyNode()), value == null ? "{{missing}}" : value);
        }
        boolean consumer = CONSUMERS.contains(step);
        EndpointValidationResult result;
        try {
            result = catalog.validateEndpointProperties(
                    URISupport.appendParametersToURI(uri, given), true, consumer, !consumer);
        } catch (URISyntaxException e) {
            faults.add(file.fault(uriNode, "endpoint uri '" + Yaml.text(uriNode) + "' is malformed: " + e.getReason()));
            return;
        }
        wrong(component, parameters, consumer, result).forEach((option, message) -> {
            Node place = Yaml.key(parameters, option);
            faults.add(file.fault(place == null ? uriNode : place, message));
        });
    }

    /** What is wrong with options, by their names. */
    private static Map<String, String> wrong(ComponentModel component, Node parameters, boolean consumer,
            EndpointValidationResult result) {
        String scheme = component.getScheme();
        Map<String, BaseOptionModel> options = new LinkedHashMap<>();
        Stream.of(component.getComponentOptions(), component.getEndpointOptions(), component.getEndpointPathOptions())
                .flatMap(List::stream).forEach(option -> options.put(option.getName(), option));
        Map<String, String> wrong = new LinkedHashMap<>();
        each(result.getUnknown(), option -> {
            String hint = Nearest.hint(option, options.keySet());
            // what a web address does not know becomes a part of its query, which may be meant
            if (!component.isLenientProperties() || !hint.isEmpty()) {
                wrong.put(option, scheme + " has no option " + option + hint);
            }
        });
        each(result.getRequired(), option -> wrong.put(option, scheme + " lacks " + option));
        each(consumer ? result.getNotConsumerOnly() : result.getNotProducerOnly(), option -> wrong.put(option,
                option + " is an option for " + (consumer ? "sending to " : "receiving from ") + scheme + " only"));
        for (Map<String, String> invalid : Arrays.asList(result.getInvalidEnum(), result.getInvalidBoolean(),
                result.getInvalidInteger(), result.getInvalidNumber(), result.getInvalidDuration(),
                result.getInvalidReference())) {
            each(invalid == null ? null : invalid.keySet(), option -> {
                BaseOptionModel model = options.get(option);
                // as it is written, since the value of a setting may be a secret
                String value = Yaml.text(parameters, option);
                wrong.put(option, option + (value == null ? " is wrong" : " is '" + value + "'") + ": it accepts "
                        + (model.getEnums() == null ? TYPES.getOrDefault(model.getType(), "a " + model.getType())
                                : String.join(", ", model.getEnums())));
            });
        }
        return wrong;
    }

    private static void each(Collection<String> options, Consumer<String> action) {
        if (options != null) {
            options.forEach(action);
        }
    }
}
