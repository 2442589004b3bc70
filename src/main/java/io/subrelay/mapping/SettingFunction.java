package io.subrelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import net.thisptr.jackson.jq.Expression;
import net.thisptr.jackson.jq.Function;
import net.thisptr.jackson.jq.PathOutput;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Version;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import net.thisptr.jackson.jq.path.Path;
import org.apache.camel.CamelContext;

/**
 * {@code setting("name")}: the value of a setting as text, without surrounding blanks; empty where it is blank or not
 * set. A setting is data here, whatever is in it, while a placeholder becomes part of the program.
 *
 * <p>Names may come from events ({@code "segment.event-name." + .kind}). What is no name of a setting is not set, so
 * that Camel never sees an expression of the sender's, and only so many names are remembered.
 */
final class SettingFunction implements Function {

    private static final Pattern NAME = Pattern.compile("[\\w.-]{1,200}");
    private static final TextNode NOT_SET = TextNode.valueOf("");
    private static final int REMEMBERED = 1000;

    private final CamelContext camel;
    private final Map<String, TextNode> values = new ConcurrentHashMap<>();

    SettingFunction(CamelContext camel) {
        this.camel = camel;
    }

    @Override
    public void apply(Scope scope, List<Expression> arguments, JsonNode in, Path path, PathOutput output,
            Version version) throws JsonQueryException {
        arguments.get(0).apply(scope, in, null, (name, at) -> output.emit(value(name.asText()), null), false);
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
