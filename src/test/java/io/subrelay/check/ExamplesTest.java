package io.subrelay.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example of every shipped destination, and those that show what examples can say. */
class ExamplesTest {

    private static final Folder PROJECT = new Folder(Path.of(""));

    private static Examples examples;

    @BeforeAll
    static void open() {
        examples = new Examples(PROJECT,
                PROJECT.routeFiles().stream().filter(file -> file.destination() == null).toList());
    }

    @AfterAll
    static void close() {
        examples.close();
    }

    static Stream<Arguments> all() {
        List<Arguments> all = new ArrayList<>();
        for (RouteFile file : PROJECT.routeFiles()) {
            if (file.destination() != null) {
                Path own = Path.of("src/test/resources/examples", file.destination() + ".tests");
                Stream.concat(Examples.files(file.examples()).stream(), Examples.files(own).stream())
                        .forEach(path -> all.add(Arguments.of(PROJECT.shown(path), file, path)));
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void holds(String shown, RouteFile destination, Path path) throws Exception {
        assertThat(examples.run(destination,
                Example.read(path, shown, destination.destination(), PROJECT.webhooks()))).isEmpty();
    }
}
