package io.subrelay.command;

import io.subrelay.check.FaultsFound;
import io.subrelay.check.Folder;
import io.subrelay.config.Secrets;
import io.subrelay.config.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The commands of the command line: what they share in how they are read, fail and end. */
public final class Commands {

    private Commands() {
    }

    /**
     * The command line with all commands.
     *
     * @param start    what is done without a command
     * @param folder   of routes and settings
     * @param settings those of the folder; asked for only by commands that need them
     */
    public static CommandLine of(Object start, Path folder, Supplier<Settings> settings) {
        CommandLine line = new CommandLine(start).addSubcommand(new HelpCommand());
        Supplier<Settings> readable = () -> {
            new Folder(folder).checkEncoding();
            return settings.get();
        };
        for (SubrelayCommand command : List.of(new CheckCommand(), new PreviewCommand(), new DiffCommand(),
                new ImportCommand(), new BackfillCommand(), new BackupCommand(), new BooksCommand())) {
            command.folder = folder;
            command.settings = readable;
            line.addSubcommand(command);
        }
        return line.setExpandAtFiles(false).setParameterExceptionHandler(Commands::notUnderstood)
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command, settings));
    }

    private static int notUnderstood(ParameterException fault, String[] arguments) {
        CommandLine command = fault.getCommandLine();
        String name = command.getParent() == null ? "Subrelay" : command.getCommandName();
        String message = fault instanceof UnmatchedArgumentException unmatched
                ? name + " does not understand '" + String.join(" ", unmatched.getUnmatched()) + "'"
                        + unmatched.getSuggestions().stream().findFirst().map(it -> ", did you mean " + it + "?")
                                .orElse("")
                : name + ": " + fault.getMessage();
        command.getErr().println(message + (message.endsWith("?") ? " " : "; ") + "--help tells what it does");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static int failed(Exception failure, CommandLine command, Supplier<Settings> settings) {
        PrintWriter err = command.getErr();
        if (failure instanceof FaultsFound found) {
            found.faults().forEach(err::println);
        } else if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        } else if (failure instanceof CommandFailed || failure instanceof Settings.InvalidSetting) {
            err.println(new Secrets(settings.get()).mask(failure.getMessage()));
        } else {
            boolean file = failure instanceof IOException || failure instanceof UncheckedIOException;
            String message = file ? "a file cannot be read or written, " + failure
                    : "this is a fault of Subrelay, " + failure;
            err.println(new Secrets(settings.get()).mask(command.getCommandName() + ": " + message));
        }
        return command.getCommandSpec().exitCodeOnExecutionException();
    }
}
