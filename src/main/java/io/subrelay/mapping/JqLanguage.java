package io.subrelay.mapping;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import net.thisptr.jackson.jq.BuiltinFunctionLoader;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Versions;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.SingleInputTypedLanguageSupport;

/**
 * The language {@code jq}: {@code transform}, {@code choice}, {@code setVariable}, {@code split} … over JSON.
 *
 * <p>An expression is compiled once, when its route is built; one that does not parse, or that calls a function that
 * there is not, fails the route there and then. Beside jq's own functions an expression can call those of
 * {@link JqFunctions} and whatever {@linkplain #setDefinitions the shared definitions} define.
 *
 * @see JqExpression what an expression reads and what it gives
 */
public class JqLanguage extends SingleInputTypedLanguageSupport {

    private static final Scope BUILTIN = builtin();

    private String definitions = "file:routes/mapping.jq,file:routes/api.jq";
    private Scope scope;

    /** The files of jq definitions that every expression can use, comma separated; there need not be any. */
    public void setDefinitions(String definitions) {
        this.definitions = definitions;
    }

    public String getDefinitions() {
        return definitions;
    }

    /** Reads the shared definitions and the settings anew, for the expressions that are compiled from now on. */
    public synchronized void reload() {
        scope = null;
    }

    @Override
    public Expression createExpression(Expression source, String expression, Object[] properties) {
        return new JqExpression(source, JqSource.expression(expression).compile(scope()), expression, scope());
    }

    @Override
    public Predicate createPredicate(Expression source, String expression, Object[] properties) {
        return (Predicate) createExpression(source, expression, properties);
    }

    private synchronized Scope scope() {
        if (scope == null) {
            Scope shared = Scope.newChildScope(BUILTIN);
            new SettingFunctions(getCamelContext()).addTo(shared);
            for (String location : definitions.split(",")) {
                String text = read(location.trim());
                if (text != null) {
                    JqSource.definitions(location.trim(), text).define(shared);
                }
            }
            scope = shared;
        }
        return scope;
    }

    private String read(String location) {
        Resource resource = PluginHelper.getResourceLoader(getCamelContext()).resolveResource(location);
        if (resource == null || !resource.exists()) {
            return null;
        }
        try (InputStream in = resource.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(location + " cannot be read", e);
        }
    }

    private static Scope builtin() {
        Scope scope = Scope.newEmptyScope();
        BuiltinFunctionLoader.getInstance().loadFunctions(Versions.JQ_1_7, scope);
        JqFunctions.addTo(scope);
        return scope;
    }
}
