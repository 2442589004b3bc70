package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.RelayProcess;
import io.subrelay.vendors.FakeVendors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The runner is killed while it tells a destination how every customer stands. */
class StateBackfillIT {

    private static final int CUSTOMERS = 200;

    @Test
    void killed_in_the_middle_it_goes_on_and_nothing_is_missing_or_twice() throws Exception {
        try (FakeVendors vendors = FakeVendors.start();
                RelayProcess relay = RelayProcess.start(Map.of("segment.mode", "off"))) {
            for (int n = 0; n < CUSTOMERS; n++) {
                relay.api().accept(Hooks.renewal("known-" + n, 1));
            }
            Map<String, String> live = Relay.only(vendors, "segment");
            live.put("segment.mode", "live");
            live.put("delivery.backfill-rate", "100");
            relay.restart(live);
            relay.awaitReady();

            Path output = relay.folder().resolve("output");
            Process command = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1", "-jar", Path.of("target/subrelay.jar").toAbsolutePath().toString(),
                    "backfill", "segment", "--state").directory(relay.folder().toFile()).redirectErrorStream(true)
                    .redirectOutput(output.toFile()).start();
            await().until(() -> vendors.segment().itemCount() > CUSTOMERS / 5 || !command.isAlive());
            relay.kill();
            assertThat(vendors.segment().itemCount()).isLessThan(CUSTOMERS);
            assertThat(command.isAlive()).as(Files.readString(output)).isTrue();
            relay.start();
            relay.awaitReady();

            assertThat(command.waitFor()).as(Files.readString(output)).isZero();
            assertThat(Files.readString(output))
                    .contains("segment is told how 200 customers stand", "done: 200 of 200");
            await().until(() -> vendors.segment().itemCount() >= CUSTOMERS
                    && relay.api().get("/api/destinations").findParents("backfill").stream()
                            .allMatch(each -> each.path("pending").asInt() == 0));
            assertThat(vendors.segment().items()).allMatch(it -> it.json().path("type").asText().equals("identify"));
            assertThat(vendors.segment().items().stream().collect(Collectors.groupingBy(it -> it.customer())))
                    .hasSize(CUSTOMERS).allSatisfy((customer, told) -> assertThat(told).hasSize(1));
        }
    }
}
