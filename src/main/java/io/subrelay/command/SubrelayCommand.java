package io.subrelay.command;

import io.subrelay.config.Settings;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands have: where they print, the folder that they are started in, and its settings. */
abstract class SubrelayCommand implements Callable<Integer> {

    Path folder;
    Supplier<Settings> settings;
    @Spec
    private CommandSpec spec;
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show what the command accepts.")
    private boolean help;

    /** @return the exit status */
    @Override
    public abstract Integer call() throws Exception;

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** @throws ParameterException if the arguments are not {@code understood}, with what the command takes */
    void require(boolean understood, String takes) {
        if (!understood) {
            throw new ParameterException(spec.commandLine(), takes);
        }
    }

    /** For example {@code 1 event}, or {@code 1,200 events}. */
    static String count(long number, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
    }

    /** A value as a part of an address. */
    static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** @throws CommandFailed if the file is not there, or cannot be read */
    static Path readable(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new CommandFailed(file + ": this file cannot be read");
        }
        return file;
    }
}
