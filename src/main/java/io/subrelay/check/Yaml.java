package io.subrelay.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads parsed YAML, which knows its lines. */
final class Yaml {

    private Yaml() {
    }

    /** The value under a key; null if there is none, or the node is no mapping. */
    static Node get(Node node, String key) {
        return entry(node, key).map(NodeTuple::getValueNode).orElse(null);
    }

    /** The key itself; null if there is none. */
    static Node key(Node node, String key) {
        return entry(node, key).map(NodeTuple::getKeyNode).orElse(null);
    }

    private static Optional<NodeTuple> entry(Node node, String key) {
        return entries(node).stream().filter(entry -> key.equals(text(entry.getKeyNode()))).findFirst();
    }

    /** The text under a key; null if there is none. */
    static String text(Node node, String key) {
        return text(get(node, key));
    }

    /** The text of a scalar; null for anything else. */
    static String text(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : null;
    }

    static List<NodeTuple> entries(Node node) {
        return node instanceof MappingNode mapping ? mapping.getValue() : List.of();
    }

    static List<Node> items(Node node) {
        return node instanceof SequenceNode sequence ? new ArrayList<>(sequence.getValue()) : List.of();
    }

    /** The line where a node begins, counted from 1. */
    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    /** The line where the text of a scalar begins: below the {@code |}. */
    static int textLine(Node node) {
        boolean block = node instanceof ScalarNode scalar
                && (scalar.getScalarStyle() == ScalarStyle.LITERAL || scalar.getScalarStyle() == ScalarStyle.FOLDED);
        return line(node) + (block ? 1 : 0);
    }

    /** Whether each line of the text is a line of the file. */
    static boolean keepsLines(Node node) {
        return node instanceof ScalarNode scalar && scalar.getScalarStyle() == ScalarStyle.LITERAL;
    }
}
