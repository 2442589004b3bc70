package io.subrelay.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

/** Runs examples through the real routes, in preview. Those that are given the same settings share their routes. */
final class Examples implements AutoCloseable {

    /** Rehearsals that are kept; examples with the same settings are next to each other, more or less. */
    private static final int KEPT = 8;

    private record Group(String destination, Map<String, String> settings) {
    }

    private final Folder folder;
    private final List<RouteFile> shared;
    private final BeanNames beans;
    private final Map<Group, Rehearsal> rehearsals = new LinkedHashMap<>(16, 0.75f, true);

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
     * Reads the examples of a destination and runs them.
     *
     * @param faults gets what is wrong with them, and each difference
     * @return       how many there are
     */
    int run(RouteFile destination, Path examples, List<Fault> faults) {
        List<Path> files = files(examples);
        for (Path path : files) {
            String file = folder.shown(path);
            try {
                Example example = Example.read(path, file, destination.destination(), folder.webhooks());
                for (String difference : run(destination, example)) {
                    faults.add(Fault.fault(file, 0, difference));
                }
            } catch (Example.Unreadable e) {
                faults.add(Fault.fault(file, e.line(), e.getMessage()));
            }
        }
        return files.size();
    }

    /** @return one line for each difference; empty if the example holds */
    List<String> run(RouteFile destination, Example example) {
        try {
            return Difference.of(example.expected(), preview(destination, example));
        } catch (Exception e) {
            return List.of("the route does not start with these settings: " + Blame.oneLine(e));
        }
    }

    /** What the destination would be sent for the last event. */
    ObjectNode preview(RouteFile destination, Example example) throws Exception {
        UnstoredEvents passing = new UnstoredEvents();
        EnrichedEvent last = null;
        for (Event event : example.events()) {
            last = passing.enrich(event, event.timestampMs());
        }
        return rehearsal(destination, example).preview(example.destination(), last);
    }

    private Rehearsal rehearsal(RouteFile destination, Example example) throws Exception {
        Group group = new Group(example.destination(), example.settings());
        Rehearsal rehearsal = rehearsals.get(group);
        if (rehearsal == null) {
            List<RouteFile> files = new ArrayList<>(shared);
            files.addAll(beans.neededBy(destination));
            files.add(destination);
            rehearsal = Rehearsal.withDefaults(folder, example.settings());
            try {
                rehearsal.load(files).start();
            } catch (Exception e) {
                rehearsal.close();
                throw e;
            }
            rehearsals.put(group, rehearsal);
            if (rehearsals.size() > KEPT) {
                var eldest = rehearsals.entrySet().iterator();
                eldest.next().getValue().close();
                eldest.remove();
            }
        }
        return rehearsal;
    }

    @Override
    public void close() {
        rehearsals.values().forEach(Rehearsal::close);
        rehearsals.clear();
    }
}
