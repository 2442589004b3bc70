package io.subrelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import net.thisptr.jackson.jq.Function;
import net.thisptr.jackson.jq.Scope;
import org.apache.camel.CamelContext;

/**
 * {@code setting("name")}: the value of a setting as text, without surrounding blanks; empty where it is blank or not
 * set. A setting is data here, whatever is in it, while a placeholder becomes part of the program.
 *
 * <p>Names may come from events ({@code "segment.event-name." + .kind}). What is no name of a setting is not set, so
 * that Camel never sees an expression of the sender's, and only so many names are remembered.
 */
final class SettingFunctions {

    private static final Pattern NAME = Pattern.compile("[\\w.-]{1,200}");
    private static final TextNode NOT_SET = TextNode.valueOf("");
    private static final int REMEMBERED = 1000;

    private final CamelContext camel;
    private final Map<String, TextNode> values = new ConcurrentHashMap<>();

    SettingFunctions(CamelContext camel) {
        this.camel = camel;
    }

    void addTo(Scope scope) {
        scope.addFunction("setting", 1, of((in, name) -> value(name)));
        scope.addFunction("renamed_by", 1, of(this::renamed));
    }

    private static Function of(BiFunction<JsonNode, String, JsonNode> function) {
        return (scope, arguments, in, path, output, version) -> arguments.get(0).apply(scope, in, null,
                (argument, at) -> output.emit(function.apply(in, argument.asText()), null), false);
    }

    private JsonNode renamed(JsonNode object, String prefix) {
        ObjectNode result = Json.MAPPER.createObjectNode();
        for (var member : object.properties()) {
            String name = value(prefix + member.getKey()).textValue();
            if (!name.isEmpty()) {
                result.set(name, member.getValue());
            }
        }
        return result;
    }

    private TextNode value(String name) {
        TextNode value = values.get(name);
        if (value != null) {
            return value;
        }
        if (!NAME.matcher(name).matches()) {
            return NOT_SET;
        }
        value = resolve(name);
        if (values.size() < REMEMBERED) {
            values.put(name, value);
        }
        return value;
    }

    private TextNode resolve(String name) {
        String text = camel.resolvePropertyPlaceholders("{{" + name + ":}}").trim();
        return text.isEmpty() ? NOT_SET : TextNode.valueOf(text);
    }
}
