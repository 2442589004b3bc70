package io.subrelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import net.thisptr.jackson.jq.exception.JsonQueryUserException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.ExpressionEvaluationException;
import org.apache.camel.support.ExpressionSupport;

/**
 * One compiled jq expression. It reads the message body (or the {@code source}), as a tree, or as text, bytes, a list
 * or a map that is made one.
 *
 * <p>What it gives, unless a {@code resultType} asks for something else: text, a number, true or false as such; null
 * for null or for no value at all; an object as its JSON text, so that it can be sent by anything as it is; an array as
 * a tree, so that it can be split. Several values are a mistake. As a predicate it holds if its value is neither false
 * nor null, as in jq.
 */
final class JqExpression extends ExpressionSupport {

    private final Expression source;
    private final net.thisptr.jackson.jq.Expression jq;
    private final String text;
    private final Scope scope;

    JqExpression(Expression source, net.thisptr.jackson.jq.Expression jq, String text, Scope scope) {
        this.source = source;
        this.jq = jq;
        this.text = text;
        this.scope = scope;
    }

    @Override
    public void init(CamelContext context) {
        source.init(context);
    }

    @Override
    public <T> T evaluate(Exchange exchange, Class<T> type) {
        JsonNode value = value(exchange);
        if (value == null || value.isNull()) {
            return null;
        }
        if (type.isInstance(value) && type != Object.class && type != Iterable.class) {
            return type.cast(value);
        }
        if (Collection.class.isAssignableFrom(type) && value.isArray() && type.isAssignableFrom(ArrayList.class)) {
            List<JsonNode> list = new ArrayList<>(value.size());
            value.forEach(list::add);
            return type.cast(list);
        }
        if (type == Map.class) {
            return type.cast(Json.MAPPER.convertValue(value, Map.class));
        }
        Object plain = plain(value, type);
        return type.isInstance(plain)
                ? type.cast(plain)
                : exchange.getContext().getTypeConverter().convertTo(type, exchange, plain);
    }

    @Override
    public boolean matches(Exchange exchange) {
        JsonNode value = value(exchange);
        return value != null && !value.isNull() && !(value.isBoolean() && !value.booleanValue());
    }

    private static Object plain(JsonNode value, Class<?> type) {
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.isNumber()) {
            return value.numberValue();
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return value.isArray() && (type == Object.class || type == Iterable.class) ? value : Json.write(value);
    }

    /** The one value that the expression gives; null if it gives none. */
    private JsonNode value(Exchange exchange) {
        JsonNode[] result = new JsonNode[1];
        Exchange outer = JqFunctions.enter(exchange);
        try {
            JsonNode input = Json.tree(source.evaluate(exchange, Object.class));
            jq.apply(Scope.newChildScope(scope), input, null, (value, path) -> {
                if (result[0] != null) {
                    throw new JsonQueryException("gives several values where one is wanted; put [ ] around it");
                }
                result[0] = value;
            }, false);
        } catch (JsonQueryUserException e) {
            // error("…"): the words of whoever wrote the mapping, without those of the library
            throw new ExpressionEvaluationException(this, place(exchange) + e.getMessage(), exchange, null);
        } catch (JsonQueryException | IllegalArgumentException e) {
            // what the library's functions throw it wraps without words
            boolean wrapped = e instanceof JsonQueryException && e.getCause() != null;
            throw cannotMap(wrapped ? e.getCause().getMessage() : e.getMessage(), exchange, e);
        } catch (StackOverflowError e) {
            // jq's own functions, gsub among them, call themselves for each of their steps
            throw cannotMap("it takes too many steps", exchange, null);
        } finally {
            JqFunctions.leave(outer);
        }
        return result[0];
    }

    private ExpressionEvaluationException cannotMap(String why, Exchange exchange, Throwable cause) {
        return new ExpressionEvaluationException(
                this, place(exchange) + "jq cannot map this event: " + why + ", in: " + text, exchange, cause);
    }

    /** File and line of the step that is being done, where they are known: {@code segment.camel.yaml:43: }. */
    private static String place(Exchange exchange) {
        String place = exchange.getExchangeExtension().getHistoryNodeSource();
        return place == null ? "" : place + ": ";
    }

    @Override
    protected String assertionFailureMessage(Exchange exchange) {
        return text;
    }

    @Override
    public String toString() {
        return "jq[" + text + "]";
    }
}
