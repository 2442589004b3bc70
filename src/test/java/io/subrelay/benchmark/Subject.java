package io.subrelay.benchmark;

import io.subrelay.harness.Ports;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What is measured, in a folder of its own: the packaged runner, {@code single} or {@code batched}, as it is or, with
 * a + at the end of its name, varied by the options; the routes in {@code memory};
 * or the same job {@code handwritten}.
 */
final class Subject implements AutoCloseable {

    final String name;
    /** Of its runners, with commas. */
    final String ports;
    final long startMillis;
    private final Path folder = Files.createDirectories(Path.of("target/benchmark")).toAbsolutePath();
    private final Path home = Files.createTempDirectory(folder, "run");
    private final EmbeddedPostgres postgres;
    private final List<Child> processes = new ArrayList<>();

    Subject(String name, Options options, Map<String, String> vendorPorts) throws IOException {
        this.name = name;
        boolean varied = name.endsWith("+");
        Path project = varied ? options.other() : Path.of(".");
        copy(project.resolve("routes"), home.resolve("routes"));
        List<String> command = new ArrayList<>();
        vendorPorts.forEach((vendor, at) -> command.add("-D" + vendor + ".url=http://127.0.0.1:" + at));
        for (String key : List.of("segment.write-key", "amplitude.api-key", "onesignal.app-id", "onesignal.api-key",
                "statsig.server-secret")) {
            command.add("-D" + key + "=benchmark");
        }
        if (!isStored()) {
            postgres = null;
            Class<?> program = name.equals("memory") ? InMemory.class : Handwritten.class;
            command.addAll(List.of("-Dconsumers=" + options.number("consumers"),
                    "-cp", System.getProperty("java.class.path"), program.getName()));
        } else {
            postgres = !options.postgres(varied) ? null : EmbeddedPostgres.builder()
                    .setDataDirectory(home.resolve("postgres")).setCleanDataDirectory(false).start();
            String url = postgres == null ? "jdbc:h2:file:" + home.resolve("data/subrelay")
                    : postgres.getJdbcUrl("postgres", "postgres");
            Filling.fill(url, options);
            command.add("-Ddatabase.url=" + url);
            if (name.startsWith("single")) {
                command.addAll(List.of("-Dsegment.batch-size=1", "-Damplitude.batch-size=1"));
            }
            command.addAll(varied ? options.jvm() : List.of());
            // a copy, so that a build meanwhile does not get into the figures
            Files.copy(project.resolve("target/subrelay.jar"), home.resolve("runner.jar"));
            copy(project.resolve("target/lib"), home.resolve("lib"));
            command.addAll(List.of("-jar", "runner.jar"));
        }
        List<String> its = new ArrayList<>();
        long started = System.nanoTime();
        for (int i = 0; i < options.runners(varied); i++) {
            its.add(String.valueOf(Ports.free()));
            List<String> own = new ArrayList<>(
                    List.of("-Dserver.port=" + its.get(i), "-Dmanagement.port=" + Ports.free()));
            own.addAll(command);
            processes.add(Child.java(home, own));
            processes.get(i).awaitReady();
        }
        startMillis = (System.nanoTime() - started) / 1_000_000;
        ports = String.join(",", its);
    }

    /** Whether it has a database. */
    boolean isStored() {
        return !name.equals("memory") && !name.equals("handwritten");
    }

    /** Calls its API, and returns the answer. */
    String call(String method, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.split(",")[0] + path))
                        .method(method, HttpRequest.BodyPublishers.noBody()).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    double cpuSeconds() {
        return processes.stream().mapToDouble(Child::cpuSeconds).sum();
    }

    /** Of all processes of a PostgreSQL; 0 without one. */
    double databaseCpuSeconds() throws IOException {
        if (postgres == null) {
            return 0;
        }
        long server = Long.parseLong(Files.readAllLines(home.resolve("postgres/postmaster.pid")).get(0));
        double seconds = Child.cpuSeconds(server);
        for (ProcessHandle each : ProcessHandle.of(server).orElseThrow().descendants().toList()) {
            seconds += Child.cpuSeconds(each.pid());
        }
        return seconds;
    }

    int peakMegabytes() {
        return processes.stream().mapToInt(Child::peakMegabytes).sum();
    }

    @Override
    public void close() throws IOException {
        processes.forEach(Child::close);
        if (postgres != null) {
            postgres.close();
        }
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }
}
