package io.subrelay.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.subrelay.config.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/**
 * Whether route files are made of what Camel knows: steps, their members and the values these accept, told by Camel's
 * own schema. A validator would say that something matches none of twenty alternatives; this names what is not known.
 */
final class Shape {

    private static final String SCHEMA = "/schema/camelYamlDsl.json";
    private static final String EXPRESSIONS = "org.apache.camel.model.language.ExpressionDefinition";
    private static Shape instance;

    /** What a node may be, all alternatives taken together. */
    private static final class Kind {
        final Map<String, JsonNode> members = new LinkedHashMap<>();
        final Set<String> values = new LinkedHashSet<>();
        final Set<String> required = new LinkedHashSet<>();
        final Set<String> types = new LinkedHashSet<>();
        boolean closed;
        JsonNode items;
    }

    private final JsonNode root;
    private final Map<JsonNode, Kind> kinds = new HashMap<>();
    private final Set<String> languages;

    private Shape(JsonNode schema) {
        this.root = schema.path("items");
        this.languages = new LinkedHashSet<>(kind(root.path("definitions").path(EXPRESSIONS)).members.keySet());
    }

    static synchronized Shape get() {
        if (instance == null) {
            try (InputStream in = Shape.class.getResourceAsStream(SCHEMA)) {
                instance = new Shape(new ObjectMapper().readTree(in));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return instance;
    }

    /** What is not known in a file. */
    List<Fault> faults(RouteFile file) {
        List<Fault> faults = new ArrayList<>();
        for (Node item : Yaml.items(file.root())) {
            check(item, "a route file", root, file, faults);
        }
        return faults;
    }

    private void check(Node node, String name, JsonNode schema, RouteFile file, List<Fault> faults) {
        Kind kind = kind(schema);
        switch (node.getNodeType()) {
            case MAPPING -> members(node, name, kind, file, faults);
            case SEQUENCE -> {
                if (kind.items == null && !kind.types.isEmpty()) {
                    faults.add(file.fault(node, name + " is no list"));
                }
                for (Node item : kind.items == null ? List.<Node>of() : Yaml.items(node)) {
                    check(item, name, kind.items, file, faults);
                }
            }
            default -> scalar(node, name, kind, file, faults);
        }
    }

    private void members(Node node, String name, Kind kind, RouteFile file, List<Fault> faults) {
        if (kind.items != null && kind.members.isEmpty()) {
            faults.add(file.fault(node, name + " is a list: each of its items begins with \"- \""));
            return;
        }
        if (kind.members.isEmpty() && !kind.types.isEmpty() && !kind.types.contains("object")) {
            faults.add(file.fault(node, name + " is a value, it has no members"));
            return;
        }
        Set<String> seen = new LinkedHashSet<>();
        for (NodeTuple entry : Yaml.entries(node)) {
            String member = String.valueOf(Yaml.text(entry.getKeyNode()));
            int line = Yaml.line(entry.getKeyNode());
            if (!seen.add(member)) {
                faults.add(file.fault(line, member + " is said twice in " + name));
            }
            JsonNode schema = kind.members.get(member);
            if (schema == null) {
                if (kind.closed || name.equals("expression")) {
                    faults.add(file.fault(line, unknown(member, name, kind)));
                }
                continue;
            }
            boolean inlined = kind.members.containsKey("expression") && languages.contains(member)
                    && !member.equals("expression");
            if (inlined) {
                faults.add(file.warning(line, "\"" + name + ": {" + member + ": …}\" is a short form that newer"
                        + " releases of Camel do not take; write \"expression: {" + member + ": {expression: …}}\""));
            }
            check(entry.getValueNode(), member, schema, file, faults);
        }
        boolean misspelt = kind.closed && !kind.members.keySet().containsAll(seen);
        for (String required : kind.required) {
            if (!misspelt && !seen.contains(required)) {
                faults.add(file.fault(node, name + " lacks " + required));
            }
        }
    }

    private static String unknown(String member, String name, Kind kind) {
        boolean step = kind.members.containsKey("setHeader") && kind.members.containsKey("choice");
        return (step ? "there is no step " + member : name + " has no member " + member)
                + Nearest.hint(member, kind.members.keySet());
    }

    private void scalar(Node node, String name, Kind kind, RouteFile file, List<Fault> faults) {
        String text = Yaml.text(node);
        if (text == null || text.contains("{{")) {
            return;
        }
        boolean blank = text.isEmpty() || text.equals("null") || text.equals("~");
        boolean wantsMore = kind.items != null || !kind.members.isEmpty();
        if (wantsMore && !kind.types.contains("string")) {
            if (!blank || kind.items == null) {
                String line = blank ? " has nothing under it" : " is '" + text + "', but it has members of its own";
                faults.add(file.fault(node, name + line));
            }
        } else if (wantsMore) {
            String hint = "";
            for (String longForm : List.of("message", "expression", "uri")) {
                if (kind.members.containsKey(longForm)) {
                    hint = "; write \"" + name + ": {" + longForm + ": …}\"";
                }
            }
            faults.add(file.warning(Yaml.line(node),
                    "\"" + name + ": …\" is a short form that newer releases of Camel do not take" + hint));
        } else if (!kind.values.isEmpty() && !kind.values.contains(text)) {
            String hint = Nearest.hint(text, kind.values);
            faults.add(
                    file.fault(node, name + " is '" + text + "': it accepts " + String.join(", ", kind.values) + hint));
        } else if (kind.types.equals(Set.of("boolean")) && !text.matches("true|false")) {
            faults.add(file.fault(node, name + " is '" + text + "': it accepts true or false"));
        }
    }

    private Kind kind(JsonNode schema) {
        Kind known = kinds.get(schema);
        if (known == null) {
            known = new Kind();
            // before it is filled: definitions may lead back to themselves
            kinds.put(schema, known);
            fill(known, schema, true);
        }
        return known;
    }

    /** @param whole whether the schema says what the node has to be, and is not one of several alternatives */
    private void fill(Kind kind, JsonNode schema, boolean whole) {
        String reference = schema.path("$ref").asText("");
        if (!reference.isEmpty()) {
            fill(kind, root.path("definitions").path(reference.substring(reference.lastIndexOf('/') + 1)), whole);
        }
        for (Map.Entry<String, JsonNode> member : schema.path("properties").properties()) {
            if (!member.getValue().isEmpty() || !kind.members.containsKey(member.getKey())) {
                kind.members.put(member.getKey(), member.getValue());
            }
        }
        if (schema.has("items")) {
            kind.items = schema.get("items");
        }
        if (schema.path("additionalProperties").isBoolean()) {
            kind.closed |= !schema.get("additionalProperties").booleanValue();
        }
        schema.path("enum").forEach(value -> kind.values.add(value.asText()));
        if (schema.path("type").isTextual()) {
            kind.types.add(schema.get("type").textValue());
        }
        if (whole) {
            schema.path("required").forEach(name -> kind.required.add(name.asText()));
        }
        for (String alternatives : new String[] {"oneOf", "anyOf", "allOf"}) {
            for (JsonNode alternative : schema.path(alternatives)) {
                if (!alternative.has("not")) {
                    fill(kind, alternative, whole && alternatives.equals("allOf"));
                }
            }
        }
    }
}
