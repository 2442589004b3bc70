package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.harness.Hooks;
import io.subrelay.harness.RelayProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.component.seda.SedaComponent;
import org.junit.jupiter.api.Test;

/** A component that is not part of Subrelay, as a jar file in {@code ext/}. */
class ExtensionsIT {

    private static final String ROUTE = """
            - route:
                id: erp
                routeConfigurationId: delivery
                from:
                  uri: outbox:erp
                  steps:
                    - to:
                        uri: seda:erp
            """;
    private static final String ERP = """
            - route:
                id: at-the-erp
                from:
                  uri: seda:erp
                  steps:
                    - log:
                        message: the ERP got ${body}
            """;

    @Test
    void aComponentIsTakenFromAJarFileAndOneThatIsMissingIsSaidToBelongThere() throws Exception {
        try (RelayProcess relay = RelayProcess.create(Map.of("erp.mode", "live"))) {
            Files.writeString(relay.folder().resolve("routes/destinations/erp.camel.yaml"), ROUTE);
            Files.writeString(relay.folder().resolve("routes/erp-itself.camel.yaml"), ERP);
            relay.start();
            assertThat(relay.awaitEnd(Duration.ofMinutes(3))).isNotZero();
            assertThat(relay.log()).doesNotContain("\tat ").contains("erp.camel.yaml:8: there is no component seda;"
                    + " put the jar files of org.apache.camel:camel-seda:").contains("into the folder ext/");

            Path ext = Files.createDirectory(relay.folder().resolve("ext"));
            Path jar = Path.of(SedaComponent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            Files.copy(jar, ext.resolve(jar.getFileName()));
            Path webhook = relay.folder().resolve("webhook.json");
            Files.writeString(webhook, Hooks.renewal("u", 1).toString());
            assertThat(relay.command("preview", webhook.toString())).contains("\"erp\"");
            relay.start();
            relay.awaitReady();
            String customer = Hooks.customer();
            relay.api().accept(Hooks.renewal(customer, 1));
            await().until(() -> relay.log().contains("the ERP got ") && relay.log().contains(customer));
        }
    }
}
