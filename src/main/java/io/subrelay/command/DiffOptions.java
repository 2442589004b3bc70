package io.subrelay.command;

import io.subrelay.config.Settings;
import io.subrelay.event.EnrichedEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What {@code diff} is to compare, and how it is told. */
final class DiffOptions {

    private static final int DEFAULT_EVENTS = 1000;
    /** Of a time or a file. */
    private static final int MAX_DEFAULT_EVENTS = 100_000;

    /** A folder and webhooks to compare with, in place of a runner and what it has stored. */
    static final class Kept {

        @Option(names = "--against", required = true, paramLabel = "<folder>",
                description = "Compare with this folder, not with the runner that runs.")
        Path folder;
        @Option(names = "--events-file", required = true, paramLabel = "<file>",
                description = "The webhooks to compare with, one a line; plain or gzip.")
        Path events;
    }

    /** With a unit, such as 7d. */
    private static final class Time implements ITypeConverter<Duration> {

        @Override
        public Duration convert(String text) {
            return Settings.durationOf(text)
                    .orElseThrow(() -> new TypeConversionException("'" + text + "' is no time such as 12h or 7d"));
        }
    }

    @Option(names = "--since", paramLabel = "<time>", converter = Time.class,
            description = "Events accepted since, such as 12h or 7d.")
    Duration since;
    @Option(names = "--events", paramLabel = "<n>",
            description = "How many events, the newest; 1000 without it, 100000 of a time or a file.")
    private Integer events;
    @Option(names = "--kinds", paramLabel = "<kind>", split = ",", description = "Only events of these kinds.")
    List<String> kinds = List.of();
    @Option(names = "--destination", paramLabel = "<name>", description = "Only what this destination is sent.")
    String destination;
    @ArgGroup(exclusive = false)
    Kept kept;
    @Option(names = "--json", description = "Print the differences as JSON.")
    boolean json;
    @Option(names = "--show-values", description = "Show personal data.")
    boolean values;

    /** Why they do not go together; null if they do. */
    String fault() {
        return events != null && events < 1 ? "--events accepts a whole number from 1 on"
                : kept != null && since != null
                        ? "--since is for stored events: a file does not say when it was stored" : null;
    }

    /** How many events at most, the newest ones. */
    int events() {
        return events != null ? events : since == null && kept == null ? DEFAULT_EVENTS : MAX_DEFAULT_EVENTS;
    }

    boolean wants(EnrichedEvent event) {
        return kinds.isEmpty() || kinds.contains(event.event().kind());
    }

    boolean wants(String name) {
        return destination == null || destination.equals(name);
    }
}
