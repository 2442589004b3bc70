package io.subrelay.diff;

import io.subrelay.event.EnrichedEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code diff} is to compare, and how it is told.
 *
 * @param since       how far back the acceptance of an event may be; null for any time
 * @param events      how many at most, the newest ones
 * @param kinds       empty for all
 * @param destination null for all
 * @param against     the folder to compare with; null for the runner
 * @param eventsFile  the webhooks to compare with; null for those that the runner has stored
 * @param json        whether the differences are told as JSON
 * @param values      whether personal data is shown
 */
public record DiffArguments(Duration since, int events, List<String> kinds, String destination, Path against,
        Path eventsFile, boolean json, boolean values) {

    private static final int DEFAULT_EVENTS = 1000;
    /** Of a time or a file. */
    private static final int MAX_DEFAULT_EVENTS = 100_000;
    private static final Pattern SINCE = Pattern.compile("(\\d{1,6})([smhd])");

    /** @throws IllegalArgumentException if they are not understood; the message is one plain sentence */
    public static DiffArguments of(List<String> arguments) {
        Duration since = null;
        Integer events = null;
        List<String> kinds = List.of();
        String destination = null;
        Path against = null;
        Path file = null;
        boolean json = false;
        boolean values = false;
        for (int i = 0; i < arguments.size(); i++) {
            String option = arguments.get(i);
            switch (option) {
                case "--json" -> json = true;
                case "--show-values" -> values = true;
                case "--since" -> since = duration(value(arguments, ++i));
                case "--events" -> events = number(value(arguments, ++i));
                case "--kinds" -> kinds = List.of(value(arguments, ++i).split(","));
                case "--destination" -> destination = value(arguments, ++i);
                case "--against" -> against = Path.of(value(arguments, ++i));
                case "--events-file" -> file = Path.of(value(arguments, ++i));
                default -> throw new IllegalArgumentException("diff does not understand '" + option + "'");
            }
        }
        if ((against == null) != (file == null)) {
            throw new IllegalArgumentException("--against and --events-file belong together");
        }
        if (file != null && since != null) {
            throw new IllegalArgumentException("--since is for stored events: a file does not say when it was stored");
        }
        int atMost = events != null ? events : since == null && file == null ? DEFAULT_EVENTS : MAX_DEFAULT_EVENTS;
        return new DiffArguments(since, atMost, kinds, destination, against, file, json, values);
    }

    boolean wants(EnrichedEvent event) {
        return kinds.isEmpty() || kinds.contains(event.event().kind());
    }

    boolean wants(String name) {
        return destination == null || destination.equals(name);
    }

    private static String value(List<String> arguments, int at) {
        if (at == arguments.size() || arguments.get(at).isBlank() || arguments.get(at).startsWith("-")) {
            throw new IllegalArgumentException(arguments.get(at - 1) + " lacks its value");
        }
        return arguments.get(at);
    }

    private static Duration duration(String text) {
        Matcher match = SINCE.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException("--since is '" + text + "': it accepts a time such as 12h or 7d");
        }
        String unit = match.group(2).toUpperCase(Locale.ROOT);
        return Duration.parse(unit.equals("D") ? "P" + match.group(1) + "D" : "PT" + match.group(1) + unit);
    }

    private static int number(String text) {
        if (!text.matches("[1-9]\\d{0,8}")) {
            throw new IllegalArgumentException("--events is '" + text + "': it accepts a whole number from 1 on");
        }
        return Integer.parseInt(text);
    }
}
