package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Logged;
import io.subrelay.harness.Ports;
import io.subrelay.harness.Store;
import io.subrelay.harness.TempFolders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A destination whose file is removed while deliveries wait for it. */
class RemovedDestinationTest {

    private static final String ROUTE = """
            - route:
                id: crm
                routeConfigurationId: delivery
                from:
                  uri: outbox:crm
                  steps:
                    - to:
            """;

    @Test
    void isToldUntilItsDeliveriesAreEnded() throws Exception {
        Path folder = TempFolders.create();
        Path file = folder.resolve("crm.camel.yaml");
        Files.writeString(file, ROUTE + "            uri: http://127.0.0.1:" + Ports.free() + "/in\n");
        try (Logged log = new Logged(); Relay relay = Relay.start(Store.Kind.H2.create(), Map.of(), folder)) {
            String customer = Hooks.customer();
            relay.api().accept(Hooks.renewal(customer, 1), Hooks.renewal(customer, 2));
            await().until(() -> relay.api().destination("crm").path("retrying").asInt() == 1);
            Files.delete(file);
            relay.restart(Map.of());

            assertThat(log.of("crm"))
                    .anyMatch(line -> line.startsWith("WARN crm: 2 deliveries wait, and it has no route any more"));
            JsonNode gone = relay.api().destination("crm");
            assertThat(gone.path("mode").asText()).isEqualTo("gone");
            assertThat(gone.path("pending").asInt() + gone.path("retrying").asInt()).isEqualTo(2);

            Files.writeString(file, ROUTE + """
                                uri: outbox:skip
                                parameters:
                                  reason: The CRM is no longer used
                    """);
            relay.restart(Map.of());
            await().until(() -> relay.api().destination("crm").path("skipped").asInt() == 2);
            Files.delete(file);
            relay.restart(Map.of());
            assertThat(relay.api().get("/api/destinations").findValuesAsText("name")).doesNotContain("crm");
        }
    }
}
