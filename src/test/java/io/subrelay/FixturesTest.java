package io.subrelay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.webhook.Event;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That the examples and the vendors' samples are what their names say, and that the vendors take the samples in. */
class FixturesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final FakeVendors VENDORS = FakeVendors.start();

    @BeforeEach
    void reset() {
        VENDORS.reset();
    }

    @AfterAll
    static void close() {
        VENDORS.close();
    }

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

    @ParameterizedTest
    @MethodSource
    void samples(Path file) throws Exception {
        String[] name = file.getFileName().toString().replace(".json", "").split("-");
        JsonNode sample = read(file);
        JsonNode expected = sample.path("expected");
        Event event = Event.of(sample.path("webhook"), "");
        assertThat(event.kind()).isEqualTo(name[1]);
        FakeVendor vendor = switch (name[0]) {
            case "segment" -> {
                JsonNode track = expected.path("batch").path(0);
                assertThat(Instant.parse(track.path("timestamp").asText()).toEpochMilli())
                        .isEqualTo(event.happenedAt());
                assertThat(expected.path("batch").path(1).path("timestamp")).isEqualTo(track.path("timestamp"));
                String body = expected.toString().replaceFirst("<any>", "track").replaceFirst("<any>", "identify");
                send("POST", VENDORS.segmentUrl() + "/v1/batch", body, "Authorization", "Basic a2V5Og==");
                yield VENDORS.segment();
            }
            case "amplitude" -> {
                JsonNode one = expected.path("events").path(0);
                assertThat(one.path("time").longValue()).isEqualTo(event.happenedAt());
                assertThat(one.path("insert_id").asText()).isEqualTo(event.id());
                send("POST", VENDORS.amplitudeUrl() + "/2/httpapi", expected.toString());
                yield VENDORS.amplitude();
            }
            case "onesignal" -> {
                assertThat(expected.path("tags").path("last_event_at").longValue())
                        .isEqualTo(event.timestampMs() / 1000);
                String player = event.event().at("/subscriber_attributes/$onesignalId/value").asText();
                send("PUT", VENDORS.onesignalUrl() + "/api/v1/players/" + player, expected.toString());
                yield VENDORS.onesignal();
            }
            default -> {
                assertThat(expected).isEqualTo(sample.path("webhook"));
                send("POST", VENDORS.statsigUrl() + "/v1/webhooks/revenuecat_webhook", expected.toString(),
                        "statsig-api-key", "secret");
                yield VENDORS.statsig();
            }
        };
        assertThat(vendor.items()).hasSize(name[0].equals("segment") ? 2 : 1);
        assertThat(vendor.dropped()).isEmpty();
        assertThat(vendor.refused()).isEmpty();
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void send(String method, String url, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.discarding());
    }
}
