package io.subrelay.destinations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.destinations.Destinations.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The vendors' published samples, each a file {@code <destination>-<kind>.json} with {@code {"webhook", "expected"}}.
 * What a sample expects is sent, and nothing else.
 */
class SamplesTest {

    /** The customer's state, Amplitude's leave to send short user ids, and additions, none of which a sample shows. */
    private static final Set<String> ELSEWHERE = Set.of(
            "subscription_status", "rc_subscription_status", "rc_active_entitlements", "options",
            "country_code", "renewal_number");

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
        String destination = file.getFileName().toString().replaceAll("-.*", "");
        JsonNode sample = Destinations.JSON.readTree(file.toFile());
        ObjectNode event = Destinations.enrich(sample.path("webhook"));
        if (event.path("kind").asText().equals("non_subscription_purchase")) {
            ((ObjectNode) event.path("customer")).putNull("subscription_status");
        }
        Outcome outcome = destinations.send(destination, event);
        assertThat(outcome.result()).isEqualTo("deliver");
        assertSame(sample.path("expected"), outcome.request().body(), "");
    }

    private static void assertSame(JsonNode expected, JsonNode sent, String at) {
        if (expected.isObject()) {
            assertThat(names(sent)).as(at).isEqualTo(names(expected));
            expected.properties().stream().filter(member -> !ELSEWHERE.contains(member.getKey())).forEach(
                    member -> assertSame(member.getValue(), sent.path(member.getKey()), at + "/" + member.getKey()));
        } else if (expected.isArray()) {
            assertThat(sent).as(at).hasSameSizeAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                assertSame(expected.get(i), sent.path(i), at + "/" + i);
            }
        } else if (expected.isNumber()) {
            assertThat(sent.isNumber()).as(at + ": " + sent).isTrue();
            assertThat(sent.decimalValue()).as(at).isEqualByComparingTo(expected.decimalValue());
        } else if (!expected.asText().equals("<any>")) {
            assertThat(sent).as(at).isEqualTo(expected);
        }
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        names.removeAll(ELSEWHERE);
        return names;
    }
}
