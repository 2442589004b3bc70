package io.subrelay.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Examples beside those that are shipped, which {@link ShippedRoutesTest} has check run. */
class ExamplesTest {

    private static final Folder PROJECT = new Folder(Path.of(""));
    private static final List<RouteFile> FILES = PROJECT.routeFiles();

    private static Examples examples;

    @BeforeAll
    static void open() {
        examples = new Examples(PROJECT,
                FILES.stream().filter(file -> file.destination() == null).toList());
    }

    @AfterAll
    static void close() {
        examples.close();
    }

    static Stream<Arguments> all() {
        return FILES.stream().filter(file -> file.destination() != null).flatMap(
                file -> Examples.files(Path.of("src/test/resources/examples", file.destination() + ".tests")).stream()
                        .map(path -> Arguments.of(PROJECT.shown(path), file, path)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void holds(String shown, RouteFile destination, Path path) throws Exception {
        assertThat(examples.run(destination,
                Example.read(path, shown, destination.destination(), PROJECT.webhooks()))).isEmpty();
    }
}
