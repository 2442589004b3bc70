package io.subrelay.harness;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The project's route files that a runner in a test has: what all destinations share, four destinations, and those that
 * the settings name. Each file costs time at each start, and what is said of every destination has tests of its own.
 */
public final class RouteFiles {

    /** The setting that says which files are loaded. */
    public static final String SETTING = "camel.main.routes-include-pattern";

    private static final Path DESTINATIONS = Path.of("routes/destinations");
    private static final List<String> FOUR = List.of("segment", "amplitude", "onesignal", "statsig");

    private RouteFiles() {
    }

    /** @param settings their names */
    public static String pattern(Collection<String> settings) {
        return "file:routes/*.camel.yaml," + destinations(settings).stream().map(file -> "file:" + file)
                .collect(Collectors.joining(","));
    }

    /** Copies them into a folder. */
    static void copy(Collection<String> settings, Path folder) {
        Set<Path> destinations = destinations(settings);
        TempFolders.copy(Path.of("routes"), folder.resolve("routes"), path -> !path.startsWith(DESTINATIONS)
                || path.equals(DESTINATIONS) || destinations.contains(path));
    }

    private static Set<Path> destinations(Collection<String> settings) {
        return Stream.concat(FOUR.stream(), settings.stream().map(setting -> setting.replaceFirst("\\..*", "")))
                .map(name -> DESTINATIONS.resolve(name + ".camel.yaml")).filter(Files::exists)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
