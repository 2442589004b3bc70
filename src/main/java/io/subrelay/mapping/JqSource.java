package io.subrelay.mapping;

import com.fasterxml.jackson.databind.node.NullNode;
import io.subrelay.config.Nearest;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.thisptr.jackson.jq.Expression;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import net.thisptr.jackson.jq.internal.javacc.ExpressionParser;
import net.thisptr.jackson.jq.internal.javacc.ParseException;
import net.thisptr.jackson.jq.internal.javacc.TokenMgrError;
import net.thisptr.jackson.jq.internal.tree.FunctionCall;
import net.thisptr.jackson.jq.internal.tree.FunctionDefinition;
import net.thisptr.jackson.jq.internal.tree.SemicolonOperator;

/**
 * jq source text, and what is wrong with it said in one line with the place. The library itself finds a misspelt
 * function only when the expression gets to it, which for a rare event may be weeks after the start.
 */
final class JqSource {

    private static final Pattern LEXICAL = Pattern.compile("line (\\d+), column (\\d+)\\. +(.*)");

    private final String name;
    private final String text;

    private JqSource(String name, String text) {
        this.name = name;
        this.text = text;
    }

    static JqSource expression(String text) {
        return new JqSource("jq", text);
    }

    static JqSource definitions(String name, String text) {
        return new JqSource(name, text);
    }

    /** @throws IllegalArgumentException if it is no valid jq */
    Expression compile(Scope scope) {
        Expression parsed = parse(text);
        checkCalls(parsed, scope);
        return JqLinker.link(parsed, scope);
    }

    /** Adds the functions that this text defines to a scope. */
    void define(Scope scope) {
        Expression parsed = parse(text + "\nnull");
        checkCalls(parsed, scope);
        List<Expression> definitions = parsed instanceof SemicolonOperator ? JqTree.get(parsed, "qs") : List.of(parsed);
        try {
            for (Expression each : definitions) {
                JqLinker.link(each, scope).apply(scope, NullNode.getInstance(), null, (value, path) -> {}, false);
            }
        } catch (JsonQueryException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private Expression parse(String source) {
        try {
            return ExpressionParser.compile(source, Versions.JQ_1_7);
        } catch (JsonQueryException e) {
            if (e.getCause() instanceof ParseException at && at.currentToken != null) {
                var token = at.currentToken.next;
                throw wrong(token.beginLine, token.beginColumn,
                        token.kind == 0 ? "unexpected end" : "unexpected '" + token.image + "'", e);
            }
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        } catch (TokenMgrError e) {
            Matcher at = LEXICAL.matcher(String.valueOf(e.getMessage()));
            if (at.find()) {
                throw wrong(Integer.parseInt(at.group(1)), Integer.parseInt(at.group(2)), at.group(3), e);
            }
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private IllegalArgumentException wrong(int line, int column, String what, Throwable cause) {
        String shown = text.lines().skip(line - 1L).findFirst().orElse("").strip();
        return new IllegalArgumentException(
                name + ", line " + line + ", column " + column + ": " + what + (shown.isEmpty() ? "" : " in: " + shown),
                cause);
    }

    private void checkCalls(Expression parsed, Scope scope) {
        Set<String> calls = new LinkedHashSet<>();
        Set<String> defined = new HashSet<>();
        JqTree.rewrite(parsed, node -> {
            if (node instanceof FunctionCall && JqTree.get(node, "moduleName") == null) {
                calls.add(JqTree.get(node, "name") + "/" + JqTree.<List<?>>get(node, "args").size());
            } else if (node instanceof FunctionDefinition) {
                List<?> parameters = JqTree.get(node, "args");
                defined.add(JqTree.get(node, "fname") + "/" + parameters.size());
                parameters.forEach(parameter -> defined.add(parameter + "/0"));
            }
            return node;
        });
        for (String call : calls) {
            int slash = call.lastIndexOf('/');
            String function = call.substring(0, slash);
            int arguments = Integer.parseInt(call.substring(slash + 1));
            if (!defined.contains(call) && scope.getFunction(function, arguments) == null) {
                Matcher at = Pattern.compile("(?<![\\w.$])" + Pattern.quote(function) + "(?!\\w)").matcher(text);
                int offset = at.find() ? at.start() : 0;
                String before = text.substring(0, offset);
                throw wrong((int) before.chars().filter(c -> c == '\n').count() + 1,
                        offset - before.lastIndexOf('\n'),
                        "there is no function " + call + Nearest.hint(function, functions(scope)), null);
            }
        }
    }

    private static Set<String> functions(Scope scope) {
        Set<String> names = new TreeSet<>();
        for (Scope each = scope; each != null; each = each.getParentScope()) {
            each.getLocalFunctions().keySet().forEach(name -> names.add(name.replaceFirst("/.*", "")));
        }
        return names;
    }
}
