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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.nodes.Node;

/** The route files of the project: valid against Camel's own schema, canonical, and without a fault. */
class ShippedRoutesTest {

    private static final Folder PROJECT = new Folder(Path.of(""));

    private static JsonSchema schema;

    @BeforeAll
    static void read() throws Exception {
        try (InputStream in = ShippedRoutesTest.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
            schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(in);
        }
    }

    static Stream<String> files() {
        return PROJECT.routeFiles().stream().map(RouteFile::name);
    }

    @ParameterizedTest
    @MethodSource("files")
    void valid_against_camels_schema(String file) throws Exception {
        JsonNode routes = new YAMLMapper().readTree(Planted.read(Path.of(file)));
        assertThat(schema.validate(routes)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void canonical(String file) {
        assertThat(Shape.get().faults(PROJECT.routeFile(Path.of(file)))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void every_route_and_step_has_an_id_and_every_route_a_description(String file) {
        List<String> lacking = new ArrayList<>();
        Set<String> described = paths(PROJECT.routeFile(Path.of(file)), lacking);
        for (RouteFile.Route route : PROJECT.routeFile(Path.of(file)).routes()) {
            for (String member : List.of("id", "description")) {
                if (Yaml.get(route.node(), member) == null
                        && !(member.equals("description") && described.contains(route.fromUri()))) {
                    lacking.add(route.idLine() + ": the route lacks " + member);
                }
            }
            Walk.through(route.node(), (name, key, value, owners) -> {
                for (var step : name.equals("steps") ? Yaml.items(value) : List.<Node>of()) {
                    Yaml.entries(step).stream().filter(entry -> Yaml.get(entry.getValueNode(), "id") == null)
                            .forEach(entry -> lacking.add(Yaml.line(step) + ": " + Yaml.text(entry.getKeyNode())));
                }
            }, new java.util.ArrayDeque<>());
        }
        assertThat(lacking).isEmpty();
    }

    /** Where the paths of a REST definition lead: the path describes the route. */
    private static Set<String> paths(RouteFile file, List<String> lacking) {
        Set<String> routes = new TreeSet<>();
        Walk.through(file, (name, key, value, owners) -> {
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

    @Test
    void nothing_is_wrong() {
        assertThat(Check.of(PROJECT).found()).filteredOn(fault -> fault.level() != Fault.Level.NOTE).isEmpty();
    }

    @Test
    void the_schema_is_camels() {
        assertThat(Shape.get().size()).isGreaterThan(200);
        assertThat(schema.validate(new YAMLMapper().valueToTree(List.of(java.util.Map.of("rout", Set.of()))))).isNotEmpty();
    }
}
