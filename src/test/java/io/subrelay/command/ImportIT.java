package io.subrelay.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.harness.RelayProcess;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The packaged command and runner, each killed in the middle of an import. */
class ImportIT {

    private static final int CUSTOMERS = 2_000;
    private static final Duration AT_ONCE = Duration.ofMillis(5);

    @Test
    void killed_in_the_middle_it_goes_on_and_nothing_is_missing_or_twice() throws Exception {
        try (RelayProcess relay = RelayProcess.start(Map.of("server.max-body-size", "30000"))) {
            Path file = Customers.file(relay.folder().resolve("customers.jsonl"), CUSTOMERS);
            Process killed = CommandProcess.start(relay, "import", "import", file.toString());
            await().pollInterval(AT_ONCE).until(() -> CommandProcess.line(file) > CUSTOMERS / 10 || !killed.isAlive());
            killed.destroyForcibly().waitFor();
            long before = CommandProcess.line(file);
            assertThat(before).isBetween(1L, CUSTOMERS - 1L);

            Process resumed = CommandProcess.start(relay, "import", "import", file.toString());
            await().pollInterval(AT_ONCE)
                    .until(() -> CommandProcess.line(file) > before + CUSTOMERS / 10 || !resumed.isAlive());
            relay.kill();
            assertThat(resumed.isAlive()).isTrue();
            relay.start();
            relay.awaitReady();
            assertThat(resumed.waitFor()).as(CommandProcess.output(relay, "import")).isZero();
            assertThat(CommandProcess.output(relay, "import")).contains("goes on after line " + before,
                    "read       2,000\n",
                    "refused    0\n");
            for (int n = 0; n < CUSTOMERS; n += 37) {
                String path = "/api/customers/" + URLEncoder.encode(Customers.id(n), StandardCharsets.UTF_8);
                assertThat(relay.api().get(path).path("subscription_status").asText()).isEqualTo(Customers.status(n));
                assertThat(relay.api().get(path + "/history")).hasSize(1);
            }
        }
    }
}
