package io.subrelay.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A file of routes, parsed.
 *
 * @param name       as it is shown: relative to the folder
 * @param root       the list of everything in the file; null if it is unreadable
 * @param unreadable why the file cannot be read; null if it can
 */
record RouteFile(Path path, String name, String text, Node root, Fault unreadable) {

    static final String SUFFIX = ".camel.yaml";

    /** A route of the file: the value under {@code route}. */
    record Route(Node node) {

        String id() {
            return Yaml.text(node, "id");
        }

        /** The line of the id, or of the route if it has none. */
        int idLine() {
            Node id = Yaml.get(node, "id");
            return Yaml.line(id == null ? node : id);
        }

        Node from() {
            return Yaml.get(node, "from");
        }

        String fromUri() {
            Node from = from();
            String uri = Yaml.text(from) != null ? Yaml.text(from) : Yaml.text(from, "uri");
            return uri == null ? "" : uri;
        }

        /** The destination that it delivers to; null if it does not consume from an outbox. */
        String destination() {
            return fromUri().startsWith("outbox:")
                    ? fromUri().replaceFirst("outbox:(//)?", "").replaceFirst("\\?.*", "") : null;
        }

        List<String> configurations() {
            String ids = Yaml.text(node, "routeConfigurationId");
            return ids == null ? List.of() : List.of(ids.trim().split("\\s*,\\s*"));
        }
    }

    static RouteFile read(Path path, String name) {
        String text;
        try {
            text = Files.readString(path);
        } catch (IOException e) {
            return new RouteFile(path, name, "", null, Fault.fault(name, 0, "this file cannot be read as UTF-8 text"));
        }
        try {
            Node root = new Compose(LoadSettings.builder().setLabel(name).build()).composeString(text).orElse(null);
            Fault fault = root != null && root.getNodeType() == org.snakeyaml.engine.v2.nodes.NodeType.SEQUENCE ? null
                    : Fault.fault(name, 1, "this file is not a list of routes: it should begin with \"- route:\"");
            return new RouteFile(path, name, text, fault == null ? root : null, fault);
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().or(e::getContextMark).map(mark -> mark.getLine() + 1).orElse(0);
            return new RouteFile(path, name, text, null, Fault.fault(name, line, "this is no YAML: " + said(e)));
        } catch (YamlEngineException e) {
            Fault fault = Fault.fault(name, 0, "this is no YAML: " + Blame.oneLine(e.getMessage()));
            return new RouteFile(path, name, text, null, fault);
        }
    }

    private static String said(MarkedYamlEngineException e) {
        String context = e.getContext() == null ? "" : e.getContext()
                + e.getContextMark().map(mark -> " (line " + (mark.getLine() + 1) + ")").orElse("") + ": ";
        boolean tab = e.getProblem() != null && e.getProblem().contains("\\t");
        String tabs = tab ? "; indent with blanks, not with tabs" : "";
        return Blame.oneLine(context + e.getProblem()) + tabs;
    }

    /** What is wrong in it; at line 0 for no line's. */
    Fault fault(int line, String message) {
        return Fault.fault(name, line, message);
    }

    Fault fault(Node at, String message) {
        return fault(Yaml.line(at), message);
    }

    Fault warning(int line, String message) {
        return Fault.warning(name, line, message);
    }

    Fault note(int line, String message) {
        return Fault.note(name, line, message);
    }

    /** The same with nothing but its beans, at their lines. */
    RouteFile beans() {
        List<String> lines = new ArrayList<>(text.lines().toList());
        List<Node> items = Yaml.items(root);
        for (int i = 0; i < items.size(); i++) {
            int end = i + 1 < items.size() ? Yaml.line(items.get(i + 1)) - 1 : lines.size();
            if (Yaml.get(items.get(i), "beans") == null) {
                Collections.fill(lines.subList(Yaml.line(items.get(i)) - 1, end), "");
            }
        }
        return new RouteFile(path, name, String.join("\n", lines), root, null);
    }

    List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        for (Node item : Yaml.items(root)) {
            Node route = Yaml.get(item, "route");
            if (route != null) {
                routes.add(new Route(route));
            } else if (Yaml.get(item, "from") != null) {
                routes.add(new Route(item));
            }
        }
        return routes;
    }

    /** Whether it takes requests in: it has a REST definition, or a route from the web server. */
    boolean serves() {
        return Yaml.items(root).stream().anyMatch(item -> Yaml.get(item, "rest") != null)
                || routes().stream().anyMatch(route -> route.fromUri().startsWith("platform-http:"));
    }

    /** The destination that this file is to hold; null if it is none's. */
    String destination() {
        Path folder = path.getParent();
        return folder != null && folder.endsWith("destinations") ? baseName() : null;
    }

    String baseName() {
        String file = path.getFileName().toString();
        return file.substring(0, file.length() - SUFFIX.length());
    }

    /** The folder of the destination's examples; there need not be one. */
    Path examples() {
        return path.resolveSibling(baseName() + ".tests");
    }
}
