package io.subrelay.harness;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * The packaged runner's classes as the JVM keeps them once loaded: with them it starts in about two thirds of the time.
 */
final class ClassArchive {

    private static final Path ARCHIVE = Path.of("target/subrelay-" + Runtime.version() + ".jsa").toAbsolutePath();
    private static List<String> options;

    private ClassArchive() {
    }

    /**
     * How to start the runner with its archive, which is made by a run of it where there is none of this build; no
     * option if this JVM makes none.
     */
    static synchronized List<String> options(Path runner) {
        if (options == null) {
            // several JVMs of tests may begin at a time
            try (FileChannel file = FileChannel.open(ARCHIVE.resolveSibling("archive.lock"),
                    StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock held = file.lock()) {
                if (!Files.exists(ARCHIVE)
                        || Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(runner)) < 0) {
                    make();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            options = Files.exists(ARCHIVE) ? List.of("-XX:SharedArchiveFile=" + ARCHIVE) : List.of();
        }
        return options;
    }

    private static void make() throws IOException {
        Path made = ARCHIVE.resolveSibling("new.jsa");
        Files.deleteIfExists(made);
        Files.deleteIfExists(ARCHIVE);
        // with what delivering takes: nobody listens there
        Map<String, String> settings =
                Map.of("statsig.server-secret", "key", "statsig.url", "http://127.0.0.1:" + Ports.free());
        try (RelayProcess relay = RelayProcess.plain(settings, "-XX:ArchiveClassesAtExit=" + made)) {
            relay.start();
            relay.awaitReady();
            String customer = Hooks.customer();
            relay.api().accept(Hooks.renewal(customer, 1));
            await().until(() -> relay.api().delivery(Hooks.id(customer, 1), "statsig").path("attempts").size() > 0);
            relay.terminate();
        }
        if (Files.exists(made)) {
            Files.move(made, ARCHIVE, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
