package io.subrelay.check;

import io.subrelay.delivery.Outbox;
import io.subrelay.mapping.JqLanguage;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Picks up edits of route files, of the jq functions that they share and of settings, while the runner runs. Camel's own
 * watcher takes a file as it finds it, and leaves its routes stopped if it does not work; here each is checked apart
 * from the running ones first, and only one without a fault takes the place of the last good one.
 */
public final class Edits implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Edits.class);
    private static final Pattern DEFINITION = Pattern.compile("\\bdef\\s+(\\w+)");
    private static final long LOOK_EVERY_MS = 300;

    private final Folder folder;
    private final CamelContext camel;
    private final Outbox outbox;
    private final ScheduledExecutorService timer;
    /** What was looked at last, good or not. */
    private final Map<Path, String> seen = new TreeMap<>();
    /** What files looked like the last time: one that is still being written is left alone. */
    private final Map<Path, String> writing = new HashMap<>();
    private final Map<Path, RouteFile> running = new TreeMap<>();

    public Edits(Folder folder, CamelContext camel, Outbox outbox) {
        this.folder = folder;
        this.camel = camel;
        this.outbox = outbox;
        this.timer = camel.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "edits");
        folder.routeFiles().forEach(file -> running.put(file.path(), file));
        seen.putAll(texts());
    }

    public void start() {
        timer.scheduleWithFixedDelay(() -> {
            try {
                look();
            } catch (RuntimeException e) {
                LOG.warn("edits cannot be picked up now: {}", Blame.oneLine(e));
            }
        }, LOOK_EVERY_MS, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
        LOG.info("Edits of files in routes/ are picked up");
    }

    /** Looks once; a file is picked up when it looks the same twice. */
    void look() {
        Map<Path, String> now = texts();
        Set<Path> changed = new TreeSet<>(now.keySet());
        changed.addAll(seen.keySet());
        changed.removeIf(file -> Objects.equals(now.get(file), seen.get(file)));
        Set<Path> done = new LinkedHashSet<>();
        for (Path file : changed) {
            String text = String.valueOf(now.get(file));
            if (text.equals(writing.put(file, text))) {
                writing.remove(file);
                done.add(file);
            }
        }
        Map<Path, String> before = new HashMap<>(seen);
        done.forEach(file -> seen.put(file, now.get(file)));
        seen.values().removeIf(Objects::isNull);
        pickUp(done, before);
    }

    private void pickUp(Set<Path> changed, Map<Path, String> before) {
        Set<RouteFile> files = new LinkedHashSet<>();
        for (Path path : changed) {
            if (path.equals(folder.settings())) {
                files.addAll(settings(changedNames(before.get(path), seen.get(path))));
            } else if (path.toString().endsWith(".jq")) {
                files.addAll(definitions(before.get(path) + "\n" + seen.get(path)));
            } else if (!seen.containsKey(path)) {
                remove(path);
            } else {
                RouteFile file = folder.routeFile(path);
                files.removeIf(each -> each.path().equals(path));
                files.add(file);
            }
        }
        Set<RouteFile> updated = new LinkedHashSet<>();
        for (RouteFile file : files) {
            if (isGood(file) && update(file)) {
                updated.add(file);
            }
        }
        // a running route keeps the shared policy that it was built with
        if (updated.stream().anyMatch(Edits::configures)) {
            for (RouteFile file : List.copyOf(running.values())) {
                if (file.destination() != null && !updated.contains(file) && update(file)) {
                    updated.add(file);
                }
            }
        }
        updated.forEach(this::examples);
    }

    private static boolean configures(RouteFile file) {
        return Yaml.items(file.root()).stream().anyMatch(item -> Yaml.get(item, "routeConfiguration") != null);
    }

    /**
     * @param  texts jq definitions as they were and as they are
     * @return       the files that use any of them, which have to be built anew; none if the definitions are wrong
     */
    private Set<RouteFile> definitions(String texts) {
        try (Rehearsal rehearsal = Rehearsal.asStarted(folder)) {
            rehearsal.camel().resolveLanguage("jq").createExpression(".");
        } catch (RuntimeException e) {
            LOG.error("{}; the last good one goes on", Blame.definitions(e));
            return Set.of();
        }
        ((JqLanguage) camel.resolveLanguage("jq")).reload();
        Set<RouteFile> users = new LinkedHashSet<>(running.values());
        Set<String> names = new TreeSet<>();
        DEFINITION.matcher(texts).results().forEach(definition -> names.add(definition.group(1)));
        Pattern use = Pattern.compile("(?<![\\w-])(" + String.join("|", names) + ")(?![\\w-])");
        users.removeIf(file -> !use.matcher(file.text()).find());
        return users;
    }

    /**
     * Settings that are read once, when the runner starts, stay as they are; those of destinations are read anew.
     *
     * @return the destinations that have a setting of these, or name one
     */
    private Set<RouteFile> settings(Set<String> changed) {
        try (Rehearsal rehearsal = Rehearsal.asStarted(folder)) {
            SettingsFile file = SettingsFile.read(folder);
            List<Fault> faults = rehearsal.settings().faults().stream().map(file::fault).toList();
            if (!faults.isEmpty()) {
                faults.forEach(fault -> LOG.error("{}; the settings stay as they were", fault));
                return Set.of();
            }
        }
        camel.getPropertiesComponent().reloadProperties(null);
        outbox.settingsChanged();
        Set<RouteFile> destinations = new LinkedHashSet<>(running.values());
        destinations.removeIf(file -> file.destination() == null || changed.stream().noneMatch(name ->
                name.startsWith(file.destination() + ".") || file.text().contains(name)));
        LOG.info("{}: picked up", folder.shown(folder.settings()));
        return destinations;
    }

    private static Set<String> changedNames(String before, String after) {
        Properties old = properties(before);
        Properties now = properties(after);
        Set<String> names = new TreeSet<>(old.stringPropertyNames());
        names.addAll(now.stringPropertyNames());
        names.removeIf(name -> Objects.equals(old.get(name), now.get(name)));
        return names;
    }

    private static Properties properties(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text == null ? "" : text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    private boolean isGood(RouteFile file) {
        List<Fault> faults = Check.of(folder, file);
        faults.forEach(fault -> LOG.error("{}; the last good one goes on", fault));
        return faults.isEmpty();
    }

    /** Puts the routes of a file in the place of those that it had; its deliveries in flight end first. */
    private boolean update(RouteFile file) {
        RouteFile before = running.get(file.path());
        try {
            load(file);
            running.put(file.path(), file);
            if (before != null) {
                Set<String> ids = ids(file);
                for (RouteFile.Route route : before.routes()) {
                    if (route.id() != null && !ids.contains(route.id())) {
                        remove(route);
                    }
                }
            }
            LOG.info("{}: picked up", file.name());
            return true;
        } catch (Exception e) {
            LOG.error("{}; the last good one goes on", Blame.of(e, file, folder));
            restore(before);
            return false;
        }
    }

    private void load(RouteFile file) throws Exception {
        PluginHelper.getRoutesLoader(camel)
                .updateRoutes(List.of(ResourceHelper.fromString("file:" + file.name(), file.text())));
    }

    private void restore(RouteFile before) {
        if (before != null) {
            try {
                load(before);
            } catch (Exception e) {
                LOG.error("{}: the last good one does not start either: {}", before.name(), Blame.oneLine(e));
            }
        }
    }

    private static Set<String> ids(RouteFile file) {
        Set<String> ids = new TreeSet<>();
        file.routes().stream().filter(route -> route.id() != null).forEach(route -> ids.add(route.id()));
        return ids;
    }

    private void remove(Path path) {
        RouteFile before = running.remove(path);
        if (before != null) {
            try {
                for (RouteFile.Route route : before.routes()) {
                    remove(route);
                }
                LOG.info("{}: it is gone, and so are its routes", before.name());
            } catch (Exception e) {
                LOG.error("{}: it is gone, but its routes do not stop: {}", before.name(), Blame.oneLine(e));
            }
        }
    }

    private void remove(RouteFile.Route route) throws Exception {
        camel.getRouteController().stopRoute(route.id());
        camel.removeRoute(route.id());
        if (route.destination() != null) {
            outbox.gone(route.destination());
        }
    }

    private void examples(RouteFile file) {
        if (file.destination() == null || Examples.files(file.examples()).isEmpty()) {
            return;
        }
        List<RouteFile> shared = running.values().stream().filter(each -> each.destination() == null).toList();
        List<Fault> faults = new java.util.ArrayList<>();
        try (Examples examples = new Examples(folder, shared)) {
            int all = examples.run(file, file.examples(), faults);
            faults.forEach(fault -> LOG.warn("{}", fault));
            LOG.info("{}: {} examples, {} differences", file.name(), all, faults.size());
        }
    }

    private Map<Path, String> texts() {
        Map<Path, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder.root().resolve("routes"))) {
            for (Path file : files.filter(Edits::isWatched).toList()) {
                try {
                    texts.put(file, Files.readString(file));
                } catch (IOException e) {
                    // it is gone, or not readable as text: the check says so when it is there again
                    texts.put(file, "");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (Files.exists(folder.settings())) {
            try {
                texts.put(folder.settings(), Files.readString(folder.settings(), StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return texts;
    }

    private static boolean isWatched(Path file) {
        String name = file.getFileName().toString();
        return Files.isRegularFile(file) && (name.endsWith(RouteFile.SUFFIX) || name.endsWith(".jq"));
    }

    @Override
    public void close() {
        camel.getExecutorServiceManager().shutdownGraceful(timer, 1_000);
    }
}
