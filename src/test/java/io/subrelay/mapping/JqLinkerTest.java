package io.subrelay.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.thisptr.jackson.jq.BuiltinFunctionLoader;
import net.thisptr.jackson.jq.Expression;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import net.thisptr.jackson.jq.internal.javacc.ExpressionParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A linked expression gives, in the same order, what the library gives for it, errors included. */
class JqLinkerTest {

    private static final Scope BUILTIN = Scope.newEmptyScope();
    private static final JsonNode IN =
            Json.tree("{\"a\": {\"b\": 1, \"c\": null}, \"t\": \"x\", \"l\": [1, 2, {\"d\": \"e\"}], \"n\": null}");

    static {
        BuiltinFunctionLoader.getInstance().loadFunctions(Versions.JQ_1_7, BUILTIN);
    }

    private static Expression parse(String jq) throws JsonQueryException {
        return ExpressionParser.compile(jq, Versions.JQ_1_7);
    }

    private static List<String> outputs(Expression expression) {
        List<String> outputs = new ArrayList<>();
        try {
            expression.apply(Scope.newChildScope(BUILTIN), IN, value -> outputs.add(value.toString()));
        } catch (JsonQueryException e) {
            outputs.add("error: " + e.getMessage());
        }
        return outputs;
    }

    static Stream<String> expressions() {
        return """
                # objects
                {}
                {a, t: .t, "u": 1, (.t): 2, x: .l}
                {a: 1, b: 2, a: 3}
                {a: (1, 2), b: (3, 4)}
                {a: empty, b: error("y")}
                {a: error("y"), b: empty}
                try {a: (1, error("y")), b: 2} catch .
                {(.l[0:2][] | tostring): (5, 6)}
                {a: {b: {c: (1, 2)}}, d: {e: .n}}
                {(.l): 1}
                label $out | {a: (1, break $out)}
                [limit(1; {a: (1, 2)})]
                . as {t: $u, $n} | {$u, $n}
                {"a\\(1, 2)": 3}
                # sums
                .a + {b: 2} + {c: 3, b: 4} + {d: 5}
                (.a + {x: 1}), .a
                [.a, .a + .a + {y: 1}, .a]
                null + .a + {b: 2}, .a
                {a: 1} + null + {b: 2}
                {a: 1} + {b: 2} + null
                (.a as $o | $o + {z: 1} + {y: 1} | $o)
                1 + 2 + 3.5
                "a" + "b" + .t
                [1] + [2] + [3]
                (1, 2) + (10, 20) + (100, 200)
                {a: 1} + {b: 2} + 3
                1 + empty + error("z")
                error("first") + error("last")
                .l + [(1, 2)]
                [{a: 1} + {b: 2} + ({c: 3}, {d: 4})]
                null + null
                # pipes and variables
                .a | .b as $x | [$x, .c]
                (1, 2) as $x | (3, 4) as $y | [$x, $y]
                1 as $x | 2 as $x | [$x, (3 as $x | $x), $x]
                . as [$p] | 1
                [.l[] | . as $x | try (. + 1) catch "no"]
                label $f | .l[] | ., break $f
                1 | 2 | empty | 3
                # functions
                def f: 1; def g: f + 1; g, f
                def f($x; y): [$x, y]; f(1, 2; 3, 4)
                def f(g): g | g; 2 | f(. * 3)
                def fac: if . <= 1 then 1 else . * (. - 1 | fac) end; 5 | fac
                def f(x): def x: 7; x; f(1)
                def f: def g: 3; g; f, (def g: 4; g)
                def map(f): "mine"; [1] | map(. + 1)
                def f($a; $b): $a + $b; f(1; f(2; 3))
                1 as $x | def f: $x; 2 as $x | f
                def f(x): 5 as $y | x; 6 as $y | f($y)
                [1, 2] | map({v: .}) | add
                [range(3)]
                def r(n): if n > 0 then n, r(n - 1) else empty end; [r(3)]
                [recurse(if . < 2 then . + 1 else empty end; true)]
                # paths
                del(.a.b)
                .a.b = 5
                .a |= . + {z: 1}
                [paths]
                path(.a | .b)
                def p: .a | .b; path(p)
                path(.a + .a)
                def f($x): .l[$x]; path(f(0, 1))
                path({a: 1})
                delpaths([["a", "b"]])
                .l[2].d |= ascii_upcase
                to_entries
                if (.a, .n) then .t else .l end
                reduce .l[] as $x ([]; . + [$x] + [0])
                .l | first, last
                [.l[] | select(type == "number")]
                .t.u
                [.l[] | .d?]
                .n // (.a | .b)
                "\\(.a | .b)-\\(1 + 2 + 3)"
                @base64 "\\(.t + "y")"
                """.lines().filter(line -> !line.startsWith("#"));
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void gives_what_the_library_gives(String jq) throws Exception {
        List<String> expected = outputs(parse(jq));
        Expression linked = JqLinker.link(parse(jq), BUILTIN);
        assertThat(outputs(linked)).isEqualTo(expected);
        assertThat(outputs(linked)).as("once more").isEqualTo(expected);
        assertThat(IN).as("the input").isEqualTo(Json.tree(IN.toString()));
    }

    @Test
    void a_call_keeps_the_function_that_it_was_linked_with() throws Exception {
        Scope scope = Scope.newChildScope(BUILTIN);
        scope.addFunction("f", 0, (in, arguments, input, path, output, version) -> output.emit(Json.tree("1"), null));
        Expression linked = JqLinker.link(parse("f"), scope);
        scope.addFunction("f", 0, (in, arguments, input, path, output, version) -> output.emit(Json.tree("2"), null));
        assertThat(outputs(linked)).containsExactly("1");
    }
}
