package io.subrelay.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of fault, planted into a folder that is fine otherwise. */
class CheckTest {

    @TempDir
    Path folder;
    private Planted planted;

    @BeforeEach
    void plant() {
        planted = new Planted(folder);
    }

    @Test
    void nothing_is_found_where_nothing_is_wrong() {
        assertThat(planted.found()).isEmpty();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                // YAML, and what routes are made of
                arguments("  steps:\n        - filter", " steps:\n        - filter",
                        ":8: this is no YAML: while parsing a block mapping (line 2): expected <block end>, but found"
                                + " '<block mapping start>'"),
                arguments("- route:", "route:",
                        ":1: this file is not a list of routes: it should begin with \"- route:\""),
                arguments("transform:", "transfrom:", ":19: there is no step transfrom; did you mean transform?"),
                arguments("from:", "fron:", ":4: route has no member fron; did you mean from?"),
                arguments("            steps:", "            stpes:",
                        ":14: filter has no member stpes; did you mean steps?"),
                arguments("jq:", "jjq:", ":12: expression has no member jjq; did you mean jq?\n:21: expression has no"),
                arguments("name: Content-Type\n", "name: Content-Type\n            name: Accept\n",
                        ":27: name is said twice in setHeader"),
                arguments("        - to:\n            uri: \"",
                        "        - to:\n            pattern: InOt\n            uri: \"",
                        ":31: pattern is 'InOt': it accepts InOnly, InOut; did you mean InOut?"),
                // addresses
                arguments("httpMethod: POST", "httpMethd: POST",
                        ":33: https has no option httpMethd; did you mean httpMethod?"),
                arguments("credentials: mine", "credentails: mine",
                        ":7: outbox has no option credentails; did you mean credentials?"),
                arguments("reason: Sandbox", "reasn: Sandbox", ":18: outbox has no option reasn; did you mean reason?"),
                arguments("{{mine.url}}", "htps://mine.example",
                        ":31: there is no component htps; did you mean https?"),
                arguments("{{mine.url}}", "{{mine.ulr}}", ":31: there is no setting mine.ulr; did you mean mine.url?"),
                arguments("httpMethod: POST", "connectTimeout: soon",
                        ":33: connectTimeout is 'soon': it accepts a whole number"),
                arguments("httpMethod: POST", "httpMethod: PSOT", ":33: httpMethod is 'PSOT': it accepts GET, "),
                arguments("httpMethod: POST", "authenticationPreemptive: yes",
                        ":33: authenticationPreemptive is 'yes': it accepts true or false"),
                arguments("credentials: mine.key", "batchSize: \"{{mine.key}}\"",
                        ":7: batchSize is '{{mine.key}}': it accepts a whole number"),
                arguments("credentials: mine.key", "reason: Sandbox",
                        ":7: reason is an option for sending to outbox only"),
                arguments("reason: Sandbox events are not for mine", "batchSize: 5",
                        ":18: batchSize is an option for receiving from outbox only"),
                arguments("{{mine.url}}/in", "kafka:mine", ":31: there is no component kafka; put the jar"
                        + " files of org.apache.camel:camel-kafka:"),
                arguments("outbox:skip", "outbox:skp",
                        ":16: nothing can be sent to outbox:skp; did you mean outbox:skip?"),
                arguments("credentials: mine.key", "credentials: [mine.key]",
                        ":7: credentials is no text: names of settings, with commas between them"),
                // expressions
                arguments("iso8601", "iso8061", ":24: jq: there is no function iso8061/0; did you mean iso8601? in:"
                        + " when: (.happened_at_ms | iso8061) }"),
                arguments(".event.id,", ".event.id",
                        ":24: jq: unexpected 'when' in: when: (.happened_at_ms | iso8601) }"),
                arguments("== \"SANDBOX\"", "= = \"SANDBOX\"",
                        ":13: jq: unexpected '=' in: .event.environment = = \"SANDBOX\""),
                arguments("constant:\n                expression: application/json",
                        "simple:\n                expression: \"${bdy}\"", ":29: simple: Unknown function: bdy"),
                // one name, one policy
                arguments("id: mine\n", "id: mime\n",
                        ":2: the id of this route is mime, but it delivers to outbox:mine;"
                                + " the id, the file and the outbox have one name"),
                arguments("outbox:mine", "outbox:mime",
                        ":2: the id of this route is mine, but\n:5: outbox:mime belongs in the file"
                                + " routes/destinations/mime.camel.yaml, or is another name than the file's meant?"),
                arguments("outbox:mine", "direct:mine",
                        ": no route of this file delivers: one has to be from outbox:mine\n"
                                + ":7: direct has no option credentials"),
                arguments("routeConfigurationId: delivery", "routeConfigurationId: delivry",
                        ":3: there is no routeConfiguration delivry; did you mean delivery?"),
                arguments("    routeConfigurationId: delivery\n", "", ":2: this route lacks \"routeConfigurationId:"
                        + " delivery\", which says what becomes of requests that fail"),
                arguments("credentials: mine.key", "credentials: mine.kee",
                        "application.properties:2: nothing reads\n:7: nothing reads the setting mine.kee, which the"
                                + " destination waits for; did you mean mine.key?"),
                // what Camel says of these names neither the line nor the mend
                arguments("{ id: .event.id,", "{ a: {b: {c: 1}}, id: .event.id,",
                        ":23: '}}' is where Camel takes a setting"
                                + " to end; write '} }' for braces of an expression"),
                arguments("{{mine.url}}/in\"", "{{mine.url}}/in?a=b\"",
                        ":31: a uri with parameters cannot have a query"),
                arguments("to:\n            uri: \"{{mine.url}}/in\"",
                        "toD:\n            uri: \"{{mine.url}}/${variable.event_id}?a=b\"",
                        ":31: a uri with parameters"),
                arguments(".event.environment == \"SANDBOX\"", ".kind == \"renewel\"",
                        ":13: there is no kind renewel; did you mean renewal?"),
                arguments(".event.environment == \"SANDBOX\"", ".kind | IN(\"renewal\", \"expiraton\")",
                        ":13: there is no kind expiraton; did you mean expiration?"),
                arguments("id: .event.id,", "id: .event.prodct_id,",
                        ":23: the event has no field prodct_id; did you mean product_id?"),
                arguments("when: (.happened",
                        "what: (.event | {store, c: 1,\n                      period_typ}), when: (.happened",
                        ":25: the event has no field period_typ; did you mean period_type?"),
                arguments("id: .event.id,",
                        "id: .event[\"stor\"], a: own(\"aliasses\"), b: own(\"original_app_user_id\"),",
                        ":23: the event has no field aliasses; did you mean aliases?\n"
                                + ":23: the event has no field stor; did you mean store?"),
                arguments("id: .event.id,", "id: .customer.subscription_statsu, new: .event.of_2030,",
                        ":23: the customer has no field subscription_statsu; did you mean subscription_status?"),
                // addresses of the event's choice
                arguments("to:\n            uri: \"{{mine.url}}",
                        "toD:\n            uri: \"https://${variable.store}.mine.example",
                        ":31: this address is taken from the event"),
                arguments("to:\n            uri: \"{{mine.url}}", "toD:\n            uri: \"{{mine.url}}${body}",
                        ":31: this address is taken from the event"),
                arguments("name: Content-Type", "name: camelHttpURI",
                        ":26: camelHttpURI sends the request to another address than the endpoint's"),
                arguments("setHeader:\n            name: Content-Type", "recipientList:\n            delimiter: \";\"",
                        ":25: recipientList takes addresses from the event"),
                arguments("setHeader:\n            name: Content-Type", "routingSlip:\n            uriDelimiter: \";\"",
                        ":25: routingSlip takes addresses from the event"));
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("faults")
    void a_fault_is_told_with_its_line(String old, String by, String says) {
        planted.mine(old, by);
        List<String> expected =
                Stream.of(says.split("\n")).map(it -> it.startsWith(":") ? Planted.FILE + it : it).toList();
        assertThat(planted.found()).filteredOn(line -> !line.contains("note:"))
                .zipSatisfy(expected, (line, beginning) -> assertThat(line).startsWith(beginning));
    }

