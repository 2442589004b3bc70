package io.subrelay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests that the README and the pages name for what they claim are there, one at least for each guarantee. */
class NamedTestsTest {

    private static final Pattern NAMED = Pattern.compile("`(\\w+(Test|IT))`");
    private static final Pattern GUARANTEE = Pattern.compile("(?m)^\\| \\d+ \\|.*$");

    @Test
    void areThere() throws IOException {
        Set<String> tests;
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            tests = files.map(file -> file.getFileName().toString().replaceFirst("\\.java$", ""))
                    .collect(Collectors.toSet());
        }
        try (Stream<Path> files = Stream.concat(Stream.of(Path.of("README.md")), Files.walk(Path.of("docs")))) {
            for (Path page : files.filter(file -> file.toString().endsWith(".md")).toList()) {
                assertThat(named(Files.readString(page))).as(page.toString()).isSubsetOf(tests);
            }
        }
        List<String> guarantees = GUARANTEE.matcher(Files.readString(Path.of("README.md"))).results()
                .map(MatchResult::group).toList();
        assertThat(guarantees).hasSizeGreaterThan(16).allSatisfy(row -> assertThat(named(row)).isNotEmpty());
    }

    private static List<String> named(String text) {
        return NAMED.matcher(text).results().map(test -> test.group(1)).toList();
    }
}
