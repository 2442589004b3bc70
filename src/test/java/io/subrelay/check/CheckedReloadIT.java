package io.subrelay.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.subrelay.harness.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --dev}: files are edited, some of them badly, while events flow. */
class CheckedReloadIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path folder;
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger sent = new AtomicInteger();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private HttpServer vendor;
    private Planted planted;
    private Launched runner;
    private int port;
    private ScheduledFuture<?> sending;

    @BeforeEach
    void run() throws Exception {
        vendor = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        vendor.setExecutor(Executors.newCachedThreadPool());
        vendor.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            // late enough for deliveries to be in flight whenever a route is replaced
            clock.schedule(() -> answer(exchange, body), 150, TimeUnit.MILLISECONDS);
        });
        vendor.start();
        planted = new Planted(folder);
        planted.write("application.properties",
                "mine.url = http://127.0.0.1:" + vendor.getAddress().getPort() + "\nmine.key = k-1\n");
        Files.delete(folder.resolve("routes/destinations/mine.tests/renewal.json"));
        port = Ports.free();
        runner = new Launched(folder, List.of("server.port=" + port, "management.port=0", "statsig.mode=preview"),
                "--dev");
        says("Subrelay is ready");
        sending = clock.scheduleWithFixedDelay(this::send, 0, 50, TimeUnit.MILLISECONDS);
    }

    private Void answer(HttpExchange exchange, String body) throws IOException {
        received.add(exchange.getRequestURI() + " " + body);
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
        return null;
    }

    @AfterEach
    void stop() throws Exception {
        stopSending();
        runner.close();
        vendor.stop(0);
        clock.shutdownNow();
    }

    private void send() {
        int number = sent.incrementAndGet();
        String webhook = "{\"event\": {\"id\": \"e" + number + "\", \"type\": \"RENEWAL\", \"event_timestamp_ms\": "
                + number + ", \"app_user_id\": \"u" + number % 20 + "\", \"purchased_at_ms\": 0}}";
        try {
            HttpResponse<String> answer = HTTP.send(HttpRequest
                    .newBuilder(URI.create("http://127.0.0.1:" + port + "/webhooks/revenuecat"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(webhook)).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new AssertionError(answer.statusCode() + " " + answer.body());
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The last one that was sent has been answered after it. */
    private void stopSending() throws Exception {
        sending.cancel(false);
        clock.submit(() -> {}).get();
    }

    private void says(String text) {
        await().untilAsserted(() -> assertThat(runner.output()).contains(text));
    }

    private void receives(String text) {
        int before = received.size();
        await().untilAsserted(() -> assertThat(received.stream().skip(before))
                .as(() -> runner.output()).anySatisfy(it -> assertThat(it).contains(text)));
    }

    @Test
    void edits_are_picked_up_and_none_of_them_costs_an_event() throws Exception {
        receives("/in {\"id\":\"e");

        // a typo: it is told, and the last good one goes on
        planted.mine("transform:", "transfrom:");
        says("routes/destinations/mine.camel.yaml:19: there is no step transfrom; did you mean transform?; the last good version");
        receives("/in {\"id\":\"e");

        // the next save works, and so does that of another file
        planted.mine("{ id: .event.id,", "{ version: 2, id: .event.id,");
        receives("\"version\":2");

        // valid for the text of it, and wrong for Camel
        planted.mine(Planted.HEADER, Planted.bean("webhookReader", "none"));
        says("mine.camel.yaml:2: Method with name: none not found");
        receives("\"version\":2");

        planted.mine("{{mine.url}}/in", "{{mine.url}}/v3");
        receives("/v3 ");

        // functions that all share
        String functions = Planted.read(Path.of("routes/mapping.jq"));
        planted.write("routes/mapping.jq", functions + "def version: {version: 4;");
        says("routes/mapping.jq:" + (functions.lines().count() + 1) + ": jq: ");
        planted.write("routes/mapping.jq", functions + "def version: {version: 4};\n");
        planted.mine("when: (.happened_at_ms | iso8601) }", "when: null } + version");
        receives("\"version\":4");
        planted.write("routes/mapping.jq", functions + "def version: {version: 5};\n");
        receives("\"version\":5");

        // what all share, and the file that takes events in
        planted.write("routes/2-delivery.camel.yaml",
                Planted.read(Path.of("routes/2-delivery.camel.yaml")).replace("\"200\"", "\"300\""));
        says("routes/2-delivery.camel.yaml: reloaded");

        // a destination that comes and goes
        planted.write("routes/destinations/second.camel.yaml", Planted.MINE.replace("mine-", "second-")
                .replace(": mine\n", ": second\n").replace("outbox:mine", "outbox:second").replace("/in", "/second"));
        receives("/second ");
        Files.delete(folder.resolve("routes/destinations/second.camel.yaml"));
        says("second.camel.yaml: its routes run until the next start");

        receives("\"version\":5");
        await().untilAsserted(() -> assertThat(history())
                .as("what is previewed goes on, whatever was replaced")
                .contains("\"state\":\"previewed\"").doesNotContain("retrying"));
        stopSending();
        Set<String> expected = new TreeSet<>();
        for (int i = 1; i <= sent.get(); i++) {
            expected.add("e" + i);
        }
        await().untilAsserted(() -> assertThat(mine()).containsAll(expected));
        await().during(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(mine()).as("once each").hasSize(expected.size()));
    }

    private String history() throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/customers/u1/history")).build(),
                HttpResponse.BodyHandlers.ofString()).body();
    }

    /** The ids that the destination received, without those of the other. */
    private List<String> mine() {
        return received.stream().filter(it -> !it.startsWith("/second"))
                .map(it -> it.replaceAll("(?s).*\"id\":\"(e\\d+)\".*", "$1")).toList();
    }
}
