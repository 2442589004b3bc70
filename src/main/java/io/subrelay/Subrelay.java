package io.subrelay;

import io.subrelay.command.Commands;
import io.subrelay.command.Extensions;
import io.subrelay.config.Settings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.camel.main.Main;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line: without a command, a runner. */
@Command(name = "java -jar subrelay.jar", mixinStandardHelpOptions = true,
        description = "Relays RevenueCat's subscription webhooks, by the routes in routes/ and the settings in"
                + " application.properties of the folder that it is started in. Jar files in ext/ there, such as those"
                + " of another Camel component, are on its class path.%nWithout a command it runs.",
        footer = {"", "<command> --help tells what a command accepts.",
                "A setting can be given as -Dname=value before -jar, or as an environment variable: SEGMENT_WRITE_KEY.",
                "Exit status: 0 fine, 1 something is wrong, or differs, or does not close, 2 an argument is not"
                        + " understood, or nothing could be compared."})
public final class Subrelay implements Callable<Integer> {

    @Option(names = "--dev", description = "Reload route files when they are saved.")
    private boolean dev;

    private Subrelay() {
    }

    public static void main(String[] args) {
        CommandLine line = Commands.of(new Subrelay(), Path.of(""), Settings::ofRunner);
        String version = Subrelay.class.getPackage().getImplementationVersion();
        line.getCommandSpec().version("Subrelay " + (version == null ? "(not packaged)" : version));
        line.setExecutionStrategy(parsed -> {
            formatLog(parsed.hasSubcommand());
            return new CommandLine.RunLast().execute(parsed);
        });
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() {
        Extensions.load(Path.of("ext"));
        return Runner.run(dev);
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
        formatLog(false);
        String own = main.getPropertyPlaceholderLocations();
        main.setPropertyPlaceholderLocations(
                (own == null ? main.getDefaultPropertyPlaceholderLocation() : own) + "," + Settings.LOCATIONS);
        return Runner.run(main, false);
    }

    /** Has to come before the first logger: a command prints, and logs nothing. */
    private static void formatLog(boolean command) {
        if (command) {
            System.setProperty("subrelay.log-threshold", "OFF");
            return;
        }
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
}
