package io.subrelay.check;

import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.store.UnstoredEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs the examples of destinations through the real routes, in preview. */
final class Examples {

    private final Folder folder;
    private final List<RouteFile> shared;
    private final BeanNames beans;

    /**
     * @param shared the route files that are no destination's; of those from the web server only what a destination
     *               calls is loaded, as an example takes no request in
     */
    Examples(Folder folder, Collection<RouteFile> shared) {
        List<RouteFile> files = folder.routeFiles();
        this.folder = folder;
        this.shared = shared.stream().filter(file -> !file.serves() || isCalled(file, files)).toList();
        this.beans = new BeanNames(files);
    }

    /** Whether a destination calls a route of a file that has routes from the web server as well. */
    private static boolean isCalled(RouteFile file, List<RouteFile> files) {
        return files.stream().filter(each -> each.destination() != null)
                .anyMatch(destination -> file.routes().stream().map(RouteFile.Route::fromUri)
                        .anyMatch(uri -> uri.matches("(direct|seda):.+") && destination.text().contains(uri)));
    }

    /** The files of a folder of examples, in order; none if there is no such folder. */
    static List<Path> files(Path examples) {
        if (!Files.isDirectory(examples)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(examples)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".json")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads the examples of a destination and runs them; those with the same settings share their routes.
     *
     * @param faults gets what is wrong with them, and each difference
     * @return       how many there are
     */
    int run(RouteFile destination, Path examples, List<Fault> faults) {
        List<Path> files = files(examples);
        Map<Map<String, String>, Map<String, Example>> bySettings = new LinkedHashMap<>();
        for (Path path : files) {
            String file = folder.shown(path);
            try {
                Example example = Example.read(path, folder);
                bySettings.computeIfAbsent(example.settings(), settings -> new LinkedHashMap<>()).put(file, example);
            } catch (Example.Unreadable e) {
                faults.add(e.fault(file));
            }
        }
        List<RouteFile> routes = new ArrayList<>(shared);
        routes.addAll(beans.neededBy(destination));
        routes.add(destination);
        bySettings.forEach((settings, group) -> {
            try (Rehearsal rehearsal = Rehearsal.withDefaults(folder, settings)) {
                String failure = failure(rehearsal, routes);
                group.forEach((file, example) -> (failure == null
                        ? differences(rehearsal, destination.destination(), example) : List.of(failure))
                        .forEach(difference -> faults.add(Fault.fault(file, 0, rehearsal.masked(difference)))));
            }
        });
        return files.size();
    }

    /** Why the routes do not start; null if they do. */
    private static String failure(Rehearsal rehearsal, List<RouteFile> routes) {
        try {
            rehearsal.load(routes).start();
            return null;
        } catch (Exception e) {
            return "the route does not start with these settings: " + Blame.oneLine(e);
        }
    }

    /** @return one line for each difference; empty if the example holds */
    private static List<String> differences(Rehearsal rehearsal, String destination, Example example) {
        try {
            UnstoredEvents customers = new UnstoredEvents();
            EnrichedEvent last = null;
            for (Event event : example.events()) {
                last = customers.enrich(event, event.timestampMs());
            }
            return Difference.of(example.expected(), rehearsal.preview(destination, last));
        } catch (RuntimeException e) {
            return List.of("this example cannot be run: " + Blame.oneLine(e));
        }
    }
}