    @Test
    void a_path_may_be_of_the_event() {
        planted.mine("to:\n            uri: \"{{mine.url}}/in",
                "toD:\n            uri: \"{{mine.url}}/${variable.event_id}/in");
        assertThat(planted.found()).singleElement().asString().contains("requests[0].path");
        assertThat(Endpoints.isFromData("https://a.b/c?d=${body}")).isFalse();
        assertThat(Endpoints.isFromData("https://{{a.b}}/${body}")).isFalse();
        assertThat(Endpoints.isFromData("https:${body}")).isTrue();
        assertThat(Endpoints.isFromData("${header.to}")).isTrue();
        assertThat(Endpoints.isFromData("kafka:${body}?brokers=a")).isTrue();
    }

    @Test
    void faults_of_one_file_do_not_hide_those_of_another_nor_each_other() {
        planted.mine("transform:", "transfrom:");
        planted.write(Planted.FILE, Planted.read(folder.resolve(Planted.FILE)).replace("httpMethod", "httpMethd"));
        planted.write("routes/destinations/statsig.camel.yaml",
                Planted.read(folder.resolve("routes/destinations/statsig.camel.yaml")).replace("\" + .kind)'",
                        "\" + .kind'"));
        planted.write("routes/mapping.jq", "def own($field): .event[$field] /// .customer[$field];\n");
        planted.write("application.properties", "mine.url = https://mine.example\nmine.key=k\nserver.port = many\n");
        assertThat(planted.found()).filteredOn(line -> !line.contains("note:")).containsExactly(
                "application.properties:3: server.port is 'many': it accepts a whole number from 0 to 65535",
                "routes/destinations/mine.camel.yaml:19: there is no step transfrom; did you mean transform?",
                "routes/destinations/mine.camel.yaml:33: https has no option httpMethd; did you mean httpMethod?",
                "routes/mapping.jq:1: jq: unexpected '/' in: def own($field): .event[$field] /// .customer[$field];");
        planted.write("routes/mapping.jq", "def a: 1;\ndef b: .event.prodct_id;\n");
        assertThat(planted.found()).contains(
                "routes/mapping.jq:2: the event has no field prodct_id; did you mean product_id?");
        planted.write("routes/mapping.jq", Planted.read(Path.of("routes/mapping.jq")));
        assertThat(planted.found()).anySatisfy(line -> assertThat(line)
                .matches("routes/destinations/statsig\\.camel\\.yaml:\\d+: jq: unexpected end.*"));
    }

