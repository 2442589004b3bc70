package io.subrelay.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.subrelay.config.Settings;
import io.subrelay.http.OwnTls;
import io.subrelay.webhook.WebhookReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.SSLContext;

/** The API of the runner that is started in this folder, or of another one with the same settings. */
final class RunnerClient {

    private static final ObjectMapper JSON = WebhookReader.EXACT;
    /** How long one that has answered before, and is started again, is waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ONE_REQUEST = Duration.ofSeconds(60);
    /** A large file takes long to be copied. */
    private static final Duration LONG_REQUEST = Duration.ofHours(1);

    private final HttpClient client;
    private final String url;
    private final String authorization;
    /** One that has not answered yet may not have been started: it is not waited for. */
    private boolean reached;

    RunnerClient(Settings settings) {
        String host = settings.get("server.host");
        String own = host.equals("0.0.0.0") ? "127.0.0.1" : host.equals("::") ? "[::1]"
                : host.contains(":") ? "[" + host + "]" : host;
        SSLContext tls = OwnTls.of(settings);
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
        this.client = (tls == null ? builder : builder.sslContext(tls)).build();
        this.url = (tls == null ? "http://" : "https://") + own + ":" + settings.port("server");
        String both = settings.get("admin.username") + ":" + settings.get("admin.password");
        this.authorization = both.equals(":") ? null
                : "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws CommandFailed if the runner does not answer, or refuses */
    JsonNode get(String path) throws InterruptedException {
        return call(HttpRequest.newBuilder(URI.create(url + path)).GET());
    }

    JsonNode delete(String path) throws InterruptedException {
        return call(HttpRequest.newBuilder(URI.create(url + path)).DELETE());
    }

    JsonNode post(String path, byte[] lines) throws InterruptedException {
        return call(HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/x-ndjson").POST(BodyPublishers.ofByteArray(lines)));
    }

    /** The same, but one that does not answer is not waited for. */
    JsonNode postOnce(String path, byte[] body) throws InterruptedException {
        return call(HttpRequest.newBuilder(URI.create(url + path)).POST(BodyPublishers.ofByteArray(body)), ONE_REQUEST,
                Duration.ZERO);
    }

    /** Has something done that may take long. */
    JsonNode post(String path) throws InterruptedException {
        return call(HttpRequest.newBuilder(URI.create(url + path)).POST(BodyPublishers.noBody()), LONG_REQUEST,
                patience());
    }

    private Duration patience() {
        return reached ? PATIENCE : Duration.ZERO;
    }

    private JsonNode call(HttpRequest.Builder request) throws InterruptedException {
        return call(request, ONE_REQUEST, patience());
    }

    /** @throws CommandFailed if the runner is not there for a while, or does not take it */
    private JsonNode call(HttpRequest.Builder request, Duration within, Duration patience) throws InterruptedException {
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            String failure;
            try {
                HttpResponse<String> answer =
                        client.send(request.timeout(within).build(), BodyHandlers.ofString());
                if (answer.statusCode() == 200) {
                    reached = true;
                    return JSON.readTree(answer.body());
                }
                failure = " answers " + failure(answer);
                if (answer.statusCode() != 429 && answer.statusCode() != 503) {
                    throw new CommandFailed("the runner at " + url + failure);
                }
            } catch (JsonProcessingException e) {
                throw new CommandFailed("what answers at " + url + " is no runner: its answer is no JSON");
            } catch (IOException e) {
                failure = " does not answer (" + e.getClass().getSimpleName() + ")";
            }
            if (System.nanoTime() > until) {
                throw new CommandFailed("the runner at " + url + failure
                        + ": start it in this folder, and run this again"
                        + (reached ? ", which goes on from here" : ""));
            }
            Thread.sleep(500);
        }
    }

    private static String failure(HttpResponse<String> answer) {
        String message = "";
        try {
            message = JSON.readTree(answer.body()).path("error").asText();
        } catch (JsonProcessingException e) {
            // its status has to do
        }
        return answer.statusCode() + (message.isEmpty() ? "" : " (" + message + ")");
    }
}
