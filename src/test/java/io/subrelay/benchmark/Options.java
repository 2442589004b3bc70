package io.subrelay.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is measured, as {@code name=value} words; see {@code docs/performance.md}. */
final class Options {

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("subjects", "single,batched,memory"), Map.entry("warmup", "150000"), Map.entry("rounds", "6"),
            Map.entry("events", "10000"), Map.entry("rate", "0"), Map.entry("customers", "10000"),
            Map.entry("latency", "0"), Map.entry("database", "h2"), Map.entry("stored", "0"),
            Map.entry("backlog", "0"), Map.entry("idle", "0"), Map.entry("backfill", "0"), Map.entry("consumers", "8"),
            Map.entry("other", "."), Map.entry("runners", "1"));

    private final Map<String, String> values = new HashMap<>(DEFAULTS);
    private final List<String> jvm = new ArrayList<>();

    Options(String[] words) {
        for (String word : words) {
            String[] pair = word.split("=", 2);
            if (pair[0].equals("jvm") && pair.length == 2) {
                jvm.add(pair[1]);
            } else if (pair.length == 2 && DEFAULTS.containsKey(pair[0])) {
                values.put(pair[0], pair[1]);
            } else {
                throw new IllegalArgumentException(
                        word + ": it accepts jvm= and " + DEFAULTS.keySet().stream().sorted().toList());
            }
        }
    }

    int number(String name) {
        return Integer.parseInt(values.get(name));
    }

    List<String> subjects() {
        return Arrays.asList(values.get("subjects").split(","));
    }

    boolean postgres(boolean varied) {
        return value("database", varied).equals("postgres");
    }

    int runners(boolean varied) {
        return Integer.parseInt(value("runners", varied));
    }

    /** Of two that are given, with a comma, the latter is for the subjects whose name ends in +. */
    private String value(String name, boolean varied) {
        String[] both = values.get(name).split(",");
        return both[varied ? both.length - 1 : 0];
    }

    /** Further options of the JVM, {@code -Dname=value} settings among them, of the subjects whose name ends in +. */
    List<String> jvm() {
        return jvm;
    }

    /** Where those subjects are taken from: a checkout that was built. */
    Path other() {
        return Path.of(values.get("other"));
    }

    @Override
    public String toString() {
        return new java.util.TreeMap<>(values) + (jvm.isEmpty() ? "" : " " + jvm);
    }
}