    @Test
    void every_route_that_camel_cannot_build_is_told() {
        planted.mine(Planted.HEADER, Planted.bean("webhookReader", "none"));
        planted.write(Planted.FILE, Planted.read(folder.resolve(Planted.FILE)) + """
                - route:
                    id: mine-other
                    routeConfigurationId: delivery
                    from:
                      uri: direct:mine-other
                      steps:
                        - bean: {ref: webhookReader, method: nothing}
                """);
        assertThat(planted.found()).filteredOn(line -> !line.contains("note:")).hasSize(2)
                .anySatisfy(line -> assertThat(line).contains("mine.camel.yaml:2: ").contains("none"))
                .anySatisfy(line -> assertThat(line).contains("mine.camel.yaml:33: ").contains("nothing"));
    }

    @Test
    void a_bean_that_another_file_declares_or_none() {
        String bean = """
                - beans:
                    - name: stamp
                      type: java.util.Date
                # {{of.no.setting}}
                """;
        planted.mine(Planted.HEADER, Planted.bean("stamp", "getTime"));
        planted.write("routes/destinations/other.camel.yaml", Planted.MINE.replace("mine", "other") + bean);
        planted.write("application.properties", "mine.url = https://mine.example\nmine.key = k-1\n"
                + "other.url = https://mine.example\nother.key = k-1\n");
        assertThat(planted.found()).filteredOn(line -> !line.contains("note:")).hasSize(2)
                .allMatch(line -> line.startsWith("routes/destinations/mine.tests/renewal.json: requests[0]."));
        planted.write("routes/destinations/other.camel.yaml", Planted.MINE.replace("mine", "other"));
        assertThat(planted.found()).contains(Planted.FILE + ":26: there is no bean stamp");
        planted.write("routes/destinations/other.camel.yaml",
                Planted.MINE.replace("mine", "other") + bean + bean.replace("stamp", "stmap"));
        planted.mine("httpMethod: POST", "httpMethod: POST\n              headerFilterStrategy: \"#stam\"");
        assertThat(planted.found()).contains(Planted.FILE + ":34: there is no bean stam; did you mean stamp?");
        planted.write("routes/more.camel.yaml", bean);
        assertThat(planted.found()).contains("routes/more.camel.yaml:2: bean stamp is declared already, at"
                + " routes/destinations/other.camel.yaml:35");
    }

