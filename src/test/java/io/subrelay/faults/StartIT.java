package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.harness.Hooks;
import io.subrelay.harness.RelayProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What keeps the packaged runner from starting, and how it says so. */
class StartIT {

    private static final List<Map<String, String>> WRONG = List.of(
            Map.of("segment.region", "mars"),
            Map.of("server.port", "eighty"),
            Map.of("server.host", "0.0.0.0"),
            Map.of("statsig.mode", "live"),
            Map.of("delivery.give-up-after", "soon"),
            Map.of("retention.delivered", "30"),
            Map.of("database.url", "jdbc:oracle:thin:anna/SECRET@host"),
            Map.of("database.url", "jdbc:postgresql://anna:SECRET@127.0.0.1:1/db"),
            Map.of("database.url", "jdbc:postgresql://127.0.0.1:1/db?user=anna&password=SECRET"));
    private static final List<String> NAMED = List.of(
            "segment.region is 'mars': it accepts one of",
            "server.port is 'eighty': it accepts a whole number from 0 to 65535",
            "webhook.authorization is blank",
            "statsig.mode is 'live'",
            "delivery.give-up-after is 'soon': it accepts a duration",
            "retention.delivered is '30': it accepts a duration with its unit, such as",
            "database.url is 'jdbc:oracle:…': it accepts a jdbc:h2: or jdbc:postgresql: address",
            "database.url is 'jdbc:postgresql://***@127.0.0.1:1/db': it accepts an address without user and password",
            "database.url: cannot open the database: Connection to 127.0.0.1:1 refused");

    @Test
    void aSettingThatCannotWorkIsNamedInOneLine() {
        List<RelayProcess> relays = new ArrayList<>();
        try {
            for (Map<String, String> settings : WRONG) {
                RelayProcess relay = RelayProcess.create(settings);
                relays.add(relay);
                relay.start();
            }
            for (int i = 0; i < WRONG.size(); i++) {
                assertThat(relays.get(i).awaitEnd(Duration.ofMinutes(3))).as(NAMED.get(i)).isNotZero();
                String log = relays.get(i).log();
                assertThat(log).doesNotContain("\tat ").doesNotContain("is ready").doesNotContain("SECRET");
                assertThat(log.lines().filter(line -> line.contains("Subrelay does not start: "))).as(log)
                        .singleElement().asString().contains(NAMED.get(i));
            }
        } finally {
            relays.forEach(RelayProcess::close);
        }
    }

    @Test
    void aPortThatIsTakenStopsTheStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (String name : List.of("server.port", "management.port")) {
                try (RelayProcess relay = RelayProcess.create(Map.of(name, String.valueOf(taken.getLocalPort())))) {
                    relay.start();
                    assertThat(relay.awaitEnd(Duration.ofMinutes(3))).as(name).isNotZero();
                    assertThat(relay.log()).doesNotContain("\tat ").doesNotContain("is ready")
                            .contains("Subrelay does not start: " + name + " is '" + taken.getLocalPort()
                                    + "': it accepts a port that is free at 127.0.0.1 (Address already in use");
                }
            }
        }
    }

    @Test
    void aRouteFileThatDoesNotLoadIsNamedWithTheLine() throws Exception {
        Map<String, String> files = Map.of(
                "unknown step",
                "- route:\n    id: a\n    from:\n      uri: outbox:a\n      steps:\n        - tto: {uri: x}\n",
                "not yaml", "- route:\n    id: a\n  from: [\n",
                "bad jq", "- route:\n    id: a\n    from:\n      uri: outbox:a\n      steps:\n"
                        + "        - transform: {expression: {jq: {expression: '.a | | b'}}}\n",
                "unknown setting", "- route:\n    id: a\n    from:\n      uri: outbox:a\n      steps:\n"
                        + "        - to: {uri: '{{there.is.none}}'}\n");
        Map<String, RelayProcess> relays = new java.util.TreeMap<>();
        try {
            for (Map.Entry<String, String> file : files.entrySet()) {
                RelayProcess relay = RelayProcess.create(Map.of());
                relays.put(file.getKey(), relay);
                Files.writeString(relay.folder().resolve("routes/destinations/wrong.camel.yaml"), file.getValue());
                relay.start();
            }
            relays.forEach((what, relay) -> {
                assertThat(relay.awaitEnd(Duration.ofMinutes(3))).as(what).isNotZero();
                String line = relay.log().lines().filter(it -> it.contains("does not start")).findFirst().orElse("");
                assertThat(line).as("%s: %s", what, relay.log()).containsPattern("wrong\\.camel\\.yaml\\D{1,10}\\d+");
                assertThat(relay.log()).as(what).doesNotContain("\tat ");
            });
        } finally {
            relays.values().forEach(RelayProcess::close);
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
