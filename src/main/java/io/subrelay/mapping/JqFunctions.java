package io.subrelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import net.thisptr.jackson.jq.Expression;
import net.thisptr.jackson.jq.Function;
import net.thisptr.jackson.jq.PathOutput;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Version;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import net.thisptr.jackson.jq.internal.misc.JsonNodeComparator;
import net.thisptr.jackson.jq.path.Path;
import org.apache.camel.Exchange;
import org.apache.camel.support.ExchangeHelper;

/**
 * The functions that jq expressions have beside jq's own: what jq lacks, and what in jq would take longer than the rest
 * of a mapping together.
 *
 * <table>
 * <caption>Functions</caption>
 * <tr><td>{@code iso8601}</td><td>milliseconds since the epoch as {@code 2022-09-06T19:44:59Z}, with {@code .SSS} where
 * they are no whole second; null for what is no time</td></tr>
 * <tr><td>{@code epoch_seconds}</td><td>milliseconds as seconds, rounded down; null for what is no time</td></tr>
 * <tr><td>{@code amount}</td><td>a number, also one in a text; null for what is none, or is beyond 10<sup>12</sup> and
 * so no sum of money</td></tr>
 * <tr><td>{@code without_nulls}</td><td>an object without its null members</td></tr>
 * <tr><td>{@code as_texts}</td><td>an object with every value as text, null as the empty text</td></tr>
 * <tr><td>{@code json_bytes}</td><td>how many bytes a value takes as JSON</td></tr>
 * <tr><td>{@code cut(n)}</td><td>a text, or an object with each of its texts, cut to n bytes of JSON</td></tr>
 * <tr><td>{@code sha256}</td><td>the digest of a text, in hexadecimal</td></tr>
 * <tr><td>{@code variable("x")}, {@code header("x")}, {@code property("x")}</td><td>those of the exchange</td></tr>
 * <tr><td>{@code setting("x")}</td><td>the value of a setting as text: {@link SettingFunctions}</td></tr>
 * <tr><td>{@code renamed_by("x.")}</td><td>an object with each member under the name that {@code setting("x." + name)}
 * gives it, without those whose name is blank</td></tr>
 * </table>
 */
final class JqFunctions {

    private static final ThreadLocal<Exchange> EXCHANGE = new ThreadLocal<>();
    private static final long EARLIEST = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
    private static final long LATEST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
    /** Within which arithmetic in doubles, which is jq's, is exact to the cent. */
    private static final double LARGEST = 1e12;
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,20}(\\.\\d{1,20})?");

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
        // jq's own: one that the library lacks, and one that it takes texts apart for
        scope.addFunction("IN", 1, JqFunctions::in);
        scope.addFunction("ascii_downcase", 0, of(text -> TextNode.valueOf(text.asText().toLowerCase(Locale.ROOT))));
        scope.addFunction("iso8601", 0, of(JqFunctions::iso8601));
        scope.addFunction("epoch_seconds", 0, of(JqFunctions::epochSeconds));
        scope.addFunction("amount", 0, of(JqFunctions::amount));
        scope.addFunction("without_nulls", 0, of(JqFunctions::withoutNulls));
        scope.addFunction("as_texts", 0, of(JqFunctions::asTexts));
        scope.addFunction("json_bytes", 0, of(JqFunctions::jsonBytes));
        scope.addFunction("cut", 1, (s, arguments, in, path, output, version) -> arguments.get(0).apply(s, in, null,
                (bytes, at) -> output.emit(cut(in, bytes.asInt()), null), false));
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

    private static void in(Scope scope, List<Expression> values, JsonNode in, Path path, PathOutput output,
            Version version) throws JsonQueryException {
        boolean[] found = {false};
        values.get(0).apply(scope, in, null,
                (value, at) -> found[0] |= JsonNodeComparator.getInstance().compare(value, in) == 0, false);
        output.emit(BooleanNode.valueOf(found[0]), null);
    }

    private static JsonNode iso8601(JsonNode time) {
        Long millis = millis(time);
        return millis == null ? NullNode.getInstance() : TextNode.valueOf(Instant.ofEpochMilli(millis).toString());
    }

    private static JsonNode epochSeconds(JsonNode time) {
        Long millis = millis(time);
        return millis == null ? NullNode.getInstance() : LongNode.valueOf(Math.floorDiv(millis, 1000L));
    }

    /** Null for what is no time from the year 1 to the year 9999, beyond which ISO 8601 has no four digits. */
    private static Long millis(JsonNode time) {
        JsonNode number = number(time);
        if (!number.canConvertToLong()) {
            return null;
        }
        long millis = number.longValue();
        return millis < EARLIEST || millis > LATEST ? null : millis;
    }

    private static JsonNode amount(JsonNode value) {
        JsonNode number = number(value);
        return number.isNumber() && Math.abs(number.doubleValue()) <= LARGEST ? number : NullNode.getInstance();
    }

    /** Text that is a number as the number. */
    private static JsonNode number(JsonNode value) {
        if (value.isTextual() && NUMBER.matcher(value.textValue()).matches()) {
            return DecimalNode.valueOf(new BigDecimal(value.textValue()));
        }
        return value;
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
        return IntNode.valueOf(bytes(value));
    }

    /** Counted, not written: most mappings ask. */
    private static int bytes(JsonNode value) {
        if (value.isTextual()) {
            return bytes(value.textValue());
        }
        int separators = Math.max(0, value.size() - 1);
        if (value.isObject()) {
            int bytes = 2 + separators;
            for (var member : value.properties()) {
                bytes += bytes(member.getKey()) + 1 + bytes(member.getValue());
            }
            return bytes;
        }
        if (value.isArray()) {
            int bytes = 2 + separators;
            for (JsonNode element : value) {
                bytes += bytes(element);
            }
            return bytes;
        }
        return value.asText().length();
    }

    private static int bytes(String text) {
        int bytes = 2;
        for (int i = 0; i < text.length(); i++) {
            bytes += bytes(text.charAt(i));
        }
        return bytes;
    }

    private static int bytes(char c) {
        if (c < 0x20) {
            return "\b\t\n\f\r".indexOf(c) < 0 ? 6 : 2;
        }
        if (c < 0x80) {
            return c == '"' || c == '\\' ? 2 : 1;
        }
        // a character beyond the basic plane is two of these with four bytes together
        return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }

    /** A text, or each text of an object, cut to what fits into so many bytes of JSON, quotes aside. */
    private static JsonNode cut(JsonNode value, int bytes) {
        if (value.isTextual()) {
            return cut(value.textValue(), bytes);
        }
        if (!value.isObject()) {
            return value;
        }
        ObjectNode result = Json.MAPPER.createObjectNode();
        for (var member : value.properties()) {
            JsonNode each = member.getValue();
            result.set(member.getKey(), each.isTextual() ? cut(each.textValue(), bytes) : each);
        }
        return result;
    }

    private static JsonNode cut(String text, int bytes) {
        int left = bytes;
        for (int i = 0; i < text.length(); i++) {
            left -= bytes(text.charAt(i));
            if (left < 0) {
                boolean within = Character.isLowSurrogate(text.charAt(i));
                return TextNode.valueOf(text.substring(0, within ? i - 1 : i));
            }
        }
        return TextNode.valueOf(text);
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
