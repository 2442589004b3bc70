package io.subrelay.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.StreamSupport;

/** A runner, seen from outside. */
public final class Api {

    public static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();

    private final String url;
    private final String managementUrl;

    public Api(int port, int managementPort) {
        url = "http://127.0.0.1:" + port;
        managementUrl = "http://127.0.0.1:" + managementPort;
    }

    public int port() {
        return URI.create(url).getPort();
    }

    public int managementPort() {
        return URI.create(managementUrl).getPort();
    }

    /** @param headers names and values in turn */
    public HttpResponse<String> call(String method, String path, byte[] body, String... headers) {
        try {
            return call(url, method, path, body, headers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpResponse<String> call(String url, String method, String path, byte[] body, String... headers)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(60))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return CLIENT.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What is answered, from the status on, to somebody who calls the runner by a name. */
    public String getAs(String host, String path) {
        URI at = URI.create(url);
        try (Socket socket = new Socket(at.getHost(), at.getPort())) {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: " + host + ":" + at.getPort()
                    + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .replaceFirst("^HTTP/1.1 ", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Posts a webhook, whatever comes of it. */
    public HttpResponse<String> post(JsonNode webhook, String... headers) {
        return post(webhook.toString().getBytes(StandardCharsets.UTF_8), headers);
    }

    public HttpResponse<String> post(byte[] body, String... headers) {
        return call("POST", "/webhooks/revenuecat", body, withJson(headers));
    }

    /** Posts a webhook; returns the status of the answer, 0 if nobody is there. */
    public int tryToPost(JsonNode webhook) {
        try {
            byte[] body = webhook.toString().getBytes(StandardCharsets.UTF_8);
            return call(url, "POST", "/webhooks/revenuecat", body, withJson()).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private static String[] withJson(String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Content-Type";
        all[1] = "application/json";
        System.arraycopy(headers, 0, all, 2, headers.length);
        return all;
    }

    /** Posts webhooks, each of which has to be taken. */
    public void accept(JsonNode... webhooks) {
        for (JsonNode webhook : webhooks) {
            HttpResponse<String> answer = post(webhook);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }

    /** Calls the API, which has to answer with 200. */
    public JsonNode get(String path) {
        return ok(call("GET", path, null));
    }

    public JsonNode call(String method, String path) {
        return ok(call(method, path, null));
    }

    /** What each destination would be sent for a webhook. */
    public JsonNode preview(JsonNode webhook) {
        return ok(call("POST", "/api/preview", webhook.toString().getBytes(StandardCharsets.UTF_8), withJson()));
    }

    private static JsonNode ok(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer.body());
    }

    /** A destination as {@code /api/destinations} tells of it. */
    public JsonNode destination(String name) {
        return StreamSupport.stream(get("/api/destinations").spliterator(), false)
                .filter(it -> it.path("name").asText().equals(name)).findFirst().orElseThrow();
    }

    /** The delivery of an event to a destination as {@code /api/events} tells of it. */
    public JsonNode delivery(String eventId, String destination) {
        return StreamSupport.stream(get("/api/events/" + encoded(eventId)).path("deliveries").spliterator(), false)
                .filter(it -> it.path("destination").asText().equals(destination)).findFirst().orElseThrow();
    }

    public JsonNode history(String customer) {
        return get("/api/customers/" + encoded(customer) + "/history");
    }

    public HttpResponse<String> health() {
        return management("/observe/health");
    }

    public String metrics() {
        return management("/observe/metrics").body();
    }

    private HttpResponse<String> management(String path) {
        try {
            return call(managementUrl, "GET", path, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }
}
