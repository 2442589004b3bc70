package io.subrelay.command;

import io.subrelay.harness.Api;
import io.subrelay.harness.RelayProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** CommandProcess of the packaged runner, as processes that can be killed. */
final class CommandProcess {

    private CommandProcess() {
    }

    /** Starts one in the runner's folder, which gets what it prints. */
    static Process start(RelayProcess relay, String name, String... arguments) throws IOException {
        List<String> command = RelayProcess.packaged();
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).directory(relay.folder().toFile()).redirectErrorStream(true)
                .redirectOutput(relay.folder().resolve(name + ".out").toFile()).start();
    }

    /** What it has printed. */
    static String output(RelayProcess relay, String name) throws IOException {
        return Files.readString(relay.folder().resolve(name + ".out"));
    }

    /** Up to which line a file is imported. */
    static long line(Path file) {
        try {
            return Api.json(Files.readString(file.resolveSibling(file.getFileName() + ".import")))
                    .path("line").asLong();
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
