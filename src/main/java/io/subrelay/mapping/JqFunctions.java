package io.subrelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import net.thisptr.jackson.jq.Function;
import net.thisptr.jackson.jq.Scope;
import org.apache.camel.Exchange;
import org.apache.camel.support.ExchangeHelper;

/**
 * The functions that jq expressions have beside jq's own: what jq lacks, and what in jq would take longer than the rest
 * of a mapping together.
 *
 * <table>
 * <caption>Functions</caption>
 * <tr><td>{@code iso8601}</td><td>milliseconds since the epoch as {@code 2022-09-06T19:44:59Z}, with {@code .SSS} where
 * they are no whole second; null for what is no number</td></tr>
 * <tr><td>{@code epoch_seconds}</td><td>milliseconds as seconds, rounded down; null for what is no number</td></tr>
 * <tr><td>{@code without_nulls}</td><td>an object without its null members</td></tr>
 * <tr><td>{@code without_blank_names}</td><td>an object without the member that has no name</td></tr>
 * <tr><td>{@code as_texts}</td><td>an object with every value as text, null as the empty text</td></tr>
 * <tr><td>{@code json_bytes}</td><td>how many bytes a value takes as JSON</td></tr>
 * <tr><td>{@code sha256}</td><td>the digest of a text, in hexadecimal</td></tr>
 * <tr><td>{@code variable("x")}, {@code header("x")}, {@code property("x")}</td><td>those of the exchange</td></tr>
 * <tr><td>{@code setting("x")}</td><td>the value of a setting as text: {@link SettingFunction}</td></tr>
 * </table>
 */
final class JqFunctions {

    private static final ThreadLocal<Exchange> EXCHANGE = new ThreadLocal<>();

    private JqFunctions() {
    }

    /** Makes an exchange the one whose variables are seen; returns the one that was, for {@link #leave}. */
    static Exchange enter(Exchange exchange) {
        Exchange outer = EXCHANGE.get();
        EXCHANGE.set(exchange);
        return outer;
    }

    static void leave(Exchange outer) {
        EXCHANGE.set(outer);
    }

    static void addTo(Scope scope) {
        scope.addFunction("iso8601", 0, of(JqFunctions::iso8601));
        scope.addFunction("epoch_seconds", 0, of(JqFunctions::epochSeconds));
        scope.addFunction("without_nulls", 0, of(JqFunctions::withoutNulls));
        scope.addFunction("without_blank_names", 0, of(JqFunctions::withoutBlankNames));
        scope.addFunction("as_texts", 0, of(JqFunctions::asTexts));
        scope.addFunction("json_bytes", 0, of(JqFunctions::jsonBytes));
        scope.addFunction("sha256", 0, of(JqFunctions::sha256));
        scope.addFunction("variable", 1, of((exchange, name) -> ExchangeHelper.getVariable(exchange, name)));
        scope.addFunction("header", 1, of((exchange, name) -> exchange.getMessage().getHeader(name)));
        scope.addFunction("property", 1, of((exchange, name) -> exchange.getProperty(name)));
    }

    private static Function of(UnaryOperator<JsonNode> function) {
        return (scope, arguments, in, path, output, version) -> output.emit(function.apply(in), null);
    }

    private static Function of(BiFunction<Exchange, String, Object> function) {
        return (scope, arguments, in, path, output, version) -> arguments.get(0).apply(scope, in, null, (name, at) -> {
            Object value = function.apply(EXCHANGE.get(), name.asText());
            output.emit(value instanceof String text ? TextNode.valueOf(text) : Json.tree(value), null);
        }, false);
    }

    private static JsonNode iso8601(JsonNode millis) {
        if (!millis.isNumber()) {
            return NullNode.getInstance();
        }
        try {
            return TextNode.valueOf(Instant.ofEpochMilli(millis.longValue()).toString());
        } catch (DateTimeException e) {
            return NullNode.getInstance();
        }
    }

    private static JsonNode epochSeconds(JsonNode millis) {
        return millis.isNumber() ? LongNode.valueOf(Math.floorDiv(millis.longValue(), 1000L)) : NullNode.getInstance();
    }

    private static JsonNode withoutNulls(JsonNode object) {
        ObjectNode result = Json.MAPPER.createObjectNode();
        for (var member : object.properties()) {
            if (!member.getValue().isNull()) {
                result.set(member.getKey(), member.getValue());
            }
        }
        return result;
    }

    private static JsonNode withoutBlankNames(JsonNode object) {
        ObjectNode result = Json.MAPPER.createObjectNode();
        for (var member : object.properties()) {
            if (!member.getKey().isBlank()) {
                result.set(member.getKey(), member.getValue());
            }
        }
        return result;
    }

    private static JsonNode asTexts(JsonNode object) {
        ObjectNode result = Json.MAPPER.createObjectNode();
        for (var member : object.properties()) {
            JsonNode value = member.getValue();
            String text = value.isContainerNode() ? Json.write(value) : value.isNull() ? "" : value.asText();
            result.put(member.getKey(), text);
        }
        return result;
    }

    private static JsonNode jsonBytes(JsonNode value) {
        int[] bytes = {0};
        try {
            Json.MAPPER.writeValue(new OutputStream() {
                @Override
                public void write(int b) {
                    bytes[0]++;
                }

                @Override
                public void write(byte[] b, int offset, int length) {
                    bytes[0] += length;
                }
            }, value);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return IntNode.valueOf(bytes[0]);
    }

    private static JsonNode sha256(JsonNode text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.asText().getBytes(StandardCharsets.UTF_8));
            return TextNode.valueOf(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
