package io.subrelay.imports;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code import} is to take in.
 *
 * @param dryRun whether nothing is stored
 * @param ids    whether the files have ids, and RevenueCat's REST API is asked for the customers
 * @param gaps   whether the customers of whom events were missed are asked for, in place of files
 * @param files  of one JSON object a line, or of ids
 */
public record ImportArguments(boolean dryRun, boolean ids, boolean gaps, List<Path> files) {

    /** @return null if they are not understood */
    public static ImportArguments of(List<String> arguments) {
        boolean dryRun = false;
        boolean ids = false;
        boolean gaps = false;
        List<Path> files = new ArrayList<>();
        for (String argument : arguments) {
            switch (argument) {
                case "--dry-run" -> dryRun = true;
                case "--ids" -> ids = true;
                case "--gaps" -> gaps = true;
                default -> {
                    if (argument.startsWith("-")) {
                        return null;
                    }
                    files.add(Path.of(argument));
                }
            }
        }
        return files.isEmpty() != gaps || ids && gaps ? null : new ImportArguments(dryRun, ids, gaps, files);
    }
}
