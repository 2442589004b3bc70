package io.subrelay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the runner logs, refuses a request with, says of its health or measures is explained. */
class TroubleshootingTest {

    private static final Pattern SAYS = Pattern.compile(
            "(?s)(LOG\\.(info|warn|error)|new (Rejected|Invalid|NotFound)|\\.(down\\(\\)\\.)?message|"
                    + "HttpErrors\\.refuse)\\([^;]*;");
    private static final Pattern TEXT = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern METRIC = Pattern.compile("\"(subrelay(\\.[a-z]+)+)\"");
    private static final Pattern HEALTH = Pattern.compile("super\\(\"subrelay\", \"([a-z-]+)\"");
    private static final Pattern IN_ROUTE = Pattern.compile("(?m)^ +message: \"?([^\"\\n]+)");

    @Test
    void eachMessageIsOnThePage() throws IOException {
        String page = Files.readString(Path.of("docs/troubleshooting.md")).replaceAll("\\s+", " ");
        List<String> missing = new ArrayList<>();
        int messages = 0;
        try (Stream<Path> files = Stream.concat(Files.walk(Path.of("src/main/java")), Files.walk(Path.of("routes")))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                for (String message : messages(file)) {
                    messages++;
                    if (!page.contains(message)) {
                        missing.add(file.getFileName() + ": " + message);
                    }
                }
            }
        }
        assertThat(messages).isGreaterThan(50);
        assertThat(missing).as("messages that docs/troubleshooting.md does not have").isEmpty();
    }

    /** Found by the names that health and Prometheus give them. */
    @Test
    void eachHealthEntryAndMetricIsOnThePage() throws IOException {
        String page = Files.readString(Path.of("docs/troubleshooting.md"));
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String source = Files.readString(file);
                METRIC.matcher(source).results().forEach(it -> names.add("`" + it.group(1).replace('.', '_')));
                HEALTH.matcher(source).results().forEach(it -> names.add("| `" + it.group(1) + "` |"));
            }
        }
        assertThat(names).hasSizeGreaterThan(14);
        assertThat(names).allSatisfy(name -> assertThat(page).contains(name));
    }

    private static List<String> messages(Path file) throws IOException {
        if (file.toString().endsWith(".camel.yaml")) {
            return IN_ROUTE.matcher(Files.readString(file)).results().map(it -> longest(it.group(1))).toList();
        }
        return !file.toString().endsWith(".java") ? List.of()
                : SAYS.matcher(Files.readString(file)).results().map(MatchResult::group)
                        .map(call -> longest(call.replaceAll("\"\\s*\\+\\s*\"", ""))).filter(it -> it.length() > 9)
                        .toList();
    }

    /** The longest part of a message that is always the same. */
    private static String longest(String call) {
        List<String> texts = call.endsWith(";") ? TEXT.matcher(call).results().map(it -> it.group(1)).toList()
                : List.of(call);
        return texts.stream().flatMap(text -> Stream.of(text.split("\\{}|\\$\\{[^}]*}"))).map(String::strip)
                .max(Comparator.comparing(String::length)).orElse("");
    }
}