    @Test
    void a_class_that_no_jar_file_has() {
        planted.write("routes/more.camel.yaml", """
                - beans:
                    - name: stamp
                      type: com.example.Stamp
                """);
        assertThat(planted.found()).filteredOn(line -> !line.contains("note:")).singleElement().asString()
                .startsWith("routes/more.camel.yaml:3: there is no class com.example.Stamp; put the jar file");
    }

    @Test
    void two_files_for_one_destination() {
        planted.write("routes/destinations/mine2.camel.yaml", Planted.MINE);
        assertThat(planted.found()).contains(
                "routes/destinations/mine2.camel.yaml:2: the id mine is taken already, at " + Planted.FILE + ":2",
                "routes/destinations/mine2.camel.yaml:5: outbox:mine has its route already, at " + Planted.FILE + ":5");
    }

    /** One that cannot be decoded as a part of an address, and some that could. */
    @ParameterizedTest
    @ValueSource(strings = {"a+b 100% c%20d", "a+b c", "c%20d", "\u00fc?&#", "a,b", "a;b"})
    void a_folder_may_have_any_name(String name, @TempDir Path temp) throws IOException {
        Planted odd = new Planted(Files.createDirectory(temp.resolve(name)));
        odd.mine("id: .event.id", "id: own(\"id\")");
        odd.write("application.properties", "mine.url = https://mine.example\nmine.key = k\nsegment.region = mars\n");
        assertThat(odd.found()).filteredOn(line -> !line.contains("note:")).containsExactly(
                "application.properties:3: segment.region is 'mars': it accepts one of eu, us");
    }

    @Test
    void short_forms_are_warnings() throws Exception {
        planted.mine("          constant:\n                expression: application/json",
                "          constant: application/json");
        Report report = Check.of(new Folder(folder));
        assertThat(report.isFine()).isTrue();
        assertThat(report.found()).anySatisfy(fault -> assertThat(fault.toString()).isEqualTo(Planted.FILE
                + ":28: warning: \"constant: …\" is a short form that newer releases of Camel do not take; write"
                + " \"constant: {expression: …}\""));
        planted.mine("expression:\n              constant:\n                expression: application/json",
                "constant: application/json");
        assertThat(planted.found())
                .anySatisfy(line -> assertThat(line).contains(":27: warning:").contains("short form"));
    }

    @Test
    void a_destination_without_an_example_is_noted() throws Exception {
        Files.delete(folder.resolve("routes/destinations/mine.tests/renewal.json"));
        assertThat(planted.found()).containsExactly(Planted.FILE
                + ": note: this destination has no example; put one into routes/destinations/mine.tests/");
    }

