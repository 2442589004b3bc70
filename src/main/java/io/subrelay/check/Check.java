package io.subrelay.check;

import io.subrelay.config.Secrets;
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
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds everything that is wrong with a folder of routes and settings, and starts nothing. Files are looked at as text
 * first, which finds all that is misspelt at once; those in which that finds nothing Camel builds, without what it
 * refuses until it refuses no more.
 */
public final class Check {

    private static final Logger LOG = LoggerFactory.getLogger(Check.class);

    private final Folder folder;
    private final List<RouteFile> files;
    private final List<RouteFile> destinations;
    private final List<Fault> faults = new ArrayList<>();
    /** The files that read a setting without a value, or with a wrong one: building them would tell it again. */
    private final Set<String> unresolved = new TreeSet<>();
    private BeanNames beans;
    /** Of the settings; null while they are not read. */
    private Secrets secrets;
    /** Whether the functions that all jq expressions share are fine: otherwise no route can be built. */
    private boolean jq;
    /** Whether Camel builds what has no fault. */
    private boolean built;
    private int examples;

    private Check(Folder folder) {
        this.folder = folder;
        this.files = folder.routeFiles();
        this.destinations = files.stream().filter(file -> file.destination() != null).toList();
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

    /** Why a runner does not start: what is wrong with its folder, else what the failure says; one line each. */
    public static List<String> reasons(Throwable failure) {
        Settings.InvalidSetting setting = ObjectHelper.getException(Settings.InvalidSetting.class, failure);
        if (setting != null) {
            return List.of(setting.getMessage());
        }
        FaultsFound found = ObjectHelper.getException(FaultsFound.class, failure);
        List<String> faults = found == null ? faults(Path.of("")) : found.faults();
        return faults.isEmpty() ? List.of(Blame.oneLine(failure)) : faults;
    }

    private static List<String> lines(List<Fault> found) {
        return found.stream().filter(Fault::isFault).map(Fault::toString).toList();
    }

    /** What is wrong with the routes and settings of a folder, and the examples that do not hold. */
    public static Report of(Folder folder) {
        Check check = new Check(folder);
        check.all();
        return new Report(check.sorted(), check.destinations.size(), check.examples);
    }

    /** What is wrong with the routes and settings, examples aside. */
    static List<Fault> ofRoutes(Folder folder) {
        Check check = new Check(folder);
        check.routes();
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
        check.texts(camel, false);
        return check.sorted();
    }

    private List<Fault> sorted() {
        return faults.stream().map(fault -> secrets == null ? fault : fault.with(secrets.mask(fault.message())))
                .distinct().sorted(Fault.ORDER).toList();
    }

    private void all() {
        routes();
        examples();
        folder.differentFromShipped().forEach(file -> faults.add(Fault.note(folder.shown(file), 0,
                "this is not the file of this version: you have changed it, or it is from before an upgrade")));
    }

    private void routes() {
        if (files.isEmpty()) {
            faults.add(Fault.fault("", 0, "there are no routes in " + folder.root()
                    + ": start where routes/ and application.properties are"));
            return;
        }
        try {
            folder.checkEncoding();
        } catch (FaultsFound e) {
            faults.add(Fault.fault("", 0, e.getMessage()));
        }
        beans = new BeanNames(files);
        try (Rehearsal rehearsal = Rehearsal.asStarted(folder)) {
            texts(rehearsal.camel(), true);
        }
        if (jq) {
            List<RouteFile> fit = files.stream().filter(this::canBeBuilt).toList();
            Set<RouteFile> all = new LinkedHashSet<>(fit);
            fit.forEach(file -> beans.neededBy(file).stream()
                    .filter(needed -> fit.stream().noneMatch(each -> each.name().equals(needed.name())))
                    .forEach(all::add));
            build(all);
        }
    }

    /**
     * What can be said of the files as they are written.
     *
     * @param whole whether also of what Camel refuses when it builds the routes
     */
    private void texts(CamelContext camel, boolean whole) {
        Settings settings = new Settings(camel.getPropertiesComponent());
        secrets = new Secrets(settings);
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
        Endpoints endpoints = new Endpoints(camel, placeholders, files);
        Expressions expressions = whole ? new Expressions(camel, placeholders, folder) : null;
        if (whole) {
            folder.mappings().forEach(file -> faults.addAll(expressions.ofFunctions(file)));
            faults.addAll(beans.twice);
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
        faults.addAll(new DestinationRules(readable, placeholders, known, settings, settingsFile).faults());
        List<String> names = destinations.stream().map(RouteFile::destination).toList();
        boolean allRead = files.stream().allMatch(this::isFaultless);
        settingsFile.unknown(names, placeholders.used, placeholders.byKind).stream()
                // a file that has faults may be meant to read it
                .filter(fault -> allRead || fault.message().contains("did you mean")).forEach(faults::add);
        unresolved.addAll(placeholders.unresolved);
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

    /** Has Camel build all files. A route that it refuses is left out then, so that others show what they have. */
    private void build(Collection<RouteFile> files) {
        Set<String> refused = new LinkedHashSet<>();
        while (!built) {
            try (Rehearsal rehearsal = loaded(files)) {
                for (RouteDefinition route : List.copyOf(rehearsal.camel().getRouteDefinitions())) {
                    if (refused.contains(route.getRouteId())) {
                        rehearsal.camel().removeRouteDefinition(route);
                    }
                }
                rehearsal.build();
                built = true;
            } catch (Exception e) {
                faults.add(Blame.of(e, files, folder));
                FailedToCreateRouteException of = ObjectHelper.getException(FailedToCreateRouteException.class, e);
                if (of == null || !refused.add(of.getRouteId())) {
                    return;
                }
            }
        }
    }

    /** Loads all at once, as a start does; where that fails one by one, which tells what cannot be loaded. */
    private Rehearsal loaded(Collection<RouteFile> files) {
        Rehearsal atOnce = Rehearsal.asStarted(folder);
        try {
            return atOnce.load(files);
        } catch (Exception e) {
            atOnce.close();
        }
        List<RouteFile> order = new ArrayList<>();
        List<RouteFile> last = new ArrayList<>();
        try (Rehearsal first = Rehearsal.asStarted(folder)) {
            // last what may need something of a later one
            files.forEach(file -> (failure(first, file) == null ? order : last).add(file));
        }
        order.addAll(last);
        // in a context of its own: what Camel has refused once it takes the second time
        Rehearsal apart = Rehearsal.asStarted(folder);
        for (RouteFile file : order) {
            Exception failure = failure(apart, file);
            if (failure != null) {
                faults.add(Blame.of(failure, List.of(file), folder));
            }
        }
        return apart;
    }

    private static Exception failure(Rehearsal rehearsal, RouteFile file) {
        try {
            rehearsal.load(List.of(file));
            return null;
        } catch (Exception e) {
            return e;
        }
    }

    private void examples() {
        List<RouteFile> shared =
                files.stream().filter(file -> file.destination() == null && canBeBuilt(file)).toList();
        boolean policy = shared.stream().anyMatch(file -> Yaml.items(file.root()).stream()
                .anyMatch(item -> OutboxEndpoint.POLICY.equals(Yaml.text(Yaml.get(item, "routeConfiguration"), "id"))));
        Examples runner = new Examples(folder, shared);
        for (RouteFile file : destinations) {
            if (Examples.files(file.examples()).isEmpty()) {
                faults.add(file.note(0, "this destination has no example; put one into "
                        + folder.shown(file.examples()) + "/"));
            } else if (policy && built && canBeBuilt(file)) {
                examples += runner.run(file, file.examples(), faults);
            } else {
                faults.add(file.note(0, "its examples were not run, because of the faults"));
            }
        }
        orphans();
    }

    /** Examples whose destination is not there. */
    private void orphans() {
        List<Path> expected = destinations.stream().map(RouteFile::examples).toList();
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
