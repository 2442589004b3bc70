package io.subrelay.imports;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code import} is to take in.
 *
 * @param dryRun whether nothing is stored
 * @param files  what was kept, one JSON object a line
 */
public record ImportArguments(boolean dryRun, List<Path> files) {

    /** @return null if they are not understood */
    public static ImportArguments of(List<String> arguments) {
        boolean dryRun = false;
        List<Path> files = new ArrayList<>();
        for (String argument : arguments) {
            if (argument.equals("--dry-run")) {
                dryRun = true;
            } else if (argument.startsWith("-")) {
                return null;
            } else {
                files.add(Path.of(argument));
            }
        }
        return files.isEmpty() ? null : new ImportArguments(dryRun, files);
    }
}
