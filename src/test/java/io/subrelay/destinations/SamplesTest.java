package io.subrelay.destinations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.destinations.Destinations.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The vendors' published samples, one file each in a folder named like the destination: {@code {"webhook", "expected"}}.
 * Every field that a sample shows is sent with that value; more may be sent than a sample shows.
 */
class SamplesTest {

    private static final Path SAMPLES = Path.of("src/test/resources/samples");

    @TestFactory
    Stream<DynamicTest> what_a_sample_shows_is_sent() throws Exception {
        if (!Files.isDirectory(SAMPLES)) {
            return Stream.empty();
        }
        Destinations destinations = new Destinations(Map.of("onesignal.app-id", "12345678-1234-1234-1234-123456789012",
                "amplitude.api-key", "yourAmplitudeAPIKey", "amplitude.sandbox-api-key", "yourAmplitudeAPIKey",
                "segment.send-sandbox", "true"));
        return Files.walk(SAMPLES).filter(file -> file.toString().endsWith(".json")).sorted()
                .map(file -> DynamicTest.dynamicTest(SAMPLES.relativize(file).toString(), () -> check(destinations, file)))
                .onClose(destinations::close);
    }

    private static void check(Destinations destinations, Path file) throws IOException {
        String destination = SAMPLES.relativize(file).getName(0).toString().replace(".json", "");
        JsonNode sample = Destinations.JSON.readTree(file.toFile());
        Outcome outcome = destinations.send(destination, Destinations.enrich(sample.path("webhook")));
        assertThat(outcome.verdicts()).isEmpty();
        assertShown(sample.path("expected"), outcome.request().body(), "");
    }

    /** Whether {@code sent} has all that {@code shown} has; members of arrays one by one. */
    private static void assertShown(JsonNode shown, JsonNode sent, String at) {
        if (shown.isObject()) {
            shown.properties().forEach(
                    member -> assertShown(member.getValue(), sent.path(member.getKey()), at + "/" + member.getKey()));
        } else if (shown.isArray()) {
            assertThat(sent).as(at).hasSameSizeAs(shown);
            for (int i = 0; i < shown.size(); i++) {
                assertShown(shown.get(i), sent.path(i), at + "/" + i);
            }
        } else if (shown.isNumber()) {
            assertThat(sent.isNumber()).as(at + ": " + sent).isTrue();
            assertThat(sent.decimalValue()).as(at).isEqualByComparingTo(shown.decimalValue());
        } else {
            assertThat(sent).as(at).isEqualTo(shown);
        }
    }
}
