package io.subrelay.console;

import static org.awaitility.Awaitility.await;

import io.subrelay.harness.Ports;
import io.subrelay.harness.RelayProcess;
import io.subrelay.vendors.FakeVendors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The packaged runner as a process, in a folder of its own, with fake vendors. */
final class ConsoleRunner implements AutoCloseable {

    static final String USER = "admin";
    static final String PASSWORD = "a-long-password";

    private final FakeVendors vendors = FakeVendors.start();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Path folder;
    private final int port = Ports.free();
    private final Process process;

    /** @param folder an empty one, or one with a database */
    ConsoleRunner(Path folder) throws IOException {
        this.folder = folder;
        copy(Path.of("routes"), folder.resolve("routes"));
        Files.write(folder.resolve("application.properties"), List.of(
                "server.port=" + port, "management.port=" + Ports.free(),
                "admin.username=" + USER, "admin.password=" + PASSWORD,
                "segment.write-key=wk", "amplitude.api-key=amplitude-key", "onesignal.app-id=onesignal-app",
                "onesignal.api-key=onesignal-key", "statsig.mode=preview",
                "segment.url=" + vendors.segmentUrl(), "amplitude.url=" + vendors.amplitudeUrl(),
                "onesignal.url=" + vendors.onesignalUrl(), "statsig.url=" + vendors.statsigUrl()));
        process = new ProcessBuilder(RelayProcess.packaged("-Xmx512m")).directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile()).start();
        awaitReady();
    }

    private void awaitReady() throws IOException {
        await().until(() -> !process.isAlive() || isReady());
        if (!isReady()) {
            throw new IllegalStateException("the runner does not start: " + log());
        }
    }

    private boolean isReady() throws IOException {
        return log().contains("Subrelay is ready");
    }

    String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    FakeVendors vendors() {
        return vendors;
    }

    /** An address of the runner. */
    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    /** The same with user name and password in it. */
    String urlWithPassword(String path) {
        return "http://" + USER + ":" + PASSWORD + "@127.0.0.1:" + port + path;
    }

    HttpResponse<String> webhook(String body) {
        return send("POST", "/webhooks/revenuecat", body, "Content-Type", "application/json");
    }

    HttpResponse<String> api(String method, String path) {
        return api(method, path, "");
    }

    HttpResponse<String> api(String method, String path, String body) {
        return send(method, path, body, "Authorization", "Basic "
                + Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes()));
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url(path)))
                    .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(40, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        vendors.close();
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(from)) {
            walk.forEach(files::add);
        }
        for (Path file : files) {
            Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
    }
}
