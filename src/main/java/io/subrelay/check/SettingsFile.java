package io.subrelay.check;

import io.subrelay.config.Nearest;
import io.subrelay.config.Settings;
import io.subrelay.event.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code application.properties}: which settings it has, and where. */
final class SettingsFile {

    private static final Pattern ENTRY = Pattern.compile("\\s*([^#!\\s=:][^\\s=:]*)\\s*(?:[=:].*)?");
    /** What destinations have without saying so. */
    private static final List<String> OF_EACH = List.of("mode", "url", "customer-updates");

    private final String name;
    private final Map<String, Integer> lines;

    private SettingsFile(String name, Map<String, Integer> lines) {
        this.name = name;
        this.lines = lines;
    }

    static SettingsFile read(Folder folder) {
        Map<String, Integer> lines = new LinkedHashMap<>();
        if (Files.exists(folder.settings())) {
            try {
                int number = 0;
                boolean continued = false;
                for (String line : folder.ownText().split("\n|\r\n?", -1)) {
                    number++;
                    Matcher entry = ENTRY.matcher(line);
                    if (!continued && entry.matches()) {
                        lines.put(entry.group(1), number);
                    }
                    boolean comment = !continued && line.strip().startsWith("#");
                    continued = !comment && line.matches(".*(?<!\\\\)(\\\\\\\\)*\\\\");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new SettingsFile(folder.shown(folder.settings()), lines);
    }

    /** Where the setting is made, if it is made here; otherwise it comes from the environment or is a default. */
    Fault fault(Settings.InvalidSetting setting) {
        Integer line = lines.get(setting.name());
        return Fault.fault(line == null ? "" : name, line == null ? 0 : line, setting.getMessage());
    }

    /**
     * Settings that nothing reads.
     *
     * @param destinations the names of all destinations
     * @param used         the names that route files read
     * @param byKind       the beginnings of names that route files read by kind
     */
    List<Fault> unknown(Collection<String> destinations, Collection<String> used, Collection<String> byKind) {
        Set<String> known = new TreeSet<>(used);
        Folder.defaults().keySet().forEach(each -> known.add(String.valueOf(each)));
        known.removeIf(each -> each.startsWith("camel."));
        for (String destination : destinations) {
            OF_EACH.forEach(each -> known.add(destination + "." + each));
        }
        for (String prefix : byKind) {
            Kind.KNOWN.forEach(kind -> known.add(prefix + kind));
        }
        Set<String> groups = new TreeSet<>();
        known.forEach(each -> groups.add(group(each)));
        List<Fault> faults = new ArrayList<>();
        lines.forEach((setting, line) -> {
            if (known.contains(setting) || setting.startsWith("camel.") || setting.startsWith("otel.")) {
                return;
            }
            String hint = Nearest.hint(setting, known);
            if (hint.isEmpty() && byKind.stream().anyMatch(setting::startsWith)) {
                return; // a kind that is newer than this release
            }
            String message = "nothing reads the setting " + setting + hint;
            boolean ours = !hint.isEmpty() || groups.contains(group(setting));
            faults.add(ours ? Fault.fault(name, line, message) : Fault.warning(name, line, message));
        });
        for (String setting : System.getProperties().stringPropertyNames()) {
            if (setting.contains(".") && groups.contains(group(setting)) && !known.contains(setting)
                    && byKind.stream().noneMatch(setting::startsWith)) {
                faults.add(Fault.fault("", 0, "nothing reads the setting -D" + setting + Nearest.hint(setting, known)));
            }
        }
        return faults;
    }

    private static String group(String setting) {
        return setting.replaceFirst("\\..*", "");
    }
}
