package io.subrelay.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** The packaged runner's classes as the JVM keeps them once loaded: with them it starts in about 3/5 of the time. */
final class ClassArchive {

    private static final Path ARCHIVE = Path.of("target/subrelay.jsa").toAbsolutePath();

    private ClassArchive() {
    }

    /** The JVM's option to start with the archive of this runner, which is made by a run of it where there is none. */
    static String option(Path runner) {
        Path lock = ARCHIVE.resolveSibling("subrelay.jsa.lock");
        // several JVMs of tests may begin at a time
        try (FileChannel file = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
             FileLock held = file.lock()) {
            if (!Files.exists(ARCHIVE)
                    || Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(runner)) < 0) {
                make();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "-XX:SharedArchiveFile=" + ARCHIVE;
    }

    private static void make() throws IOException {
        Files.deleteIfExists(ARCHIVE);
        try (RelayProcess relay = RelayProcess.plain(Map.of(), "-XX:ArchiveClassesAtExit=" + ARCHIVE)) {
            relay.start();
            relay.awaitReady();
            relay.terminate();
        }
    }
}
