package io.subrelay.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.harness.Api;
import io.subrelay.harness.RelayProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The packaged command and runner, each killed in the middle of an import. */
class ImportIT {

    private static final int CUSTOMERS = 2_000;

    @Test
    void killed_in_the_middle_it_goes_on_and_nothing_is_missing_or_twice() throws Exception {
        try (RelayProcess relay = RelayProcess.start(Map.of("server.max-body-size", "30000"))) {
            Path file = Customers.file(relay.folder().resolve("customers.jsonl"), CUSTOMERS);
            Process killed = start(relay, file);
            await().until(() -> line(file) > CUSTOMERS / 10 || !killed.isAlive());
            killed.destroyForcibly().waitFor();
            long before = line(file);
            assertThat(before).isBetween(1L, CUSTOMERS - 1L);

            Process resumed = start(relay, file);
            await().until(() -> line(file) > before + CUSTOMERS / 10 || !resumed.isAlive());
            relay.kill();
            assertThat(resumed.isAlive()).isTrue();
            relay.start();
            relay.awaitReady();
            assertThat(resumed.waitFor()).as(output(relay)).isZero();
            assertThat(output(relay)).contains("goes on after line " + before, "read       2,000\n", "refused    0\n");
            for (int n = 0; n < CUSTOMERS; n += 37) {
                String path = "/api/customers/" + URLEncoder.encode(Customers.id(n), StandardCharsets.UTF_8);
                assertThat(relay.api().get(path).path("subscription_status").asText()).isEqualTo(Customers.status(n));
                assertThat(relay.api().get(path + "/history")).hasSize(1);
            }
        }
    }

    private static Process start(RelayProcess relay, Path file) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-jar", Path.of("target/subrelay.jar").toAbsolutePath().toString(),
                "import", file.toString()).directory(relay.folder().toFile()).redirectErrorStream(true)
                .redirectOutput(relay.folder().resolve("output").toFile()).start();
    }

    private static String output(RelayProcess relay) throws IOException {
        return Files.readString(relay.folder().resolve("output"));
    }

    /** Up to which line it is done. */
    private static long line(Path file) {
        try {
            return Api.json(Files.readString(file.resolveSibling(file.getFileName() + ".import")))
                    .path("line").asLong();
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
