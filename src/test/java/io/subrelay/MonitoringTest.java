package io.subrelay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.harness.Hooks;
import io.subrelay.harness.Skip;
import io.subrelay.harness.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The metrics, and what is made of them for operators: alerts and a dashboard. */
class MonitoringTest {

    private static final Path ALERTS = Path.of("src/ops/monitoring/alerts.yml");
    private static final Path DASHBOARD = Path.of("src/ops/monitoring/grafana-dashboard.json");
    private static final Pattern EXPRESSION = Pattern.compile("\"?(?:expr|query)\"?: (.*)");
    private static final Pattern METRIC = Pattern.compile("\\b(subrelay|hikaricp|jvm|process|system)(_[a-z]+)+");
    private static final Pattern RUNBOOK = Pattern.compile("runbook: docs/troubleshooting.md#([a-z-]+)");

    @Test
    void whatAlertsAndDashboardNameIsMeasured() throws Exception {
        Set<String> named = new TreeSet<>();
        for (Path file : new Path[] {ALERTS, DASHBOARD}) {
            EXPRESSION.matcher(Files.readString(file)).results().map(MatchResult::group)
                    .forEach(expression -> METRIC.matcher(expression).results().forEach(it -> named.add(it.group())));
        }
        assertThat(named).hasSizeGreaterThan(20);
        try (Relay relay = Relay.start(Store.Kind.H2.create(), Map.of())) {
            // from the start on: of a counter that appears later, the first increase is not seen
            assertThat(relay.api().metrics()).contains("subrelay_webhooks_accepted_total 0.0")
                    .contains("subrelay_webhooks_rejected_total{reason=\"unavailable\"} 0.0")
                    .contains("subrelay_delivery_settled_total{destination=\"segment\",state=\"dead\"} 0.0");
            relay.api().accept(Hooks.renewal("anna", 1));
            // nothing is measured of garbage collection before the first one
            System.gc();
            await().untilAsserted(() -> assertThat(relay.api().metrics().lines()
                    .map(line -> line.replaceFirst("[{ ].*", ""))).containsAll(named));
        }
    }

    @Test
    void eachAlertNamesASectionThatSaysWhatToDo() throws IOException {
        Set<String> sections = Files.readString(Path.of("docs/troubleshooting.md")).lines()
                .filter(line -> line.startsWith("#")).map(line -> line.replaceFirst("#+ ", "").toLowerCase()
                        .replaceAll("[^a-z ]", "").replace(' ', '-'))
                .collect(Collectors.toSet());
        String alerts = Files.readString(ALERTS);
        assertThat(RUNBOOK.matcher(alerts).results().map(it -> it.group(1))).isSubsetOf(sections)
                .hasSize(alerts.split("- alert: ").length - 1);
    }

    @Test
    void alertsFireWhenTheyShould() throws Exception {
        promtool("check", "rules", ALERTS.toString());
        promtool("test", "rules", "src/test/resources/monitoring/alerts.test.yml");
    }

    private static void promtool(String... arguments) throws Exception {
        Process process;
        try {
            ProcessBuilder command = new ProcessBuilder("promtool");
            command.command().addAll(List.of(arguments));
            process = command.redirectErrorStream(true).start();
        } catch (IOException e) {
            Skip.because("the alerts are not tested: there is no promtool (Debian's package prometheus)");
            return;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
