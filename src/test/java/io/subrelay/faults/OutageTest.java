package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Load;
import io.subrelay.harness.Ports;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.harness.TempFolders;
import io.subrelay.vendors.FakeVendors;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the runner does without its database, and that it goes on by itself when it is back. */
class OutageTest {

    private static final int OUTAGES = Integer.getInteger("faults.outages", 1);
    private static final int EVENTS = Integer.getInteger("faults.events", 400);
    private static final int CUSTOMERS = 50;

    @Test
    void ofADatabaseUnderLoad() throws Exception {
        Path data = TempFolders.create();
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
        int port = Ports.free();
        EmbeddedPostgres server = postgres(data, port);
        try (FakeVendors vendors = FakeVendors.start();
                Relay relay = Relay.start(Store.postgresql(server), Relay.live(vendors))) {
            Api api = relay.api();
            Load load = new Load(CUSTOMERS, EVENTS / CUSTOMERS, 4);
            CompletableFuture<Map<String, Integer>> sent = Guarantees.runInBackground(load, relay::api);
            String customer = Hooks.customer();
            for (int outage = 1; outage <= OUTAGES; outage++) {
                int from = EVENTS * outage / (OUTAGES + 1);
                await().until(() -> load.accepted() >= from);
                server.close();
                Instant gone = Instant.now();
                assertUnavailable(api.post(Hooks.renewal(customer, outage)));
                assertThat(Duration.between(gone, Instant.now())).as("RevenueCat waits so long")
                        .isLessThan(Duration.ofSeconds(60));
                await().until(() -> api.health().statusCode() == 503);
                assertUnavailable(api.call("GET", "/api/destinations", null));
                server = postgres(data, port);
                int n = outage;
                await().until(() -> api.tryToPost(Hooks.renewal(customer, n)) == 200);
                await().until(() -> api.health().statusCode() == 200);
            }
            Map<String, Integer> all = new TreeMap<>(sent.join());
            all.put(customer, OUTAGES);
            for (String destination : Guarantees.DESTINATIONS) {
                Guarantees.awaitSettled(api, destination);
                Receipts receipts = Receipts.of(vendors, destination);
                receipts.assertAllInOrder(all);
                receipts.assertNoRepeats(api);
                System.out.printf("%d outages of the database, %d events: %s lost 0, out of order 0, repeated 0%n",
                        OUTAGES, EVENTS, destination);
            }
        } finally {
            server.close();
        }
    }

    private static EmbeddedPostgres postgres(Path data, int port) throws Exception {
        return Store.server(port).setDataDirectory(data.resolve("pg")).setCleanDataDirectory(false).start();
    }

    static void assertUnavailable(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(Api.json(answer.body()).path("error").asText()).isNotBlank();
    }
}
