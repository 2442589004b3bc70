package io.subrelay.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Folders that are gone when the tests are over. */
public final class TempFolders {

    private TempFolders() {
    }

    public static Path create() {
        try {
            Path folder = Files.createTempDirectory("subrelay-test");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies of a folder what is wanted. */
    static void copy(Path from, Path to, Predicate<Path> wanted) {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.filter(wanted).toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a folder with all that is in it, as far as that is possible. */
    public static void delete(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            // a process that still writes there; the system clears its folder for temporary files
        }
    }
}
