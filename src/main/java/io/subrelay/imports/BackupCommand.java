package io.subrelay.imports;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.config.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/** {@code backup <file>}: has a runner that runs copy its H2 file, and puts the copy where it is wanted. */
public final class BackupCommand {

    private BackupCommand() {
    }

    /** @return the exit status: 0 if the file is there, 1 if not */
    public static int run(Settings settings, Path file, PrintStream out, PrintStream err) {
        try {
            if (Files.exists(file)) {
                throw new FileAlreadyExistsException(file + ": there is such a file already");
            }
            Path folder = file.toAbsolutePath().getParent();
            if (!Files.isDirectory(folder)) {
                throw new IOException(folder + ": there is no such folder");
            }
            JsonNode made = new RunnerClient(settings, Duration.ZERO).post("/api/backup");
            Files.move(Path.of(made.path("file").asText()), file);
            out.printf(Locale.ROOT, "%s: %,d bytes, with all that was accepted up to event %d%n", file,
                    made.path("bytes").asLong(), made.path("last_event").asLong());
            return 0;
        } catch (ImportStopped | Settings.InvalidSetting e) {
            err.println(e.getMessage());
            return 1;
        } catch (IOException e) {
            err.println("there is no backup: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }
}
