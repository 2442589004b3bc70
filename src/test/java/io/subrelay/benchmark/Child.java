package io.subrelay.benchmark;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A process of the benchmark: asked in lines, and watched by what the system says it has used. */
final class Child implements AutoCloseable {

    private final Process process;
    private final BufferedReader out;
    private final BufferedWriter in;

    private Child(Path folder, List<String> command) {
        try {
            process = new ProcessBuilder(command).directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out = process.inputReader();
        in = process.outputWriter();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** @param arguments of java, after the options that all processes share */
    static Child java(Path folder, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"), "-Xmx320m", "-Xmn140m", "-XX:+UseSerialGC",
                "-XX:+UseTransparentHugePages"));
        command.addAll(arguments);
        return new Child(folder, command);
    }

    /** A class of these tests, with their class path. */
    static Child main(Class<?> type, Path folder, Object... arguments) {
        List<String> command = new ArrayList<>(List.of("-cp", System.getProperty("java.class.path"), type.getName()));
        Stream.of(arguments).map(String::valueOf).forEach(command::add);
        return java(folder, command);
    }

    /** The next line that it writes. */
    String line() {
        try {
            String line = out.readLine();
            if (line == null) {
                throw new IllegalStateException("ended: " + process.info().commandLine().orElse(""));
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads on until it is ready, and from then on shows what it writes. */
    void awaitReady() {
        List<String> log = new ArrayList<>();
        do {
            try {
                log.add(line());
            } catch (IllegalStateException e) {
                throw new IllegalStateException(String.join("\n", log), e);
            }
        } while (!log.get(log.size() - 1).contains(" is ready"));
        Thread reader = new Thread(() -> out.lines().forEach(line -> System.out.println("  | " + line)));
        reader.setDaemon(true);
        reader.start();
    }

    /** Its answer to a line, {@code name=value …}. */
    Map<String, String> ask(String line) {
        try {
            in.write(line + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return values(line());
    }

    static Map<String, String> values(String line) {
        return Stream.of(line.split(" ")).filter(word -> word.contains("="))
                .collect(Collectors.toMap(word -> word.split("=")[0], word -> word.split("=")[1]));
    }

    double cpuSeconds() {
        return cpuSeconds(process.pid());
    }

    /** What a process has used so far of the processors; the system counts in hundredths of a second. */
    static double cpuSeconds(long pid) {
        String stat = read(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    /** The most memory that was resident at one time. */
    int peakMegabytes() {
        return read(Path.of("/proc/" + process.pid() + "/status")).lines().filter(line -> line.startsWith("VmHWM:"))
                .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")) / 1024).findFirst().orElse(0);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(40, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }
}
