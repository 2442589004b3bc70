package io.subrelay;

import io.subrelay.check.CheckCommand;
import io.subrelay.check.PreviewCommand;
import io.subrelay.diff.DiffArguments;
import io.subrelay.diff.DiffCommand;
import io.subrelay.imports.BackfillCommand;
import io.subrelay.imports.BackupCommand;
import io.subrelay.imports.BooksCommand;
import io.subrelay.imports.ImportArguments;
import io.subrelay.imports.ImportCommand;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.apache.camel.main.Main;

/** The command line. */
public final class Subrelay {

    private static final String HELP = """
            Subrelay relays RevenueCat's subscription webhooks, by the routes in routes/ and the settings in
            application.properties of the folder that it is started in. Jar files in ext/ there, such as those of
            another Camel component, are on its class path.

              java -jar subrelay.jar                           run
              java -jar subrelay.jar --dev                     run, and reload route files when they are saved
              java -jar subrelay.jar check                     say what is wrong with routes, settings and examples
              java -jar subrelay.jar preview <webhook.json>…   print what each destination would be sent
              java -jar subrelay.jar diff [--since 7d] [--events 1000] [--kinds <kind>,…] [--destination <name>]
                                          [--json] [--show-values] [--against <folder> --events-file <file>]
                                                               print what would be sent otherwise than by the runner
                                                               that runs, or by another folder; sends nothing
              java -jar subrelay.jar import [--dry-run] [--ids] <file>…
                                                               take in customers and webhooks from before
              java -jar subrelay.jar import --gaps             ask RevenueCat for customers with missed events
              java -jar subrelay.jar backfill <destination> --state [--stop]
                                                               tell a destination how every customer stands
              java -jar subrelay.jar backup <file>             copy the H2 database of the runner that runs
              java -jar subrelay.jar books [--day 2026-11-26] [--days <n>] [--zone Europe/Berlin] [--json]
                                                               tell whether every event of a day was delivered, and
                                                               the revenue that it told of
              java -jar subrelay.jar --help | --version

            A setting can be given as -Dname=value before -jar, or as an environment variable: SEGMENT_WRITE_KEY.
            Exit status: 0 fine, 1 something is wrong, or differs, or does not close, 2 an argument is not understood,
            or nothing could be compared.
            """;

    private Subrelay() {
    }

    public static void main(String[] args) {
        System.exit(run(List.of(args)));
    }

    /**
     * Runs an application of one's own with Subrelay in it: the routes of the folder {@code routes/}, the settings of
     * {@code application.properties}, and whatever the application has added to {@code main}, in one Camel context.
     * Returns once it has been told to stop and all is written.
     *
     * @param main not started yet; its own locations of properties come first
     * @return     the exit status; what keeps it from starting is in the log
     */
    public static int run(Main main) {
        formatLog();
        String own = main.getPropertyPlaceholderLocations();
        main.setPropertyPlaceholderLocations(
                (own == null ? main.getDefaultPropertyPlaceholderLocation() : own) + "," + Runner.PROPERTIES);
        return Runner.run(main, false);
    }

    private static int run(List<String> args) {
        String command = args.isEmpty() ? "" : args.get(0);
        List<String> rest = args.isEmpty() ? args : args.subList(1, args.size());
        if (command.equals("import")) {
            return runImport(rest);
        }
        if (command.equals("backfill")) {
            return runBackfill(rest);
        }
        if (command.equals("backup")) {
            return runBackup(rest);
        }
        if (command.equals("books")) {
            return runBooks(rest);
        }
        boolean files = command.equals("preview") && !rest.isEmpty()
                && rest.stream().noneMatch(it -> it.startsWith("-"));
        if (!rest.isEmpty() && !files && !command.equals("diff")) {
            return unknown(String.join(" ", args));
        }
        try {
            Extensions.load(Path.of("ext"));
        } catch (IOException e) {
            System.err.println("Subrelay does not start: " + e.getMessage());
            return command.equals("diff") ? 2 : 1;
        }
        switch (command) {
            case "":
            case "--dev":
                formatLog();
                return Runner.run(command.equals("--dev"));
            case "check":
                quiet();
                return CheckCommand.run(Path.of(""), System.out);
            case "preview":
                if (!files) {
                    System.err.println("preview needs the file of a webhook: preview <webhook.json>…");
                    return 2;
                }
                quiet();
                return PreviewCommand.run(Path.of(""), rest.stream().map(Path::of).toList(), System.out, System.err);
            case "diff":
                return runDiff(rest);
            case "--help", "-h":
                System.out.print(HELP);
                return 0;
            case "--version":
                String version = Subrelay.class.getPackage().getImplementationVersion();
                System.out.println("Subrelay " + (version == null ? "(not packaged)" : version));
                return 0;
            default:
                return unknown(command);
        }
    }

    private static int runImport(List<String> rest) {
        ImportArguments arguments = ImportArguments.of(rest);
        if (arguments == null) {
            System.err.println("import needs a file, or --gaps: import [--dry-run] [--ids] <file>…");
            return 2;
        }
        quiet();
        return ImportCommand.run(Runner.settings(), arguments, System.out, System.err);
    }

    private static int runBackfill(List<String> rest) {
        if (!BackfillCommand.understands(rest)) {
            System.err.println("backfill needs a destination: backfill <destination> --state [--stop]");
            return 2;
        }
        quiet();
        return BackfillCommand.run(Runner.settings(), rest, System.out, System.err);
    }

    private static int runBackup(List<String> rest) {
        if (rest.size() != 1 || rest.get(0).startsWith("-")) {
            System.err.println("backup needs the file to be made: backup <file>");
            return 2;
        }
        quiet();
        return BackupCommand.run(Runner.settings(), Path.of(rest.get(0)), System.out, System.err);
    }

    private static int runBooks(List<String> rest) {
        if (!BooksCommand.understands(rest)) {
            System.err.println("books accepts --day 2026-11-26, --days <n>, --zone Europe/Berlin and --json");
            return 2;
        }
        quiet();
        return BooksCommand.run(Runner.settings(), rest, System.out, System.err);
    }

    private static int runDiff(List<String> rest) {
        DiffArguments arguments;
        try {
            arguments = DiffArguments.of(rest);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        quiet();
        return DiffCommand.run(Path.of(""), Runner.settings(), arguments, System.out, System.err);
    }

    private static int unknown(String arguments) {
        System.err.println("Subrelay does not understand '" + arguments + "'; --help tells what it does");
        return 2;
    }

    /** Has to come before the first logger. */
    private static void formatLog() {
        Properties own = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of("application.properties"))) {
            own.load(file);
        } catch (IOException | IllegalArgumentException e) {
            // the start tells what is wrong with it, if it is there
        }
        String format = System.getProperty("log.format", own.getProperty("log.format", "text"));
        System.setProperty("log.format",
                System.getenv().getOrDefault("LOG_FORMAT", format).strip().toLowerCase(Locale.ROOT));
    }

    /** Has to come before the first logger. */
    private static void quiet() {
        System.setProperty("subrelay.log-threshold", "OFF");
    }
}
