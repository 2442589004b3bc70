package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.harness.Ports;
import io.subrelay.harness.TempFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive as its README has it: unpacked and run. */
class ArchiveIT {

    private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#]+)");
    private static final Pattern IN_TABLE = Pattern.compile("`([\\w.]+/?)`(?=[^|\n]*\\|.*\\|.*\\|)");

    @TempDir
    private Path folder;

    @BeforeEach
    void unpack() throws Exception {
        Path archive;
        try (Stream<Path> made = Files.list(Path.of("target"))) {
            archive = made.filter(file -> file.toString().endsWith(".tar.gz")).findFirst().orElseThrow();
        }
        sh("tar xzf " + archive.toAbsolutePath());
        try (Stream<Path> top = Files.list(folder)) {
            folder = top.findFirst().orElseThrow();
        }
    }

    @Test
    void whatItsPagesNameIsThere() throws IOException {
        String readme = Files.readString(folder.resolve("README.md"));
        assertThat(readme).doesNotContain("mvn").doesNotContain("target/").doesNotContain("src/");
        assertThat(all(IN_TABLE, readme)).contains("subrelay.jar", "lib/", "routes/").allMatch(
                name -> Files.exists(folder.resolve(name)) || name.equals("data/") || name.equals("ext/"));
        List<Path> pages;
        try (Stream<Path> files = Files.walk(folder)) {
            pages = files.filter(file -> file.toString().endsWith(".md")).toList();
        }
        assertThat(pages).hasSizeGreaterThan(7);
        for (Path page : pages) {
            assertThat(all(LINK, Files.readString(page))).as("%s", page)
                    .allMatch(link -> Files.exists(page.resolveSibling(link)) || isOnlyMadeOnline(link));
        }
    }

    @Test
    void itHasTheLicencesAndEndsWithoutMemory() throws Exception {
        assertThat(Files.readString(folder.resolve("LICENSE"))).contains("Apache License");
        assertThat(Files.readString(folder.resolve("NOTICE"))).startsWith("Subrelay\n").contains("sbom.json");
        assertThat(sh("JAVA_OPTS=-Xmx4m ./subrelay check; echo status $?")).contains("OutOfMemoryError")
                .endsWith("status 3\n");
    }

    @Test
    void itRunsAsItsReadmeSays() throws Exception {
        assertThat(files(folder.resolve("routes"))).isEqualTo(files(Path.of("routes")));
        // all of them are checked where they come from
        deleteExamplesBut("segment");
        assertThat(sh("JAVA_OPTS=-XX:TieredStopAtLevel=1 ./subrelay check")).contains("fine: ");
        int port = Ports.free();
        int management = Ports.free();
        ProcessBuilder builder = new ProcessBuilder("./subrelay").directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().put("SERVER_PORT", String.valueOf(port));
        builder.environment().put("MANAGEMENT_PORT", String.valueOf(management));
        builder.environment().put("SEGMENT_WRITE_KEY", "key-of-the-environment");
        builder.environment().put("SEGMENT_URL", "http://127.0.0.1:" + port);
        builder.environment().put("JAVA_OPTS", "-Xmx320m -XX:TieredStopAtLevel=1");
        Process runner = builder.start();
        try {
            await().until(
                    () -> Files.readString(folder.resolve("log")).contains("Subrelay is ready"));
            List<String> commands = Files.readAllLines(folder.resolve("README.md")).stream()
                    .filter(line -> line.startsWith("curl ")).toList();
            assertThat(commands).hasSize(4);
            for (String command : commands) {
                assertThat(sh(command.replace("curl ", "curl -sSf ").replace(":8080", ":" + port)
                        .replace(":9876", ":" + management))).as(command).containsPattern("^[{\\[]");
            }
            assertThat(folder.resolve("data/subrelay.mv.db")).exists();
            assertThat(Files.readString(folder.resolve("log"))).contains("segment=live")
                    .doesNotContain("key-of-the-environment");
        } finally {
            runner.destroy();
            assertThat(runner.waitFor(60, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        }
    }

    private static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString(), Files.readString(file));
            }
        }
        return files;
    }

    private void deleteExamplesBut(String destination) throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("routes/destinations"))) {
            all.filter(Files::isDirectory).filter(tests -> !tests.endsWith(destination + ".tests"))
                    .forEach(TempFolders::delete);
        }
    }

    /** Maven passes over the list of libraries where it is told to stay offline. */
    private static boolean isOnlyMadeOnline(String link) {
        return link.equals("sbom.json") && !Files.exists(Path.of("target/sbom.json"));
    }

    private static List<String> all(Pattern pattern, String text) {
        List<String> found = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private String sh(String command) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", command).directory(folder.toFile()).redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
        return output;
    }
}
