package io.subrelay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.subrelay.event.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That the examples and the vendors' samples are what their names say. */
class FixturesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    static List<Path> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
    }

    static List<Path> examples() throws IOException {
        return files("src/examples");
    }

    static List<Path> samples() throws IOException {
        return files("src/test/resources/samples");
    }

    @ParameterizedTest
    @MethodSource
    void examples(Path file) throws IOException {
        JsonNode webhook = JSON.readTree(file.toFile());
        assertThat(Event.of(webhook, "").kind()).isEqualTo(file.getFileName().toString().replace(".json", ""));
        assertThat(webhook.path("event").path("id").isTextual()).isTrue();
        assertThat(webhook.path("event").path("event_timestamp_ms").isIntegralNumber()).isTrue();
    }

    @Test
    void examplesHaveIdsOfTheirOwn() throws IOException {
        List<String> ids = examples().stream().map(FixturesTest::read)
                .map(webhook -> webhook.path("event").path("id").asText()).toList();
        assertThat(ids).doesNotHaveDuplicates().hasSize(21);
    }

    @Test
    void eachVendorHasItsSamples() throws IOException {
        assertThat(samples().stream().map(file -> file.getFileName().toString().split("-")[0])
                .collect(Collectors.groupingBy(vendor -> vendor, Collectors.counting())))
                .containsOnly(java.util.Map.entry("segment", 12L), java.util.Map.entry("amplitude", 12L),
                        java.util.Map.entry("onesignal", 12L), java.util.Map.entry("statsig", 1L));
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
