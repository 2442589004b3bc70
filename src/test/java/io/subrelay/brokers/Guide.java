package io.subrelay.brokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The files of {@code docs/esb.md}, as somebody who follows it saves them. */
public final class Guide {

    private static final Pattern FILE =
            Pattern.compile("`(routes/[^`]+)`[^`]*?:\n\n```(?:yaml|json)\n(.*?)```", Pattern.DOTALL);
    private static final Map<String, String> FILES = new LinkedHashMap<>();

    static {
        FILE.matcher(text()).results().forEach(file -> FILES.put(file.group(1), file.group(2)));
    }

    private Guide() {
    }

    /** The page itself. */
    public static String text() {
        try {
            return Files.readString(Path.of("docs/esb.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of its files below {@code routes/}, by their paths. */
    public static Map<String, String> files() {
        return FILES;
    }

    /** The lines that it adds to {@code application.properties}. */
    public static String settings() {
        return Pattern.compile("```properties\n(.*?)```", Pattern.DOTALL).matcher(text()).results()
                .map(block -> block.group(1)).collect(Collectors.joining());
    }

    /** The route file {@code routes/<name>.camel.yaml}. */
    public static String file(String name) {
        return FILES.get("routes/" + name + ".camel.yaml");
    }
}
