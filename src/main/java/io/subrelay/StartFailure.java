package io.subrelay;

import io.subrelay.check.Check;
import io.subrelay.check.FaultsFound;
import io.subrelay.config.Settings;
import java.nio.file.Path;
import java.util.List;

/** Says why the runner does not start, one line for each reason. */
final class StartFailure {

    private StartFailure() {
    }

    /** What check finds where routes are the reason, with file and line; otherwise what the failure itself says. */
    static List<String> describe(Throwable failure) {
        Throwable root = failure;
        while (true) {
            if (root instanceof Settings.InvalidSetting) {
                return List.of(root.getMessage());
            }
            if (root instanceof FaultsFound found) {
                return found.faults();
            }
            if (root.getCause() == null || root.getCause() == root) {
                break;
            }
            root = root.getCause();
        }
        List<String> faults = Check.faults(Path.of(""));
        String message = root.getMessage() == null ? root.toString() : root.getMessage();
        return !faults.isEmpty() ? faults
                : List.of(message.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse(""));
    }
}
