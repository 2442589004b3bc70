package io.subrelay.check;

import java.io.PrintStream;
import java.nio.file.Path;

/** {@code check}: says what is wrong with a folder. */
public final class CheckCommand {

    private CheckCommand() {
    }

    /** @return the exit status: 0 if it would start, and every example holds */
    public static int run(Path folder, PrintStream out) {
        Report report = Check.of(new Folder(folder));
        report.print(out);
        return report.isFine() ? 0 : 1;
    }
}
