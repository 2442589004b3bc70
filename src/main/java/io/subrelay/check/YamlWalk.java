package io.subrelay.check;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/** Goes through everything in a file that has a name. */
final class YamlWalk {

    /** What has names of its own, which are not Camel's. */
    private static final Set<String> FREE = Set.of("parameters", "properties", "constructors");

    interface Visitor {

        /**
         * @param name   the key
         * @param value  what is under it
         * @param owners the keys around it, the nearest first
         */
        void visit(String name, Node key, Node value, Deque<String> owners);
    }

    private YamlWalk() {
    }

    static void through(RouteFile file, Visitor visitor) {
        through(file.root(), visitor);
    }

    static void through(Node node, Visitor visitor) {
        through(node, visitor, new ArrayDeque<>());
    }

    private static void through(Node node, Visitor visitor, Deque<String> owners) {
        if (node == null) {
            return;
        }
        for (Node item : Yaml.items(node)) {
            through(item, visitor, owners);
        }
        for (NodeTuple entry : Yaml.entries(node)) {
            String name = String.valueOf(Yaml.text(entry.getKeyNode()));
            visitor.visit(name, entry.getKeyNode(), entry.getValueNode(), owners);
            if (!FREE.contains(name)) {
                owners.push(name);
                through(entry.getValueNode(), visitor, owners);
                owners.pop();
            }
        }
    }

    /** Every scalar of a file, what is free included. */
    static void scalars(Node node, Consumer<Node> visitor) {
        if (node == null) {
            return;
        }
        if (Yaml.text(node) != null) {
            visitor.accept(node);
        }
        Yaml.items(node).forEach(item -> scalars(item, visitor));
        Yaml.entries(node).forEach(entry -> scalars(entry.getValueNode(), visitor));
    }
}
