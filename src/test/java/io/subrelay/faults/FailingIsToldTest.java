package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Logged;
import io.subrelay.harness.Store;
import io.subrelay.harness.TempFolders;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A destination that fails at little traffic: what the log, the API, health and metrics tell. */
class FailingIsToldTest {

    private final Logged log = new Logged();
    private final FakeVendors vendors = FakeVendors.start();
    /** The next attempt is an hour away, as after a long outage. */
    private final Relay relay = Relay.start(Store.Kind.H2.create(), RetryNowTest.hourly(vendors));
    private final Api api = relay.api();

    @AfterEach
    void stop() {
        relay.close();
        vendors.close();
        log.close();
    }

    private void awaitState(String customer, int n, String state) {
        await().untilAsserted(() -> assertThat(api.delivery(Hooks.id(customer, n), "statsig").path("state").asText())
                .isEqualTo(state));
    }

    @Test
    void sinceWhenAndWithWhichWordsInLogApiHealthAndMetrics() {
        Instant before = Instant.now().minusMillis(1);
        vendors.statsig().always(Fault.answer(500, Map.of(), "down for statsig-key, sorry"));
        List<String> customers = Stream.generate(Hooks::customer).limit(4).toList();
        customers.forEach(customer -> api.accept(Hooks.renewal(customer, 1)));
        customers.forEach(customer -> awaitState(customer, 1, "retrying"));

        JsonNode failing = api.destination("statsig").path("failing");
        assertThat(Instant.parse(failing.path("since").asText())).isBetween(before, Instant.now());
        assertThat(failing.path("response_code").asInt()).isEqualTo(500);
        assertThat(failing.path("answer").asText()).matches("down for \\S+, sorry").doesNotContain("statsig-key");
        assertThat(customers).contains(failing.path("event_id").asText().replace("-1", ""));
        assertThat(failing.path("attempts").asInt()).isEqualTo(4);
        assertThat(api.destination("statsig").path("retrying").asInt()).isEqualTo(4);
        assertThat(log.of("statsig")).singleElement().asString()
                .startsWith("WARN statsig: fails, answer 500 down for ").doesNotContain("statsig-key");
        await().untilAsserted(() -> assertThat(api.health().body())
                .contains("statsig: live, fails since " + failing.path("since").asText().substring(0, 19))
                .contains(", answer 500, 4 deliveries wait").doesNotContain("down for"));
        await().untilAsserted(() -> assertThat(api.metrics())
                .containsPattern("subrelay_delivery_failing_seconds\\{[^}]*statsig[^}]*} [1-9]"));

        vendors.statsig().recover();
        assertThat(api.call("POST", "/api/destinations/statsig/retry").path("scheduled").asInt()).isEqualTo(4);
        customers.forEach(customer -> awaitState(customer, 1, "delivered"));
        await().untilAsserted(() -> assertThat(api.destination("statsig").path("failing").isNull()).isTrue());
        assertThat(api.metrics()).containsPattern("subrelay_delivery_failing_seconds\\{[^}]*statsig[^}]*} 0");
        assertThat(api.health().body()).contains("statsig: live, closed");
        await().untilAsserted(() -> assertThat(log.of("statsig")).hasSize(2));
        assertThat(log.of("statsig").get(1)).startsWith("INFO statsig: works again; it had failed since ");
    }

    @Test
    void aHeldDestinationIsTriedNow() {
        vendors.statsig().always(Fault.answer(401, Map.of(), "invalid key"));
        String customer = Hooks.customer();
        api.accept(Hooks.renewal(customer, 1));
        await().until(() -> api.destination("statsig").path("circuit").asText().equals("held"));
        assertThat(log.of("statsig")).singleElement().asString().isEqualTo("ERROR statsig: held, it rejects the key "
                + "(answer 401 invalid key): check it; nothing is lost meanwhile");
        assertThat(api.destination("statsig").path("failing").path("response_code").asInt()).isEqualTo(401);
        assertThat(api.destination("statsig").path("called_again_at").asText()).isNotBlank();
        int before = vendors.statsig().requests().size();
        api.call("POST", "/api/destinations/statsig/retry");
        await().until(() -> vendors.statsig().requests().size() > before);
    }

    @Test
    void aDeadLettersLineHasTheVendorsWords() {
        String customer = Hooks.customer();
        vendors.statsig().next(1, Fault.answer(400, Map.of(), "no such user, statsig-key"));
        api.accept(Hooks.renewal(customer, 1));
        await().untilAsserted(() -> assertThat(log.of("statsig")).singleElement().asString().startsWith(
                "WARN statsig: event " + Hooks.id(customer, 1)
                        + " is a dead letter after 1 attempts, answer 400 no such user, ")
                .doesNotContain("statsig-key"));
    }

    @Test
    void aMappingsFailureHasFileLineAndExpression() throws Exception {
        Path folder = TempFolders.create();
        Files.writeString(folder.resolve("odd.camel.yaml"), """
                - route:
                    id: odd
                    routeConfigurationId: delivery
                    from:
                      uri: outbox:odd
                      steps:
                        - setHeader: {name: a, expression: {jq: {expression: .kind}}}
                        - transform:
                            expression: {jq: {expression: ".event.product_id | tonumber"}}
                """);
        relay.addRoutes(folder);
        relay.restart(Map.of());
        String customer = Hooks.customer();
        api.accept(Hooks.renewal(customer, 1));
        await().untilAsserted(
                () -> assertThat(api.delivery(Hooks.id(customer, 1), "odd").path("state").asText()).isEqualTo("dead"));
        String reason = api.delivery(Hooks.id(customer, 1), "odd").path("reason").asText();
        assertThat(reason).matches(
                ".*odd.camel.yaml:8: jq cannot map this event: .*p-1.*, in: .event.product_id \\| tonumber");
        assertThat(log.of("odd")).singleElement().asString().endsWith(", " + reason);
    }
}
