package io.subrelay.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Examples beside those that are shipped, which {@link ShippedRoutesTest} has check run. */
class ExamplesTest {

    private static final Folder PROJECT = new Folder(Path.of(""));
    private static final List<RouteFile> FILES = PROJECT.routeFiles();

    private static final Examples EXAMPLES =
            new Examples(PROJECT, FILES.stream().filter(file -> file.destination() == null).toList());

    static Stream<Arguments> all() {
        return FILES.stream().filter(file -> file.destination() != null)
                .map(file -> Arguments.of(file.destination(), file, Path.of("src/test/resources/examples",
                        file.destination() + ".tests")))
                .filter(each -> Files.exists((Path) each.get()[2]));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void hold(String shown, RouteFile destination, Path examples) {
        List<Fault> faults = new ArrayList<>();
        assertThat(EXAMPLES.run(destination, examples, faults)).isPositive();
        assertThat(faults).isEmpty();
    }
}
