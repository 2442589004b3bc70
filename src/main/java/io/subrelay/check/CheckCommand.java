package io.subrelay.check;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code check}: says what is wrong with a folder. */
public final class CheckCommand {

    private static final Logger LOG = LoggerFactory.getLogger(CheckCommand.class);

    /** What keeps a runner from starting. */
    public static final class FaultsFound extends IllegalArgumentException {

        private final List<String> faults;

        FaultsFound(List<String> faults) {
            super(faults.get(0));
            this.faults = faults;
        }

        /** One line each. */
        public List<String> faults() {
            return faults;
        }
    }

    private CheckCommand() {
    }

    /** What is wrong with the routes and settings of a folder, examples aside, as check prints it. */
    public static List<String> faults(Path folder) {
        return Check.ofRoutes(new Folder(folder)).stream().filter(Fault::isFault).map(Fault::toString).toList();
    }

    /**
     * Looks before the start for what Camel would not stop for; what it may mean otherwise is logged.
     *
     * @param camel with the settings of the runner
     * @throws FaultsFound if anything would do harm
     */
    public static void beforeStart(Path folder, CamelContext camel) {
        List<Fault> found = Check.ofRules(new Folder(folder), camel);
        List<String> faults = found.stream().filter(Fault::isFault).map(Fault::toString).toList();
        if (!faults.isEmpty()) {
            throw new FaultsFound(faults);
        }
        found.forEach(warning -> LOG.warn("{}", warning));
    }

    /** @return the exit status: 0 if it would start, and every example holds */
    public static int run(Path folder, PrintStream out) {
        Report report = Check.of(new Folder(folder));
        report.print(out);
        return report.isFine() ? 0 : 1;
    }
}
