package io.subrelay.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.nodes.Node;

/** The route files of the project: valid against Camel's own schema, in its canonical form, and without a fault. */
class ShippedRoutesTest {

    private static final Folder PROJECT = new Folder(Path.of(""));
    private static final List<RouteFile> FILES = PROJECT.routeFiles();

    private static JsonSchema schema;
    /** Of a newer release of Camel, which takes no other form in time. */
    private static JsonSchema canonical;

    @BeforeAll
    static void read() throws Exception {
        schema = schema("camelYamlDsl.json");
        canonical = schema("camelYamlDsl-canonical.json");
    }

    private static JsonSchema schema(String name) throws Exception {
        try (InputStream in = ShippedRoutesTest.class.getResourceAsStream("/schema/" + name)) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(in);
        }
    }

    static Stream<String> files() {
        return FILES.stream().map(RouteFile::name);
    }

    private static RouteFile read(String name) {
        return FILES.stream().filter(file -> file.name().equals(name)).findAny().orElseThrow();
    }

    /** Files, and the routes that pages show. */
    static Stream<Arguments> routes() {
        Stream<Arguments> shown = Stream.concat(Stream.of(Path.of("README.md")), Planted.files(Path.of("docs")))
                .filter(page -> page.toString().endsWith(".md"))
                .flatMap(page -> Pattern.compile("```yaml\\n((?:#[^\\n]*\\n|\\n)*- .*?)```", Pattern.DOTALL)
                        .matcher(Planted.read(page)).results()
                        .map(block -> Arguments.of(page + " at " + block.start(), block.group(1))));
        return Stream.concat(files().map(file -> Arguments.of(file, Planted.read(Path.of(file)))), shown);
    }

    @Test
    void pages_show_routes() {
        assertThat(routes().count()).isGreaterThanOrEqualTo(files().count() + 4);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("routes")
    void valid_against_camels_schema(String name, String text) throws Exception {
        JsonNode routes = new YAMLMapper().readTree(text);
        assertThat(schema.validate(routes)).isEmpty();
        assertThat(canonical.validate(routes)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void no_fault_of_form(String file) {
        assertThat(Shape.get().faults(read(file))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void every_route_and_step_has_an_id_and_every_route_a_description(String file) {
        List<String> lacking = new ArrayList<>();
        Set<String> described = paths(read(file), lacking);
        FILES.forEach(each -> described.addAll(paths(each, new ArrayList<>())));
        for (RouteFile.Route route : read(file).routes()) {
            for (String member : List.of("id", "description")) {
                if (Yaml.get(route.node(), member) == null
                        && !(member.equals("description") && described.contains(route.fromUri()))) {
                    lacking.add(route.idLine() + ": the route lacks " + member);
                }
            }
            YamlWalk.through(route.node(), (name, key, value, owners) -> {
                for (var step : name.equals("steps") ? Yaml.items(value) : List.<Node>of()) {
                    Yaml.entries(step).stream().filter(entry -> Yaml.get(entry.getValueNode(), "id") == null)
                            .forEach(entry -> lacking.add(Yaml.line(step) + ": " + Yaml.text(entry.getKeyNode())));
                }
            });
        }
        assertThat(lacking).isEmpty();
    }

    /** Where the paths of a REST definition lead: the path describes the route. */
    private static Set<String> paths(RouteFile file, List<String> lacking) {
        Set<String> routes = new TreeSet<>();
        YamlWalk.through(file, (name, key, value, owners) -> {
            if (List.of("get", "post", "delete").contains(name) && "rest".equals(owners.peek())) {
                for (Node path : Yaml.items(value)) {
                    routes.add(Yaml.text(Yaml.get(path, "to"), "uri"));
                    if (Yaml.get(path, "description") == null) {
                        lacking.add(Yaml.line(path) + ": the path lacks description");
                    }
                }
            }
        });
        return routes;
    }

    /** With every example of theirs. */
    @Test
    void nothing_is_wrong() {
        Report report = Check.of(PROJECT);
        assertThat(report.found()).filteredOn(fault -> fault.level() != Fault.Level.NOTE).isEmpty();
        assertThat(report.examples()).isEqualTo(Planted.files(Path.of("routes/destinations"))
                .filter(file -> file.toString().endsWith(".json")).count());
    }

    @Test
    void schemas_find_what_is_not_camels_or_not_canonical() throws Exception {
        assertThat(schema.validate(new YAMLMapper().readTree("- rout: {}"))).isNotEmpty();
        JsonNode brief = new YAMLMapper().readTree("- route: {from: {uri: direct:a, steps: [{log: hello}]}}");
        assertThat(schema.validate(brief)).isEmpty();
        assertThat(canonical.validate(brief)).isNotEmpty();
    }
}
