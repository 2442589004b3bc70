package io.subrelay.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The packaged runner as a process of its own, in a folder of its own with the {@linkplain RouteFiles routes}. */
public final class RelayProcess implements AutoCloseable {

    private static final Path JAR = Path.of("target/subrelay.jar").toAbsolutePath();
    private static final List<String> PACKAGED = List.of("-jar", JAR.toString());

    private final Path folder = TempFolders.create();
    private final Map<String, String> settings;
    private final List<String> options;
    private final List<String> program;
    private final Api api;
    private Process process;
    /** How often it had been ready before it was started last. */
    private int readyBefore;

    private RelayProcess(Map<String, String> settings, List<String> options, List<String> program) {
        int port = Ports.free();
        int managementPort = Ports.free();
        this.settings = new HashMap<>(settings);
        this.settings.putIfAbsent("server.port", String.valueOf(port));
        this.settings.putIfAbsent("management.port", String.valueOf(managementPort));
        this.options = options;
        this.program = program;
        this.api = new Api(port, managementPort);
        RouteFiles.copy(settings.keySet(), folder);
    }

    /** Prepares one in a folder of its own. Without a setting for the database it has an H2 file there. */
    public static RelayProcess create(Map<String, String> settings, String... options) {
        return new RelayProcess(settings, withArchive(options), PACKAGED);
    }

    /** Prepares one that has no archive of classes. */
    static RelayProcess plain(Map<String, String> settings, String... options) {
        return new RelayProcess(settings, List.of(options), PACKAGED);
    }

    /** Prepares an application that has the runner's jar file on its class path, too. */
    public static RelayProcess within(String main, Path classes, Map<String, String> settings) {
        return new RelayProcess(settings, List.of(),
                List.of("-cp", classes + File.pathSeparator + JAR, main));
    }

    /** Starts it, and returns once it is ready. */
    public static RelayProcess start(Map<String, String> settings, String... options) {
        RelayProcess relay = create(settings, options);
        relay.start();
        relay.awaitReady();
        return relay;
    }

    /** The same on a database. */
    public static RelayProcess start(Store store, Map<String, String> settings, String... options) {
        Map<String, String> all = new HashMap<>(settings);
        all.putAll(store.settings());
        return start(all, options);
    }

    public Path folder() {
        return folder;
    }

    public Api api() {
        return api;
    }

    public void set(String name, String value) {
        settings.put(name, value);
    }

    /** Starts it, and does not wait for anything. */
    public void start() {
        assertThat(JAR).as("the packaged runner: mvn package makes it").exists();
        readyBefore = count("Subrelay is ready");
        try {
            writeSettings();
            process = new ProcessBuilder(java(options, program)).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile())).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeSettings() throws IOException {
        Properties properties = new Properties();
        properties.putAll(settings);
        try (BufferedWriter out = Files.newBufferedWriter(folder.resolve("application.properties"))) {
            properties.store(out, null);
        }
    }

    /** How to start the packaged runner, or a command of it, for a short life. */
    public static List<String> packaged(String... options) {
        return java(withArchive(options), PACKAGED);
    }

    private static List<String> java(List<String> options, List<String> program) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(program);
        return command;
    }

    private static List<String> withArchive(String... options) {
        return Stream.concat(Stream.of(options), ClassArchive.options(JAR).stream()).toList();
    }

    /** What a command of the same jar file prints in this folder. */
    public String command(String... arguments) throws IOException {
        writeSettings();
        List<String> command = packaged();
        command.addAll(List.of(arguments));
        Process ended = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        return new String(ended.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    public void awaitReady() {
        Instant end = Instant.now().plusSeconds(300);
        while (count("Subrelay is ready") <= readyBefore || !isListening()) {
            assertThat(process.isAlive()).as("it runs: %s", log()).isTrue();
            assertThat(Instant.now()).as("it becomes ready: %s", log()).isBefore(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private boolean isListening() {
        try {
            return api.health().statusCode() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private int count(String text) {
        return log().split(text, -1).length - 1;
    }

    /** Everything that it has written, over all its starts. */
    public String log() {
        try {
            return Files.readString(folder.resolve("log"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /** {@code kill -9}. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd(Duration.ofMinutes(3));
    }

    /** SIGTERM; returns how long it took to end. */
    public Duration terminate() {
        Instant from = Instant.now();
        process.destroy();
        awaitEnd(Duration.ofMinutes(3));
        return Duration.between(from, Instant.now());
    }

    /** Stops it in order, and starts it again with these settings changed. */
    public void restart(Map<String, String> changed) {
        terminate();
        settings.putAll(changed);
        start();
        awaitReady();
    }

    /** @return the exit status */
    public int awaitEnd(Duration atMost) {
        try {
            assertThat(process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)).as("it ends: %s", log()).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return process.exitValue();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            process.destroyForcibly();
            awaitEnd(Duration.ofMinutes(3));
        }
    }
}
