package io.subrelay.command;

import io.subrelay.check.Check;
import io.subrelay.check.Folder;
import io.subrelay.check.Report;
import picocli.CommandLine.Command;

/** {@code check}: says what is wrong with a folder. */
@Command(name = "check", description = "Says what is wrong with routes, settings and examples.")
final class CheckCommand extends SubrelayCommand {

    @Override
    public Integer call() {
        Extensions.load(folder.resolve("ext"));
        Report report = Check.of(new Folder(folder));
        report.print(out());
        return report.isFine() ? 0 : 1;
    }
}
