package io.subrelay.check;

import io.subrelay.config.Settings;
import io.subrelay.delivery.OutboxEndpoint;
import io.subrelay.http.OwnTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.RouteDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds everything that is wrong with a folder of routes and settings, and starts nothing. Files are looked at as text
 * first, which finds all that is misspelt at once; those in which that finds nothing Camel builds: all together, and
 * where it cannot, each on its own.
 */
public final class Check {

    private static final Logger LOG = LoggerFactory.getLogger(Check.class);

    private final Folder folder;
    private final List<Fault> faults = new ArrayList<>();
    private final List<RouteFile> good = new ArrayList<>();
    /** The files that read a setting without a value, or with a wrong one: building them would tell it again. */
    private final Set<String> unresolved = new TreeSet<>();
    private List<RouteFile> shared = List.of();
    private BeanNames beans;
    /** Whether the functions that all jq expressions share are fine: otherwise no route can be built. */
    private boolean jq;
    private int destinations;
    private int examples;

    private Check(Folder folder) {
        this.folder = folder;
    }

    /** What is wrong with the routes and settings of a folder, and the examples that do not hold. */
    public static Report of(Path folder) {
        return of(new Folder(folder));
    }

    /** What is wrong with the routes and settings of a folder, examples aside: one line each. */
    public static List<String> faults(Path folder) {
        return lines(ofRoutes(new Folder(folder)));
    }

    /**
     * Looks before the start for what Camel would not stop for; what it may mean otherwise is logged.
     *
     * @param camel with the settings of the runner
     * @throws FaultsFound if anything would do harm
     */
    public static void beforeStart(Path folder, CamelContext camel) {
        List<Fault> found = ofRules(new Folder(folder), camel);
        List<String> faults = lines(found);
        if (!faults.isEmpty()) {
            throw new FaultsFound(faults);
        }
        found.forEach(warning -> LOG.warn("{}", warning));
    }

    private static List<String> lines(List<Fault> found) {
        return found.stream().filter(Fault::isFault).map(Fault::toString).toList();
    }

    static Report of(Folder folder) {
        Check check = new Check(folder);
        check.all();
        return new Report(check.sorted(), check.destinations, check.examples);
    }

    /** What is wrong with the routes and settings, examples aside. */
    static List<Fault> ofRoutes(Folder folder) {
        Check check = new Check(folder);
        check.routes(folder.routeFiles());
        return check.sorted();
    }

    /**
     * What is wrong and would not stop Camel: settings, rules for destinations, files that are not loaded. It builds
     * nothing, so that it takes next to no time.
     *
     * @param camel with the settings of the runner
     */
    static List<Fault> ofRules(Folder folder, CamelContext camel) {
        Check check = new Check(folder);
        check.texts(folder.routeFiles(), camel, false);
        return check.sorted();
    }

    private List<Fault> sorted() {
        return faults.stream().distinct().sorted(Fault.ORDER).toList();
    }

    private void all() {
        List<RouteFile> files = folder.routeFiles();
        routes(files);
        if (!files.isEmpty()) {
            examples(files);
        }
        folder.differentFromShipped().forEach(file -> faults.add(Fault.note(folder.shown(file), 0,
                "this is not the file of this version: you have changed it, or it is from before an upgrade")));
    }

    private void routes(List<RouteFile> files) {
        if (files.isEmpty()) {
            faults.add(Fault.fault("", 0, "there are no routes in " + folder.root()
                    + ": start where routes/ and application.properties are"));
            return;
        }
        try {
            folder.checkEncoding();
        } catch (IllegalArgumentException e) {
            faults.add(Fault.fault("", 0, e.getMessage()));
        }
        beans = new BeanNames(files);
        try (Rehearsal rehearsal = Rehearsal.asStarted(folder)) {
            texts(files, rehearsal.camel(), true);
        }
        List<RouteFile> together = faultless(files);
        boolean built = canBuildTogether(together);
        shared = (built ? together : files).stream().filter(file -> file.destination() == null).toList();
        if (!built) {
            shared = built(shared);
        }
        for (RouteFile file : files) {
            if (file.destination() != null) {
                destinations++;
                if (canBeBuilt(file) && (built || build(shared, file))) {
                    good.add(file);
                }
            }
        }
    }

    /**
     * What can be said of the files as they are written.
     *
     * @param whole whether also of what Camel refuses when it builds the routes
     */
    private void texts(List<RouteFile> files, CamelContext camel, boolean whole) {
        Settings settings = new Settings(camel.getPropertiesComponent());
        SettingsFile settingsFile = SettingsFile.read(folder);
        settings.faults().forEach(fault -> {
            faults.add(settingsFile.fault(fault));
            files.stream().filter(file -> file.text().contains("{{" + fault.name() + "}}"))
                    .forEach(file -> unresolved.add(file.name()));
        });
        try {
            OwnTls.of(settings);
        } catch (Settings.InvalidSetting fault) {
            faults.add(settingsFile.fault(fault));
        }
        Properties all = Folder.defaults();
        all.putAll(folder.ownSettings());
        Set<String> known = new TreeSet<>(all.stringPropertyNames());
        known.removeIf(name -> name.startsWith("camel."));
        Placeholders placeholders = new Placeholders(camel, known);
        folder.mappings().forEach(file -> placeholders.read(file.text()));
        if (whole) {
            List<Fault> definitions = definitions(camel);
            faults.addAll(definitions);
            jq = definitions.isEmpty();
        }
        Endpoints endpoints = new Endpoints(camel, placeholders);
        Expressions expressions = whole ? new Expressions(camel, placeholders, folder) : null;
        if (whole) {
            folder.mappings().forEach(file -> faults.addAll(expressions.ofFunctions(file)));
            faults.addAll(beans.twice());
        }
        List<RouteFile> readable = new ArrayList<>();
        for (RouteFile file : files) {
            if (file.unreadable() != null) {
                faults.add(file.unreadable());
                continue;
            }
            readable.add(file);
            faults.addAll(placeholders.faults(file));
            if (whole) {
                faults.addAll(Shape.get().faults(file));
                faults.addAll(jq ? expressions.faults(file) : List.of());
                faults.addAll(beans.missing(file, camel));
                faults.addAll(endpoints.faults(file));
            }
        }
        faults.addAll(DestinationRules.faults(readable, placeholders, known, settings, settingsFile));
        Set<String> names = new LinkedHashSet<>();
        files.stream().filter(file -> file.destination() != null).forEach(file -> names.add(file.destination()));
        boolean allRead = files.stream().allMatch(this::isFaultless);
        settingsFile.unknown(names, placeholders.used(), placeholders.byKind()).stream()
                // a file that has faults may be meant to read it
                .filter(fault -> allRead || fault.message().contains("did you mean")).forEach(faults::add);
        unresolved.addAll(placeholders.unresolved());
        folder.notLoaded().forEach(file -> faults.add(Fault.fault(folder.shown(file), 0, "this file is not loaded:"
                + " the name of a route file ends with " + RouteFile.SUFFIX)));
    }

