package io.subrelay.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.ExpressionEvaluationException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JqLanguageTest {

    private static final DefaultCamelContext CAMEL = new DefaultCamelContext();

    @AfterAll
    static void stop() {
        CAMEL.stop();
    }

    private static Exchange exchange(Object body) {
        Exchange exchange = new DefaultExchange(CAMEL);
        exchange.getMessage().setBody(body);
        return exchange;
    }

    private static Object evaluate(String jq, Object body) {
        return expression(jq).evaluate(exchange(body), Object.class);
    }

    private static Expression expression(String jq) {
        return CAMEL.resolveLanguage("jq").createExpression(jq);
    }

    @Test
    void reads_any_form_of_json() {
        byte[] bytes = "{\"a\": \"\u00e9\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        for (Object body : List.of("{\"a\": \"\u00e9\"}", bytes, new ByteArrayInputStream(bytes), Map.of("a", "\u00e9"),
                Json.tree("{\"a\": \"\u00e9\"}"))) {
            assertThat(evaluate(".a", body)).isEqualTo("\u00e9");
        }
        assertThat(evaluate(".[1].b", List.of(1, Map.of("b", "x")))).isEqualTo("x");
        assertThat(evaluate(".a", null)).isNull();
        assertThatThrownBy(() -> evaluate(".a", "{oops")).isInstanceOf(ExpressionEvaluationException.class)
                .hasMessageContaining("not JSON");
    }

    @Test
    void has_a_function_of_jq_that_the_library_lacks() {
        assertThat(evaluate(".a | IN(\"x\", \"y\")", "{\"a\": \"y\"}")).isEqualTo(true);
        assertThat(evaluate(".a | IN(\"x\", \"y\")", "{\"a\": \"z\"}")).isEqualTo(false);
    }

    @Test
    void gives_plain_values_and_text_for_objects() {
        String body =
                "{\"t\": \"x\", \"n\": 1663786195063, \"d\": 0.70, \"b\": true, \"z\": null, \"l\": [1, {\"a\": 2}], \"o\": {\"d\": 0.70}}";
        assertThat(evaluate(".t", body)).isEqualTo("x");
        assertThat(evaluate(".n", body)).isEqualTo(1663786195063L);
        assertThat(evaluate(".b", body)).isEqualTo(true);
        assertThat(evaluate(".z", body)).isNull();
        assertThat(evaluate(".missing", body)).isNull();
        assertThat(evaluate("empty", body)).isNull();
        assertThat(evaluate(".o", body)).isEqualTo("{\"d\":0.70}");
        assertThat(evaluate(".l", body)).isInstanceOf(ArrayNode.class);
        Exchange exchange = exchange(body);
        assertThat(expression(".l").evaluate(exchange, String.class)).isEqualTo("[1,{\"a\":2}]");
        assertThat(expression(".l").evaluate(exchange, List.class)).hasSize(2);
        assertThat(expression(".o").evaluate(exchange, JsonNode.class).path("d").decimalValue()).isEqualTo("0.70");
        assertThat(expression(".o").evaluate(exchange, Map.class)).containsKey("d");
        assertThat(expression(".o").evaluate(exchange, byte[].class)).isEqualTo("{\"d\":0.70}".getBytes());
        assertThat(expression(".n").evaluate(exchange, String.class)).isEqualTo("1663786195063");
        assertThat(expression(".b").evaluate(exchange, Boolean.class)).isTrue();
        assertThatThrownBy(() -> evaluate(".l[]", body)).hasMessageContaining("several values");
    }

    @ParameterizedTest
    @CsvSource({"true, true", "false, false", "null, false", "0, true", "'\"\"', true", "empty, false", "'[]', true",
            ".a == 1, true"})
    void a_predicate_holds_as_in_jq(String jq, boolean holds) {
        assertThat(CAMEL.resolveLanguage("jq").createPredicate(jq).matches(exchange("{\"a\": 1}"))).isEqualTo(holds);
    }

    @Test
    void reaches_into_the_exchange() {
        Exchange exchange = exchange("{}");
        exchange.setVariable("v", "plain, not \"JSON\"");
        exchange.setVariable("tree", Json.tree("{\"a\": 1}"));
        exchange.getMessage().setHeader("h", 7);
        exchange.setProperty("p", true);
        assertThat(expression(
                "[variable(\"v\"), variable(\"tree\").a, header(\"h\"), property(\"p\"), variable(\"none\")]")
                .evaluate(exchange, String.class)).isEqualTo("[\"plain, not \\\"JSON\\\"\",1,7,true,null]");
        assertThat(
                ((JqLanguage) CAMEL.resolveLanguage("jq")).createExpression(".a", new Object[] {null, "variable:tree"})
                        .evaluate(exchange, Object.class))
                .isEqualTo(1);
    }

    @Test
    void settings_are_data() throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Properties settings = new Properties();
            settings.putAll(Map.of("a.text", " it's \"x\" \\(1 + 1) ", "a.blank", " ", "a.of", "{{a.region}}",
                    "a.region", "eu", "a.key", "secret", "a.name.renewal", "Renewed"));
            camel.getPropertiesComponent().setInitialProperties(settings);
            Exchange exchange = new DefaultExchange(camel);
            exchange.getMessage().setBody("{\"kind\": \"renewal\", \"hostile\": \"x:{{a.key}}\"}");
            assertThat(camel.resolveLanguage("jq").createExpression("""
                    [setting("a.text"), setting("a.blank"), setting("a.none"), setting("a.of"),
                     setting("a.name." + .kind), setting("a.name." + .hostile), setting("a.name." + ("x" * 1000))]""")
                    .evaluate(exchange, String.class))
                    .isEqualTo("[\"it's \\\"x\\\" \\\\(1 + 1)\",\"\",\"\",\"eu\",\"Renewed\",\"\",\"\"]");
        }
    }

    @Test
    void members_are_renamed_by_settings() throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Properties settings = new Properties();
            settings.putAll(Map.of("a.x", "y z", "a.blank", " "));
            camel.getPropertiesComponent().setInitialProperties(settings);
            Exchange exchange = new DefaultExchange(camel);
            exchange.getMessage().setBody("{\"x\": null, \"blank\": 1, \"none\": 2}");
            assertThat(camel.resolveLanguage("jq").createExpression("renamed_by(\"a.\")")
                    .evaluate(exchange, String.class)).isEqualTo("{\"y z\":null}");
        }
    }

    @ParameterizedTest
    @CsvSource({"9.99, 9.99", "'\"9.90\"', 9.90", "-12, -12", "1e12, 1e12", "1e13, ", "1e400, ", "-1e400, ",
            "'\"1e400\"', ", "'\"many\"', ", "null, ", "{}, ", "true, "})
    void amounts(String value, BigDecimal amount) {
        assertThat(evaluate("amount | if . == null then null else tostring end", value))
                .isEqualTo(amount == null ? null : value.replace("\"", "").replace("1e12", "1E+12"));
    }

    @Test
    void what_is_wrong_with_an_event_is_said_in_the_words_of_the_mapping() {
        assertThatThrownBy(() -> evaluate("error(\"no date\")", "1")).isInstanceOf(ExpressionEvaluationException.class)
                .hasMessage("no date");
        assertThatThrownBy(() -> evaluate("def f: f + 1; f", "1")).isInstanceOf(ExpressionEvaluationException.class)
                .hasMessageContaining("it takes too many steps");
    }

    @ParameterizedTest
    @CsvSource({"1662493499000, 2022-09-06T19:44:59Z, 1662493499",
            "1662493499063, 2022-09-06T19:44:59.063Z, 1662493499",
            "1.662493499e12, 2022-09-06T19:44:59Z, 1662493499", "-1, 1969-12-31T23:59:59.999Z, -1",
            "'\"1662493499000\"', 2022-09-06T19:44:59Z, 1662493499", "9e18, , ", "1e400, , ", "-9e15, , ", "null, , ",
            "'\"x\"', , "})
    void times(String millis, String iso, Long seconds) {
        assertThat(evaluate("iso8601", millis)).isEqualTo(iso);
        assertThat(evaluate("epoch_seconds", millis)).isEqualTo(seconds);
    }

    @Test
    void helpers_for_objects() {
        String body = "{\"a\": null, \"b\": 1.50, \"\": 2, \"c\": \"\u00e9\", \"d\": false, \"e\": [1]}";
        assertThat(evaluate("without_nulls", body))
                .isEqualTo("{\"b\":1.50,\"\":2,\"c\":\"\u00e9\",\"d\":false,\"e\":[1]}");
        assertThat(evaluate("as_texts", body))
                .isEqualTo("{\"a\":\"\",\"b\":\"1.50\",\"\":\"2\",\"c\":\"\u00e9\",\"d\":\"false\",\"e\":\"[1]\"}");
        assertThat(evaluate(".c | json_bytes", body)).isEqualTo(4);
        assertThat(evaluate(".c | sha256 | length", body)).isEqualTo(64);
        assertThat(evaluate("cut(1)", body))
                .isEqualTo("{\"a\":null,\"b\":1.50,\"\":2,\"c\":\"\",\"d\":false,\"e\":[1]}");
        assertThat(evaluate("cut(3)", "\"a\\\"b\"")).isEqualTo("a\"");
        assertThat(evaluate("cut(5)", "\"aa\uD83D\uDE00\"")).isEqualTo("aa");
        assertThat(evaluate("cut(6)", "\"aa\uD83D\uDE00b\"")).isEqualTo("aa\uD83D\uDE00");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{a: 1,, b: 2} | jq, line 1, column 7: unexpected ','", "{a: 1 | jq, line 1, column",
            ".a + nonsense(1) | jq, line 1, column 6: there is no function nonsense/1",
            "def f($x): $x; f(1; 2) | there is no function f/2", ".a = \"x | jq, line 1, column"})
    void what_is_wrong_is_said_when_the_route_is_built(String jq, String message) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            assertThatThrownBy(() -> {
                camel.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:wrong").transform().language("jq", jq);
                    }
                });
                camel.start();
            }).hasStackTraceContaining(message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"def f($x): $x + 1; f(1)", "def f(g): g; f(2)", "[1, 2] | map(. + 1) | .[0]",
            "reduce (1, 1) as $x (0; . + $x)", "\"\\(1 + 1)\" | tonumber", "{\"a\": 2} | to_entries | .[0].value",
            "try error(\"x\") catch 2"})
    void all_of_jq_is_there(String jq) {
        assertThat(((Number) evaluate(jq, null)).intValue()).isEqualTo(2);
    }

    @Test
    void definitions_that_do_not_parse_name_their_file() throws Exception {
        var file = java.nio.file.Files.createTempFile("definitions", ".jq");
        java.nio.file.Files.writeString(file, "def one: 1;\n\ndef two: one + on;\n");
        JqLanguage language = new JqLanguage();
        language.setCamelContext(CAMEL);
        language.setDefinitions("file:" + file);
        assertThatThrownBy(() -> language.createExpression("1", new Object[2]))
                .hasMessageContaining(file + ", line 3, column 16: there is no function on/0");
        java.nio.file.Files.delete(file);
    }

    @Test
    void one_expression_serves_many_threads() {
        Expression expression = expression("{v: variable(\"v\"), a: .a, b: ([.a, 1] | add)}");
        assertThat(IntStream.range(0, 20_000).parallel().allMatch(i -> {
            Exchange exchange = exchange("{\"a\": " + i + "}");
            exchange.setVariable("v", i);
            return expression.evaluate(exchange, String.class)
                    .equals("{\"v\":" + i + ",\"a\":" + i + ",\"b\":" + (i + 1) + "}");
        })).isTrue();
    }

    @Test
    void splits_transforms_and_sets_variables_in_a_route() throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in")
                            .setVariable("name").language("jq", ".name")
                            .split().language("jq", ".items").aggregationStrategy(new Collect())
                            .filter().language("jq", ".n <= 1").process(exchange -> exchange.setRouteStop(true)).end()
                            .transform().language("jq", "{n: .n}")
                            .end();
                }
            });
            camel.start();
            Exchange result = camel.createProducerTemplate().send("direct:in", exchange -> exchange.getMessage()
                    .setBody("{\"name\": \"x, y\", \"items\": [{\"n\": 1}, {\"n\": 2, \"m\": 3}, {\"n\": 4}]}"));
            assertThat(result.getException()).isNull();
            assertThat(result.getVariable("name")).isEqualTo("x, y");
            assertThat(result.getMessage().getBody(List.class)).isEqualTo(List.of("{\"n\":2}", "{\"n\":4}"));
        }
    }
}
