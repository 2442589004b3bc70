package io.subrelay.check;

import io.subrelay.config.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.snakeyaml.engine.v2.nodes.Node;

/** Beans that route files declare, and those that they name: a bean of one file serves all of them. */
final class BeanNames {

    /** {@code #name} and {@code #bean:name}, rather than {@code #class:…} and the like. */
    private static final Pattern REFERENCE = Pattern.compile("#(?:bean:)?([\\w.-]+)");

    private final Map<String, RouteFile> declared = new TreeMap<>();
    /** Names that two beans have. */
    final List<Fault> twice = new ArrayList<>();

    BeanNames(Collection<RouteFile> files) {
        Map<String, String> places = new LinkedHashMap<>();
        for (RouteFile file : files) {
            for (Node item : Yaml.items(file.root())) {
                for (Node bean : Yaml.items(Yaml.get(item, "beans"))) {
                    String name = String.valueOf(Yaml.text(bean, "name"));
                    String place = file.name() + ":" + Yaml.line(bean);
                    String first = places.putIfAbsent(name, place);
                    if (first != null) {
                        twice.add(file.fault(bean, "bean " + name + " is declared already, at " + first));
                    }
                    declared.putIfAbsent(name, file);
                }
            }
        }
    }

    /** References to beans that no file declares, and the runner does not have. */
    List<Fault> missing(RouteFile file, CamelContext camel) {
        List<Fault> faults = new ArrayList<>();
        references(file).forEach((node, name) -> {
            if (!declared.containsKey(name) && camel.getRegistry().lookupByName(name) == null) {
                Set<String> known = new TreeSet<>(declared.keySet());
                known.addAll(camel.getRegistry().findByTypeWithName(Object.class).keySet());
                faults.add(file.fault(node, "there is no bean " + name + Nearest.hint(name, known)));
            }
        });
        return faults;
    }

    /** The beans that a file names and another destination's file declares, to be loaded with it. */
    List<RouteFile> neededBy(RouteFile file) {
        return references(file).values().stream().map(declared::get)
                .filter(other -> other != null && other.destination() != null && !other.name().equals(file.name()))
                .distinct().map(RouteFile::beans).toList();
    }

    private static Map<Node, String> references(RouteFile file) {
        Map<Node, String> references = new LinkedHashMap<>();
        YamlWalk.scalars(file.root(), scalar -> {
            Matcher reference = REFERENCE.matcher(Yaml.text(scalar));
            if (reference.matches()) {
                references.put(scalar, reference.group(1));
            }
        });
        YamlWalk.through(file, (name, key, value, owners) -> {
            boolean names = name.equals("ref") || name.endsWith("Ref") || name.equals("aggregationStrategy");
            if (names && Yaml.text(value) != null && Yaml.text(value).matches("[\\w-]+")) {
                references.put(value, Yaml.text(value));
            }
        });
        return references;
    }
}
