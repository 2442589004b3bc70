package io.subrelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import net.thisptr.jackson.jq.Expression;
import net.thisptr.jackson.jq.Function;
import net.thisptr.jackson.jq.Output;
import net.thisptr.jackson.jq.PathOutput;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Version;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import net.thisptr.jackson.jq.internal.operators.PlusOperator;
import net.thisptr.jackson.jq.internal.tree.FieldConstruction;
import net.thisptr.jackson.jq.path.Path;

/** Parts of an expression that give what those of the library give, with less to look up and less garbage. */
final class JqNodes {

    private JqNodes() {
    }

    /** A call of a function that is known. */
    record Call(Function function, List<Expression> arguments, Version version) implements Expression {

        @Override
        public void apply(Scope scope, JsonNode in, Path path, PathOutput output, boolean requirePath)
                throws JsonQueryException {
            function.apply(scope, arguments, in, path, output, version);
        }
    }

    /** {@code def name(parameters): body;} */
    record Definition(String name, List<String> parameters, Expression body) implements Expression {

        @Override
        public void apply(Scope scope, JsonNode in, Path path, PathOutput output, boolean requirePath) {
            scope.addFunction(name, parameters.size(), (caller, arguments, input, at, out,
                    version) -> call(Scope.newChildScope(scope), caller, arguments, input, at, out, 0));
        }

        private void call(Scope inner, Scope caller, List<Expression> arguments, JsonNode in, Path path,
                PathOutput output, int given) throws JsonQueryException {
            if (given == parameters.size()) {
                body.apply(inner, in, path, output, false);
                return;
            }
            String parameter = parameters.get(given);
            Expression argument = arguments.get(given);
            if (parameter.startsWith("$")) {
                argument.apply(caller, in, path, (value, at) -> {
                    inner.setValueWithPath(parameter.substring(1), value, at);
                    call(inner, caller, arguments, in, path, output, given + 1);
                }, false);
            } else {
                inner.addFunction(parameter, 0,
                        (scope, none, input, at, out, version) -> argument.apply(caller, input, at, out, false));
                call(inner, caller, arguments, in, path, output, given + 1);
            }
        }
    }

    /** One step of a {@link Pipe}; the variable is null unless it is {@code expression as $variable}. */
    record Step(Expression expression, String variable) {
    }

    /** {@code a | b as $c | d} */
    record Pipe(List<Step> steps) implements Expression {

        @Override
        public void apply(Scope scope, JsonNode in, Path path, PathOutput output, boolean requirePath)
                throws JsonQueryException {
            run(0, scope, in, path, output, requirePath);
        }

        private void run(int at, Scope scope, JsonNode in, Path path, PathOutput output, boolean requirePath)
                throws JsonQueryException {
            Step step = steps.get(at);
            if (step.variable != null) {
                Scope inner = Scope.newChildScope(scope);
                step.expression.apply(scope, in, value -> {
                    inner.setValueWithPath(step.variable, value, path);
                    run(at + 1, inner, in, path, output, requirePath);
                });
            } else if (at == steps.size() - 1) {
                step.expression.apply(scope, in, path, output, requirePath);
            } else {
                step.expression.apply(scope, in, path,
                        (value, ofValue) -> run(at + 1, scope, value, ofValue, output, requirePath), requirePath);
            }
        }
    }

    /** What a part of a whole gives. */
    private static final class Part implements Output, FieldConstruction.FieldConsumer {

        private int count;
        private String name;
        private JsonNode value;

        @Override
        public void emit(JsonNode given) {
            accept(null, given);
        }

        @Override
        public void accept(String of, JsonNode given) {
            count++;
            name = of;
            value = given;
        }
    }

    /** Made of parts that nearly always give one value each. Where they do not, the library's own form is used. */
    private abstract static class Whole implements Expression {

        private final Expression general;
        private final int size;

        Whole(Expression general, int size) {
            this.general = general;
            this.size = size;
        }

        @Override
        public void apply(Scope scope, JsonNode in, Path path, PathOutput output, boolean requirePath)
                throws JsonQueryException {
            Part[] parts = new Part[size];
            for (int i = 0; i < size; i++) {
                Part part = new Part();
                try {
                    evaluate(i, scope, in, part);
                } catch (JsonQueryException e) {
                    if (part.count == 0) {
                        throw e;
                    }
                    part.count++;
                }
                if (part.count != 1) {
                    general.apply(scope, in, path, output, requirePath);
                    return;
                }
                parts[i] = part;
            }
            output.emit(of(parts, scope), null);
        }

        abstract void evaluate(int index, Scope scope, JsonNode in, Part part) throws JsonQueryException;

        abstract JsonNode of(Part[] parts, Scope scope) throws JsonQueryException;
    }

    /** <code>{a: b, c, "d": e, (f): g}</code> */
    static final class ObjectOf extends Whole {

        private final List<FieldConstruction> fields;

        ObjectOf(Expression general, List<FieldConstruction> fields) {
            super(general, fields.size());
            this.fields = fields;
        }

        @Override
        void evaluate(int index, Scope scope, JsonNode in, Part part) throws JsonQueryException {
            fields.get(index).evaluate(scope, in, part);
        }

        @Override
        JsonNode of(Part[] parts, Scope scope) {
            ObjectNode object = scope.getObjectMapper().createObjectNode();
            for (Part part : parts) {
                object.set(part.name, part.value);
            }
            return object;
        }
    }

    /** {@code a + b + c}, in which the library copies objects once for each {@code +}. The last one comes first. */
    static final class Sum extends Whole {

        private static final PlusOperator PLUS = new PlusOperator();

        private final List<Expression> terms;

        Sum(Expression general, Expression left, Expression last) {
            this(general, terms(left, last));
        }

        private Sum(Expression general, List<Expression> terms) {
            super(general, terms.size());
            this.terms = terms;
        }

        private static List<Expression> terms(Expression left, Expression last) {
            List<Expression> terms = new ArrayList<>(List.of(last));
            terms.addAll(left instanceof Sum sum ? sum.terms : List.of(left));
            return terms;
        }

        @Override
        void evaluate(int index, Scope scope, JsonNode in, Part part) throws JsonQueryException {
            terms.get(index).apply(scope, in, part);
        }

        @Override
        JsonNode of(Part[] parts, Scope scope) throws JsonQueryException {
            int first = parts.length - 1;
            JsonNode sum = parts[first].value;
            boolean isNew = false;
            for (int i = first - 1; i >= 0; i--) {
                JsonNode term = parts[i].value;
                boolean areObjects = sum.isObject() && term.isObject();
                if (areObjects && isNew) {
                    ((ObjectNode) sum).setAll((ObjectNode) term);
                } else {
                    sum = PLUS.apply(scope.getObjectMapper(), sum, term);
                    isNew = areObjects;
                }
            }
            return sum;
        }
    }
}
