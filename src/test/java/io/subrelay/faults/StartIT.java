package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.harness.Hooks;
import io.subrelay.harness.RelayProcess;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What keeps the packaged runner from starting, and how it says so. */
class StartIT {

    /** Told by check, by the database's address, and by its driver; {@code StartTest} has more of them. */
    private static final Map<Map<String, String>, String> WRONG = Map.of(
            Map.of("segment.region", "mars"), "segment.region is 'mars': it accepts one of",
            Map.of("database.url", "jdbc:postgresql://anna:SECRET@127.0.0.1:1/db"),
            "database.url is 'jdbc:postgresql://***@127.0.0.1:1/db': it accepts an address without user and password",
            Map.of("database.url", "jdbc:postgresql://127.0.0.1:1/db?user=anna&password=SECRET"),
            "database.url: cannot open the database: Connection to 127.0.0.1:1 refused");

    @Test
    void aSettingThatCannotWorkIsNamedInOneLine() {
        Map<RelayProcess, String> relays = new HashMap<>();
        try {
            WRONG.forEach((settings, named) -> {
                RelayProcess relay = RelayProcess.create(settings);
                relays.put(relay, named);
                relay.start();
            });
            relays.forEach((relay, named) -> {
                assertThat(relay.awaitEnd(Duration.ofMinutes(3))).as(named).isNotZero();
                String log = relay.log();
                assertThat(log).doesNotContain("\tat ").doesNotContain("is ready").doesNotContain("SECRET");
                assertThat(log.lines().filter(line -> line.contains("Subrelay does not start: "))).as(log)
                        .singleElement().asString().contains(named);
            });
        } finally {
            relays.keySet().forEach(RelayProcess::close);
        }
    }

    @Test
    void routeFilesThatDoNotLoadAreNamedWithTheLine() throws Exception {
        Map<String, String> files = Map.of(
                "step", "- route:\n    id: step\n    from:\n      uri: outbox:step\n      steps:\n"
                        + "        - tto: {uri: x}\n",
                "yaml", "- route:\n    id: yaml\n  from: [\n",
                "jq", "- route:\n    id: jq\n    from:\n      uri: outbox:jq\n      steps:\n"
                        + "        - transform: {expression: {jq: {expression: '.a | | b'}}}\n",
                "setting", "- route:\n    id: setting\n    from:\n      uri: outbox:setting\n      steps:\n"
                        + "        - to: {uri: '{{there.is.none}}'}\n");
        try (RelayProcess relay = RelayProcess.create(Map.of())) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(relay.folder().resolve("routes/destinations/" + file.getKey() + ".camel.yaml"),
                        file.getValue());
            }
            relay.start();
            assertThat(relay.awaitEnd(Duration.ofMinutes(3))).isEqualTo(1);
            List<String> told = relay.log().lines().filter(line -> line.contains("ERROR")).toList();
            assertThat(told).allMatch(line -> line.contains("Subrelay does not start: "));
            for (String file : files.keySet()) {
                assertThat(told).anyMatch(line -> line.matches(".*" + file + "\\.camel\\.yaml\\D{1,10}\\d+.*"));
            }
            assertThat(relay.log()).doesNotContain("\tat ");
        }
    }

    @Test
    void settingsAreReadInUtf8() throws Exception {
        try (RelayProcess relay = RelayProcess.create(Map.of(
                "segment.mode", "preview", "segment.event-name.renewal", "Verlängerung 更新"))) {
            relay.start();
            relay.awaitReady();
            String customer = Hooks.customer();
            relay.api().accept(Hooks.renewal(customer, 1));
            await().untilAsserted(() -> assertThat(relay.api().get("/api/events/" + Hooks.id(customer, 1)).toString())
                    .contains("Verlängerung 更新"));
        }
    }
}
