package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.harness.Wire;
import io.subrelay.vendors.FakeVendors;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Connections to the database that swallow what is sent, as after a failover, while new ones work. */
class SilentDatabaseTest {

    @Test
    void isNoticedAndLeftForNewConnections() throws Exception {
        Store store = Store.Kind.POSTGRESQL.create();
        try (Wire wire = Wire.to(URI.create(store.url().substring("jdbc:".length())).getPort());
                FakeVendors vendors = FakeVendors.start()) {
            Map<String, String> settings = Relay.only(vendors, "statsig");
            settings.put("database.url", store.url().replaceFirst(":\\d+/", ":" + wire.port() + "/"));
            try (Relay relay = Relay.start(store, settings)) {
                Api api = relay.api();
                String customer = Hooks.customer();
                api.accept(Hooks.renewal(customer, 1));
                await().until(() -> Receipts.of(vendors, "statsig").of(customer).equals(List.of(1)));
                for (int round = 2; round <= 3; round++) {
                    int n = round;
                    wire.swallow();

                    CompletableFuture<Integer> lost = CompletableFuture.supplyAsync(
                            () -> api.tryToPost(Hooks.renewal(customer, n)));
                    // health tells of it only for as long as nobody else has noticed
                    await().until(() -> api.tryToPost(Hooks.renewal(customer, n)) == 200);
                    await().until(() -> api.health().statusCode() == 200);
                    await().untilAsserted(
                            () -> assertThat(Receipts.of(vendors, "statsig").of(customer)).contains(n));
                    assertThat(lost.join()).isIn(200, 503);
                    Guarantees.awaitSettled(api, "statsig");
                }
            }
        }
    }
}
