package io.subrelay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The libraries: none is older than the first version without the faults that are known of those before. */
class DependenciesTest {

    @ParameterizedTest
    @CsvSource({
            "io.netty.handler.codec.http.HttpRequest, 4.1.135",
            "io.netty.handler.codec.http2.Http2Connection, 4.1.135",
            "io.netty.handler.ssl.SslHandler, 4.1.135",
            "io.vertx.core.Vertx, 4.5.27",
            "io.vertx.ext.web.Router, 4.5.27",
            "org.postgresql.Driver, 42.7.11",
            "org.h2.Driver, 2.4.240",
            "com.fasterxml.jackson.core.JsonFactory, 2.19.4",
            "com.fasterxml.jackson.databind.ObjectMapper, 2.19.4",
            "org.apache.logging.log4j.core.LoggerContext, 2.25.3",
            "org.apache.hc.client5.http.classic.HttpClient, 5.5.1",
            "org.apache.camel.CamelContext, 4.18.0"})
    void isNew(String type, String atLeast) throws ClassNotFoundException {
        URL jar = Class.forName(type).getProtectionDomain().getCodeSource().getLocation();
        String version = jar.getPath().replaceFirst(".*-(\\d+(\\.\\d+)+)[^/]*\\.jar$", "$1");
        assertThat(Arrays.compare(numbers(version), numbers(atLeast))).as("%s is of %s", type, version).isNotNegative();
    }

    /** What reads Java objects that others could have written is not here, or not used. */
    @Test
    void noneTakesJavaObjects() throws IOException {
        assertThat(getClass().getClassLoader().getResource("org/apache/camel/component/jms/JmsComponent.class"))
                .isNull();
        try (Stream<Path> files = Files.walk(Path.of("routes"))) {
            for (Path route : files.filter(file -> file.toString().endsWith(".yaml")).toList()) {
                assertThat(Files.readString(route)).as("%s", route).doesNotContainIgnoringCase("aggregationRepository");
            }
        }
    }

    private static int[] numbers(String version) {
        return Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray();
    }
}
