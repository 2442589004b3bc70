package io.subrelay.vendors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultTest {

    private final FakeVendors vendors = FakeVendors.start();
    private final FakeStatsig statsig = vendors.statsig();

    @AfterEach
    void stop() {
        vendors.close();
    }

    @Test
    void eachVendorHasItsPort() {
        assertThat(vendors.all()).extracting(FakeVendor::url).doesNotHaveDuplicates().containsExactly(
                vendors.segmentUrl(), vendors.amplitudeUrl(), vendors.onesignalUrl(), vendors.statsigUrl());
    }

    @Test
    void answersWithAFaultForAWhile() {
        statsig.next(2, Fault.tooMany(7));
        HttpResponse<String> answer = post("u1");
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("7");
        assertThat(post("u1").statusCode()).isEqualTo(429);
        assertThat(post("u1").statusCode()).isEqualTo(200);
        assertThat(statsig.requests()).extracting(Received::status).containsExactly(429, 429, 200);
        assertThat(statsig.accepted()).hasSize(1);
        assertThat(statsig.refused()).isEmpty();
    }

    @Test
    void answersWithAFaultUntilItRecovers() {
        statsig.always(Fault.html(200));
        assertThat(post("u1").headers().firstValue("Content-Type")).contains("text/html");
        assertThat(post("u1").body()).startsWith("<!DOCTYPE html>");
        assertThat(statsig.accepted()).isEmpty();
        statsig.recover();
        statsig.always(Fault.redirect(307, "http://127.0.0.1:1/"));
        assertThat(post("u1").headers().firstValue("Location")).contains("http://127.0.0.1:1/");
        statsig.recover();
        assertThat(post("u1").statusCode()).isEqualTo(200);
    }

    @Test
    void failsOneCustomerOnly() {
        statsig.when(request -> request.text().contains("u1"), Integer.MAX_VALUE, Fault.answer(503));
        assertThat(post("u1").statusCode()).isEqualTo(503);
        assertThat(post("u2").statusCode()).isEqualTo(200);
    }

    @Test
    void losesAnAnswer() {
        statsig.next(1, Fault.reset().afterTakingIn());
        assertThatThrownBy(() -> post("u1")).isInstanceOf(UncheckedIOException.class);
        assertThat(post("u1").statusCode()).isEqualTo(200);
        assertThat(statsig.duplicates()).hasSize(1);
        assertThat(statsig.requests()).extracting(Received::status).containsExactly(0, 200);
    }

    @Test
    void resetsTheConnection() {
        statsig.next(1, Fault.reset());
        assertThatThrownBy(() -> post("u1")).isInstanceOf(UncheckedIOException.class);
        assertThat(statsig.accepted()).isEmpty();
        assertThat(statsig.requests()).hasSize(1);
    }

    @Test
    void hangsWithoutHoldingUpOthers() {
        statsig.next(1, Fault.hang());
        assertThatThrownBy(() -> post("u1")).hasCauseInstanceOf(java.net.http.HttpTimeoutException.class);
        assertThat(post("u2").statusCode()).isEqualTo(200);
        assertThat(statsig.accepted()).hasSize(1);
    }

    @Test
    void answersLate() {
        statsig.next(1, Fault.slow(Duration.ofMillis(150)));
        long start = System.nanoTime();
        assertThat(post("u1").statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(150));
    }

    @Test
    void forgetsBetweenTests() {
        statsig.always(Fault.answer(503));
        post("u1");
        vendors.reset();
        assertThat(statsig.requests()).isEmpty();
        assertThat(post("u1").statusCode()).isEqualTo(200);
        assertThat(statsig.duplicates()).isEmpty();
    }

    @Test
    void readsGzip() throws IOException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(webhook("u1").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(statsig.url() + "/v1/webhooks/revenuecat_webhook"))
                .headers("Content-Type", "application/json", "Content-Encoding", "gzip", "statsig-api-key", "key")
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes.toByteArray())).build();
        assertThat(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(200);
        assertThat(statsig.accepted().get(0).text()).isEqualTo(webhook("u1"));
    }

    @Test
    void isControlledFromOutside() throws IOException {
        String control = statsig.url() + "/_fake/";
        Sender.json("PUT", control + "fault", "{\"status\":503,\"headers\":{\"Retry-After\":\"3\"},\"times\":1}");
        assertThat(post("u1").headers().map()).containsEntry("retry-after", java.util.List.of("3"));
        post("u1");
        assertThat(Received.JSON.readTree(Sender.json("GET", control + "requests", "").body())).hasSize(2);
        assertThat(Received.JSON.readTree(Sender.json("GET", control + "accepted", "").body()).get(0).path("body"))
                .isEqualTo(Received.JSON.readTree(webhook("u1")));
        assertThat(Received.JSON.readTree(Sender.json("GET", control + "items", "").body()).get(0).path("customer")
                .asText()).isEqualTo("u1");
        for (Map.Entry<String, String> call : Map.of("DELETE", "fault", "GET", "dropped").entrySet()) {
            assertThat(Sender.json(call.getKey(), control + call.getValue(), "").statusCode()).isEqualTo(200);
        }
        Sender.json("DELETE", control + "all", "");
        assertThat(statsig.requests()).isEmpty();
        assertThat(Sender.json("GET", control + "other", "").statusCode()).isEqualTo(404);
    }

    private static String webhook(String customer) {
        return "{\"event\":{\"type\":\"RENEWAL\",\"id\":\"e-" + customer + "\",\"app_user_id\":\"" + customer + "\"}}";
    }

    private HttpResponse<String> post(String customer) {
        return Sender.json("POST", statsig.url() + "/v1/webhooks/revenuecat_webhook", webhook(customer),
                "statsig-api-key", "key");
    }
}
