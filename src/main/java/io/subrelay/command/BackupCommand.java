package io.subrelay.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code backup}: has a runner that runs copy its H2 file, and puts the copy where it is wanted. */
@Command(name = "backup", description = "Copies the H2 database of the runner that runs.")
final class BackupCommand extends SubrelayCommand {

    @Parameters(paramLabel = "<file>", description = "The file to be made.")
    private Path file;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (Files.exists(file)) {
            throw new CommandFailed("there is no backup: " + file + ": this file exists already");
        }
        Path parent = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(parent)) {
            throw new CommandFailed("there is no backup: " + parent + ": this folder does not exist");
        }
        JsonNode made = new RunnerClient(settings.get()).post("/api/backup");
        Files.move(Path.of(made.path("file").asText()), file);
        out().printf(Locale.ROOT, "%s: %,d bytes, with all that was accepted up to event %d%n", file,
                made.path("bytes").asLong(), made.path("last_event").asLong());
        return 0;
    }
}
