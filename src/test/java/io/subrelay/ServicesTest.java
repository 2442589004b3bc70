package io.subrelay;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.Skip;
import io.subrelay.harness.TempFolders;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What runs the runner: a systemd unit, a container, Kubernetes. */
class ServicesTest {

    private static final Path OPS = Path.of("src/ops");

    @Test
    void systemdTakesTheUnit() throws Exception {
        Process verify;
        try {
            verify = new ProcessBuilder("systemd-analyze", "verify", "--man=no",
                    OPS.resolve("systemd/subrelay.service").toString()).redirectErrorStream(true).start();
        } catch (IOException e) {
            Skip.because("the systemd unit is not verified: there is no systemd-analyze");
            return;
        }
        String output = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(verify.waitFor()).as(output).isZero();
        assertThat(output.lines().filter(line -> line.contains("subrelay.service"))).isEmpty();
    }

    /** The command of the package gets what systemd gives the service. */
    @Test
    void theCommandReadsTheDefaultsAsSystemdDoes() throws Exception {
        Path folder = TempFolders.create();
        Files.writeString(folder.resolve("defaults"), """
                # JAVA_OPTS="-Xmx1m"
                JAVA_OPTS="-Xmx64m -XX:+UseSerialGC"
                SEGMENT_WRITE_KEY=with blanks and a $HOME
                AMPLITUDE_API_KEY='quoted "$(date)"'

                no setting
                ONESIGNAL_APP_ID=a=b""");
        String script = Files.readString(OPS.resolve("deb/subrelay"))
                .replace("/etc/default/subrelay", folder.resolve("defaults").toString());
        String shown = """
                printf '%s\\n' $JAVA_OPTS "$SEGMENT_WRITE_KEY" "$AMPLITUDE_API_KEY" "$ONESIGNAL_APP_ID"
                """;
        ProcessBuilder command = new ProcessBuilder("sh", "-c",
                script.substring(0, script.indexOf("cd /etc/subrelay")) + shown, "subrelay", "check")
                .redirectErrorStream(true);
        Process process = command.start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .containsExactly("-Xmx64m", "-XX:+UseSerialGC", "with blanks and a $HOME", "quoted \"$(date)\"", "a=b");
    }

    /** A variable of the environment that is misspelt would be ignored. */
    @Test
    void variablesOfContainersAreSettings() throws IOException {
        Set<String> settings = new HashSet<>(Set.of("JAVA_OPTS"));
        for (String file : new String[] {"defaults", "destinations"}) {
            Properties defaults = new Properties();
            try (Reader in = Files.newBufferedReader(Path.of("src/main/resources/io/subrelay", file + ".properties"))) {
                defaults.load(in);
            }
            defaults.stringPropertyNames().forEach(name -> settings.add(
                    name.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_")));
        }
        assertThat(matches("kubernetes/subrelay.yaml", "(?m)^  ([A-Z_]+):")).hasSizeGreaterThan(5)
                .isSubsetOf(settings);
        assertThat(matches("container/Containerfile", "[ (]([A-Z_]+)=")).hasSize(4).isSubsetOf(settings);
    }

    private static Set<String> matches(String file, String pattern) throws IOException {
        Set<String> found = new HashSet<>();
        Pattern.compile(pattern).matcher(Files.readString(OPS.resolve(file))).results()
                .forEach(match -> found.add(match.group(1)));
        return found;
    }
}
