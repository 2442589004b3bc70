package io.subrelay.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The floor does the job of the shipped routes: their own examples hold for it. */
class HandwrittenTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private final JsonNode webhook = read("src/examples/renewal.json");

    private static JsonNode read(String file) {
        try {
            return JSON.readTree(Path.of(file).toFile());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode expected(String destination) {
        return read("routes/destinations/" + destination + ".tests/renewal.json").at("/expect/requests/0/body");
    }

    @Test
    void bodies_are_those_of_the_routes() throws IOException {
        assertThat(written(Handwritten.segment(List.of(webhook)))).isEqualTo(expected("segment"));
        assertThat(written(Handwritten.amplitude(List.of(webhook), "ak"))).isEqualTo(expected("amplitude"));
        assertThat(written(Handwritten.oneSignal(webhook))).isEqualTo(expected("onesignal"));
        assertThat(written(webhook)).isEqualTo(expected("statsig"));
    }

    /** As a vendor reads it. */
    private static JsonNode written(JsonNode body) throws IOException {
        return JSON.readTree(JSON.writeValueAsBytes(body));
    }
}