    /** What is wrong with the jq functions that all files share. */
    private static List<Fault> definitions(CamelContext camel) {
        try {
            camel.resolveLanguage("jq").createExpression(".");
            return List.of();
        } catch (RuntimeException e) {
            return List.of(Blame.definitions(e));
        }
    }

    /** Whether it makes sense to have Camel build it. */
    private boolean canBeBuilt(RouteFile file) {
        return isFaultless(file) && !unresolved.contains(file.name());
    }

    private boolean isFaultless(RouteFile file) {
        return faults.stream().noneMatch(fault -> fault.isFault() && fault.file().equals(file.name()));
    }

    private List<RouteFile> faultless(Collection<RouteFile> files) {
        return files.stream().filter(this::canBeBuilt).toList();
    }

    /** Whether Camel can build them all in one context: where it can, there is no need to build each on its own. */
    private boolean canBuildTogether(List<RouteFile> files) {
        try (Rehearsal rehearsal = Rehearsal.asStarted(folder)) {
            rehearsal.load(files).build();
            return jq;
        } catch (Exception e) {
            return false; // which of them it is, each on its own shows
        }
    }

    /** Builds the files that all share, each with those before it; what one needs of a later one it gets at the end. */
    private List<RouteFile> built(List<RouteFile> files) {
        List<RouteFile> built = new ArrayList<>();
        List<RouteFile> later = new ArrayList<>();
        for (RouteFile file : faultless(files)) {
            List<Fault> before = List.copyOf(faults);
            if (build(built, file)) {
                built.add(file);
            } else {
                faults.clear();
                faults.addAll(before);
                later.add(file);
            }
        }
        for (RouteFile file : later) {
            if (build(built, file)) {
                built.add(file);
            }
        }
        return built;
    }

    /**
     * Has Camel build a file; a route that cannot be built is left out then, so that the others show what they have.
     *
     * @return whether there is no fault
     */
    private boolean build(List<RouteFile> others, RouteFile file) {
        Set<String> left = new LinkedHashSet<>();
        if (!jq) {
            return false;
        }
        while (true) {
            try (Rehearsal rehearsal = Rehearsal.asStarted(folder)) {
                rehearsal.load(others).load(beans.neededBy(file)).load(List.of(file));
                for (RouteDefinition route : List.copyOf(rehearsal.camel().getRouteDefinitions())) {
                    if (left.contains(route.getRouteId())) {
                        rehearsal.camel().removeRouteDefinition(route);
                    }
                }
                rehearsal.build();
                return left.isEmpty();
            } catch (Exception e) {
                faults.add(Blame.of(e, file, folder));
                String route = Blame.route(e);
                if (route == null || !left.add(route)) {
                    return false;
                }
            }
        }
    }

    private void examples(List<RouteFile> files) {
        boolean policy = shared.stream().anyMatch(file -> Yaml.items(file.root()).stream()
                .anyMatch(item -> OutboxEndpoint.POLICY.equals(Yaml.text(Yaml.get(item, "routeConfiguration"), "id"))));
        try (Examples runner = new Examples(folder, shared)) {
            for (RouteFile file : files) {
                if (file.destination() == null) {
                    continue;
                }
                if (Examples.files(file.examples()).isEmpty()) {
                    faults.add(file.note(0, "this destination has no example; put one into "
                            + folder.shown(file.examples()) + "/"));
                } else if (policy && good.contains(file)) {
                    examples += runner.run(file, file.examples(), faults);
                } else {
                    faults.add(file.note(0, "its examples were not run, because of the faults"));
                }
            }
        }
        orphans(files);
    }

    /** Examples whose destination is not there. */
    private void orphans(List<RouteFile> files) {
        Set<Path> expected = new LinkedHashSet<>();
        files.stream().filter(file -> file.destination() != null).forEach(file -> expected.add(file.examples()));
        Path destinationsFolder = folder.root().resolve("routes/destinations");
        if (!Files.isDirectory(destinationsFolder)) {
            return;
        }
        try (Stream<Path> paths = Files.list(destinationsFolder)) {
            for (Path path : paths.sorted().toList()) {
                String name = path.getFileName().toString();
                if (Files.isDirectory(path) && name.endsWith(".tests") && !expected.contains(path)) {
                    faults.add(Fault.fault(folder.shown(path), 0, "these examples have no destination: there is no "
                            + name.replaceFirst("\\.tests$", RouteFile.SUFFIX) + " beside them"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
