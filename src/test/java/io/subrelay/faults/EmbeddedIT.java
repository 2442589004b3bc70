package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.brokers.Guide;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.TempFolders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The application of {@code docs/esb.md} that has Subrelay in it. */
class EmbeddedIT {

    @Test
    void anApplicationRunsSubrelayWithItsOwnRoutes() throws Exception {
        Path classes = TempFolders.create();
        Path source = classes.resolve("Backoffice.java");
        Files.writeString(source, Guide.text().replaceFirst("(?s).*```java\n(.*?)```.*", "$1"));
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-cp",
                System.getProperty("java.class.path"), "-d", classes.toString(), source.toString())).isZero();

        try (RelayProcess relay = RelayProcess.within("Backoffice", classes, Map.of())) {
            Path orders = Files.createDirectory(relay.folder().resolve("orders"));
            relay.start();
            relay.awaitReady();
            String customer = Hooks.customer();
            Files.writeString(relay.folder().resolve("order"), Hooks.renewal(customer, 1).toString());
            Files.move(relay.folder().resolve("order"), orders.resolve("order"));
            await().until(() -> relay.api().call("GET", "/api/customers/" + customer, null).statusCode() == 200);
            assertThat(relay.api().history(customer)).hasSize(1);
            relay.terminate();
            assertThat(relay.log()).doesNotContain("ERROR");
        }
    }
}
