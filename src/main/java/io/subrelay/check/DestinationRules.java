package io.subrelay.check;

import io.subrelay.check.RouteFile.Route;
import io.subrelay.config.Nearest;
import io.subrelay.config.Settings;
import io.subrelay.delivery.OutboxEndpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.Node;

/** What makes a file a destination, and what all files together must not have twice. */
final class DestinationRules {

    /** The address of a destination, and a path after it. */
    private static final Pattern BEFORE_PATH = Pattern.compile("\\{\\{([\\w-]+\\.url)}}(?=[/{])");
    private static final Pattern CREDENTIALS = Pattern.compile("[?&]credentials=([^&]*)");

    private final List<Fault> faults = new ArrayList<>();
    private final Collection<RouteFile> files;
    private final Placeholders places;
    private final Collection<String> known;
    private final Settings settings;
    private final SettingsFile settingsFile;

    /**
     * @param files  all that can be read
     * @param places the settings that files read
     * @param known  the names of all settings
     */
    DestinationRules(Collection<RouteFile> files, Placeholders places, Collection<String> known, Settings settings,
            SettingsFile settingsFile) {
        this.files = files;
        this.places = places;
        this.known = known;
        this.settings = settings;
        this.settingsFile = settingsFile;
    }

    List<Fault> faults() {
        ids();
        configurations();
        Map<String, String> owners = new HashMap<>();
        for (RouteFile file : files) {
            for (Route route : file.routes()) {
                if (route.destination() != null) {
                    destination(file, route, owners);
                    credentials(file, route);
                }
            }
            if (file.destination() != null) {
                file(file);
            }
            addresses(file);
        }
        return faults;
    }

    private void ids() {
        Map<String, String> places = new HashMap<>();
        for (RouteFile file : files) {
            for (Route route : file.routes()) {
                YamlWalk.through(route.node(), (name, key, value, owners) -> {
                    if (name.equals("id") && Yaml.text(value) != null) {
                        id(file, value, places);
                    }
                });
            }
        }
    }

    private void id(RouteFile file, Node value, Map<String, String> places) {
        String place = file.name() + ":" + Yaml.line(value);
        String first = places.putIfAbsent(Yaml.text(value), place);
        if (first != null) {
            faults.add(file.fault(value, "the id " + Yaml.text(value) + " is taken already, at " + first));
        }
    }

    private void configurations() {
        Set<String> there = files.stream().flatMap(file -> Yaml.items(file.root()).stream())
                .map(item -> Yaml.text(Yaml.get(item, "routeConfiguration"), "id")).filter(Objects::nonNull)
                .collect(Collectors.toCollection(TreeSet::new));
        for (RouteFile file : files) {
            for (Route route : file.routes()) {
                for (String id : route.configurations()) {
                    if (!id.matches(".*[*(\\[{|].*") && !there.contains(id)) {
                        faults.add(file.fault(Yaml.get(route.node(), "routeConfigurationId"),
                                "there is no routeConfiguration " + id + Nearest.hint(id, there)));
                    }
                }
            }
        }
    }

    private void destination(RouteFile file, Route route, Map<String, String> owners) {
        String name = route.destination();
        Node from = Yaml.get(route.from(), "uri") == null ? route.from() : Yaml.get(route.from(), "uri");
        String first = owners.putIfAbsent(name, file.name() + ":" + Yaml.line(from));
        if (first != null) {
            faults.add(file.fault(from, "outbox:" + name + " has its route already, at " + first));
        } else if (!name.equals(file.destination())) {
            faults.add(file.fault(from, "outbox:" + name + " belongs in the file "
                    + "routes/destinations/" + name + RouteFile.SUFFIX
                    + ", or is another name than the file's meant?"));
        }
        if (!name.equals(route.id())) {
            faults.add(file.fault(route.idLine(), route.id() == null
                    ? "this route has no id; it is the destination's name: " + name
                    : "the id of this route is " + route.id() + ", but it delivers to outbox:" + name
                            + "; the id, the file and the outbox have one name"));
        }
    }

    private void file(RouteFile file) {
        if (file.routes().stream().noneMatch(route -> route.from() == null || route.destination() != null)) {
            faults.add(file.fault(0, "no route of this file delivers: one has to be from outbox:"
                    + file.destination()));
        }
        for (Route route : file.routes()) {
            // its helpers too: their requests fail as well
            boolean misspelt = route.configurations().stream()
                    .anyMatch(id -> Nearest.to(id, Set.of(OutboxEndpoint.POLICY)) != null);
            if (!misspelt) {
                faults.add(file.fault(route.idLine(),
                        "this route lacks \"routeConfigurationId: delivery\", which"
                                + " says what becomes of requests that fail"));
            }
            if (Yaml.get(route.node(), "errorHandler") != null) {
                faults.add(file.warning(Yaml.line(Yaml.get(route.node(), "errorHandler")),
                        "this route's own errorHandler takes the place of the shared one; say what answers mean by"
                                + " onException at the head of the file instead"));
            }
        }
    }

    private void addresses(RouteFile file) {
        YamlWalk.scalars(file.root(), scalar -> {
            Matcher before = BEFORE_PATH.matcher(Yaml.text(scalar));
            if (before.lookingAt()) {
                try {
                    settings.checkBeforePath(before.group(1));
                } catch (Settings.InvalidSetting fault) {
                    faults.add(settingsFile.fault(fault));
                } catch (IllegalArgumentException e) {
                    // it, or what it is made of, is missing: that is told where it is read
                }
            }
        });
    }

    private void credentials(RouteFile file, Route route) {
        Node given = Yaml.get(Yaml.get(route.from(), "parameters"), "credentials");
        if (given != null && Yaml.text(given) == null) {
            faults.add(file.fault(given, "credentials is no text: names of settings, with commas between them"));
            return;
        }
        Node node = given == null ? route.from() : given;
        Matcher query = CREDENTIALS.matcher(route.fromUri());
        String text = given != null ? Yaml.text(given) : query.find() ? query.group(1) : "";
        List<String> names = Stream.of(text.split(",")).map(String::trim).filter(name -> !name.isEmpty()).toList();
        List<String> each = names.stream().flatMap(name -> Stream.of(name.split("\\|"))).toList();
        for (String name : each) {
            if (!known.contains(name) && !places.used.contains(name)) {
                faults.add(file.fault(node, "nothing reads the setting " + name
                        + ", which the destination waits for" + Nearest.hint(name, known)));
            }
        }
        places.used.addAll(each);
        try {
            settings.mode(route.destination(), names);
        } catch (Settings.InvalidSetting e) {
            faults.add(settingsFile.fault(e));
        }
    }
}