    @Test
    void webhooks_that_examples_name_are_told_of_once() throws Exception {
        String named = "{\"given\": {\"webhook\": \"renewal\"}, \"expect\": {\"skip\": \"x\"}}";
        planted.write("routes/destinations/mine.tests/a.json", named);
        planted.write("routes/destinations/mine.tests/b.json", named);
        planted.write("examples/renewal.json", "{\n}}");
        assertThat(planted.found()).singleElement().asString().startsWith("examples/renewal.json:2: this is no JSON");
        for (String webhook : List.of("renewal", "cancellation")) {
            Files.delete(folder.resolve("examples/" + webhook + ".json"));
        }
        Files.delete(folder.resolve("examples"));
        assertThat(planted.found()).containsExactly("examples: this folder is missing, and examples name its"
                + " webhooks: take it from the release, or write the webhooks out");
    }

    @Test
    void a_body_that_is_json_only_at_its_beginning() {
        planted.mine("{ id: .event.id,\n                    when: (.happened_at_ms | iso8601) }",
                "\"{\\\"a\\\":1}\\n{\\\"b\\\":2}\"");
        assertThat(planted.found()).singleElement().asString()
                .endsWith("but it is \"{\\\"a\\\":1}\\n{\\\"b\\\":2}\"");
    }

    /** Each with the settings that it names, and none with those of another. */
    @Test
    void examples_with_several_settings() {
        planted.mine("id: .event.id", "id: setting(\"mine.plan\"), region: \"{{mine.region}}\"");
        planted.write("application.properties", "mine.url = https://mine.example\nmine.key = k-1\nmine.plan = own\n"
                + "mine.region = eu\n");
        List<String> given = List.of("{}", "{\"mine.plan\": \"a\", \"mine.region\": \"US\"}", "{\"mine.plan\": \"b\"}",
                "{\"mine.mode\": \"maybe\"}", "{}");
        List<String> expected = List.of("own eu", "a us", "b eu", "x x", "own eu");
        for (int i = 0; i < given.size(); i++) {
            String[] values = expected.get(i).split(" ");
            planted.write("routes/destinations/mine.tests/" + i + ".json", Planted.EXAMPLE
                    .replace("\"given\": {", "\"given\": {\"settings\": " + given.get(i) + ", ")
                    .replace("\"id\": \"e1\", \"when\"",
                            "\"id\": \"" + values[0] + "\", \"region\": \"" + values[1] + "\", \"when\""));
        }
        planted.write("routes/destinations/mine.tests/renewal.json", Planted.read(
                folder.resolve("routes/destinations/mine.tests/0.json")));
        assertThat(planted.found()).containsExactly("routes/destinations/mine.tests/3.json: the route does not start"
                + " with these settings: mine.mode is 'maybe': it accepts one of live, preview, off");
    }

    @Test
    void examples_reach_what_a_destination_calls_beside_a_route_from_the_web() throws Exception {
        planted.mine(Planted.HEADER, "to:\n            uri: direct:json").write("routes/own.camel.yaml", """
                - route:
                    id: own-web
                    from:
                      uri: platform-http:/own
                      steps:
                        - to:
                            uri: direct:json
                - route:
                    id: own-json
                    from:
                      uri: direct:json
                      steps:
                        - %s
                """.formatted(Planted.HEADER.replace("\n", "\n    ")));
        assertThat(planted.found()).isEmpty();
        planted.mine(Planted.HEADER, "to:\n            uri: direct:jsn");
        assertThat(planted.found()).contains(Planted.FILE
                + ":26: no route is from direct:jsn; did you mean direct:json?");
    }

    @Test
    void no_routes_at_all() {
        List<Fault> found = Check.of(new Folder(folder.resolve("nowhere"))).found();
        assertThat(found).singleElement().asString().startsWith("there are no routes in ");
    }

    /** As after an upgrade: what is to be brought into the new version's files, or to be replaced by them. */
    @Test
    void names_what_is_not_as_it_was_shipped() {
        assertThat(planted.found()).isEmpty();
        planted.write("routes/mapping.jq", Planted.read(planted.root.resolve("routes/mapping.jq")) + "\n# ours\n");
        assertThat(planted.found()).containsExactly("routes/mapping.jq: note: this is not the file of this version:"
                + " you have changed it, or it is from before an upgrade");
    }
}
