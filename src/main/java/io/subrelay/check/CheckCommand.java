package io.subrelay.check;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** {@code check}: says what is wrong with a folder. */
public final class CheckCommand {

    private CheckCommand() {
    }

    /** What is wrong with the routes and settings of a folder, examples aside, as check prints it. */
    public static List<String> faults(Path folder) {
        return Check.ofRoutes(new Folder(folder)).stream().filter(Fault::isFault).map(Fault::toString).toList();
    }

    /** @return the exit status: 0 if it would start, and every example holds */
    public static int run(Path folder, PrintStream out) {
        Report report = Check.of(new Folder(folder));
        report.print(out);
        return report.isFine() ? 0 : 1;
    }
}
