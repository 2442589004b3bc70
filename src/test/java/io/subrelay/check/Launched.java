package io.subrelay.check;

import io.subrelay.harness.RelayProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line, as a process of its own in a folder. */
final class Launched implements AutoCloseable {

    private final Process process;
    private final Path output;

    Launched(Path folder, List<String> properties, String... arguments) {
        List<String> options = new ArrayList<>(List.of("-Xmx256m"));
        properties.forEach(property -> options.add("-D" + property));
        List<String> command = RelayProcess.packaged(options.toArray(String[]::new));
        command.addAll(List.of(arguments));
        try {
            output = Files.createTempFile("subrelay", ".out");
            process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectOutput(output.toFile()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The exit status, once it has ended. */
    int status() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end: " + output());
        }
        return process.exitValue();
    }

    /** What it has printed so far, and logged. */
    String output() {
        return Planted.read(output);
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        Files.deleteIfExists(output);
    }
}
