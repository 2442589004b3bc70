package io.subrelay.mapping;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.thisptr.jackson.jq.Expression;
import net.thisptr.jackson.jq.Function;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.internal.tree.AssignPipeComponent;
import net.thisptr.jackson.jq.internal.tree.FunctionCall;
import net.thisptr.jackson.jq.internal.tree.FunctionDefinition;
import net.thisptr.jackson.jq.internal.tree.ObjectConstruction;
import net.thisptr.jackson.jq.internal.tree.PipeComponent;
import net.thisptr.jackson.jq.internal.tree.PipedQuery;
import net.thisptr.jackson.jq.internal.tree.TransformPipeComponent;
import net.thisptr.jackson.jq.internal.tree.binaryop.PlusExpression;
import net.thisptr.jackson.jq.internal.tree.matcher.matchers.ValueMatcher;

/**
 * Prepares a parsed expression for being evaluated many times: calls get their functions, which the library looks up by
 * name at every call, and the parts that mappings are mostly made of are replaced by {@link JqNodes}. The values are
 * those of the library.
 */
final class JqLinker {

    private final Scope scope;
    /** What the expression itself defines, with its parameters: which one a name means shows when it is called. */
    private final Set<String> local = new HashSet<>();

    private JqLinker(Scope scope) {
        this.scope = scope;
    }

    /**
     * @param parsed may be changed
     * @param scope  where functions are that the expression does not define
     */
    static Expression link(Expression parsed, Scope scope) {
        JqLinker linker = new JqLinker(scope);
        JqTree.rewrite(parsed, linker::define);
        return (Expression) JqTree.rewrite(parsed, linker::replace);
    }

    private Object define(Object node) {
        if (node instanceof FunctionDefinition) {
            List<String> parameters = JqTree.get(node, "args");
            local.add(JqTree.get(node, "fname") + "/" + parameters.size());
            parameters.forEach(parameter -> local.add(parameter + "/0"));
        }
        return node;
    }

    private Object replace(Object node) {
        if (node instanceof FunctionCall) {
            return call(node, JqTree.get(node, "name"), JqTree.get(node, "args"));
        }
        if (node instanceof FunctionDefinition) {
            return new JqNodes.Definition(
                    JqTree.get(node, "fname"), JqTree.get(node, "args"), JqTree.get(node, "body"));
        }
        if (node instanceof ObjectConstruction object) {
            return new JqNodes.ObjectOf(object, object.fields);
        }
        if (node instanceof PlusExpression sum) {
            return new JqNodes.Sum(sum, JqTree.get(node, "lhs"), JqTree.get(node, "rhs"));
        }
        return node instanceof PipedQuery ? pipe(node, JqTree.get(node, "components")) : node;
    }

    private Object call(Object node, String name, List<Expression> arguments) {
        Function function = local.contains(name + "/" + arguments.size()) || JqTree.get(node, "moduleName") != null
                ? null : scope.getFunction(name, arguments.size());
        return function == null ? node : new JqNodes.Call(function, arguments, JqTree.get(node, "version"));
    }

    /** Neither labels nor patterns, which mappings do without. */
    private static Object pipe(Object node, List<PipeComponent> parts) {
        boolean isPlain = parts.stream().allMatch(part -> part instanceof TransformPipeComponent
                || part instanceof AssignPipeComponent as && as.matcher instanceof ValueMatcher);
        return !isPlain ? node : new JqNodes.Pipe(parts.stream().map(JqLinker::step).toList());
    }

    private static JqNodes.Step step(PipeComponent part) {
        return part instanceof AssignPipeComponent as ? new JqNodes.Step(as.expr, JqTree.get(as.matcher, "name"))
                : new JqNodes.Step(((TransformPipeComponent) part).expr, null);
    }
}
