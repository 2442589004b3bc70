package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A destination that somebody has paused. */
class PauseTest {

    private static final int EVENTS = 5;

    @ParameterizedTest
    @EnumSource
    void getsNothingUntilItIsResumedAndThenAllInOrder(Store.Kind kind) throws SQLException {
        try (FakeVendors vendors = FakeVendors.start()) {
            Map<String, String> settings = new HashMap<>(Relay.only(vendors, "statsig"));
            settings.put("segment.mode", "live");
            try (Relay relay = Relay.start(kind.create(), settings)) {
                Api api = relay.api();
                String customer = Hooks.customer();
                String since = api.call("POST", "/api/destinations/statsig/pause").path("paused_since").asText();
                assertThat(since).matches("\\d{4}-.*Z");
                IntStream.rangeClosed(1, EVENTS).forEach(n -> api.accept(Hooks.renewal(customer, n)));

                // the others go on meanwhile
                await().until(() -> received(vendors, "segment").size() == EVENTS);
                JsonNode waits = api.delivery(Hooks.id(customer, 1), "statsig").path("waits_for");
                assertThat(List.of(waits.path("what").asText(), waits.path("since").asText()))
                        .containsExactly("paused", since);
                assertThat(api.destination("statsig").path("paused_since").asText()).isEqualTo(since);
                assertThat(api.health().body()).contains("statsig: live, paused since ");
                assertThat(api.metrics()).contains("subrelay_delivery_paused{destination=\"statsig\"} 1.0");
                for (String what : List.of("destinations/statsig/retry", "events/" + Hooks.id(customer, 1)
                        + "/retry?destination=statsig", "customers/" + customer + "/retry?destination=statsig")) {
                    assertThat(api.call("POST", "/api/" + what, null).statusCode()).as(what).isEqualTo(409);
                }
                assertThat(api.call("POST", "/api/customers/" + customer + "/retry").path("scheduled").asInt(-1))
                        .isZero();

                relay.restart(Map.of());
                assertThat(api.destination("statsig").path("paused_since").asText()).isEqualTo(since);
                api.accept(Hooks.renewal(customer, EVENTS + 1));
                await().until(() -> received(vendors, "segment").size() == EVENTS + 1);
                assertThat(vendors.statsig().requests()).isEmpty();

                resume(relay);
                await().until(() -> received(vendors, "statsig").size() == EVENTS + 1);
                assertThat(received(vendors, "statsig"))
                        .isEqualTo(IntStream.rangeClosed(1, EVENTS + 1).boxed().toList());
                assertThat(api.destination("statsig").path("paused_since").isNull()).isTrue();
            }
        }
    }

    /** At the runner; on a database that several share, at another one. */
    private static void resume(Relay relay) throws SQLException {
        if (relay.store().kind() == Store.Kind.H2) {
            relay.api().call("POST", "/api/destinations/statsig/resume");
            return;
        }
        try (Connection connection = relay.store().connect(); Statement statement = connection.createStatement()) {
            statement.execute("update destination set paused_at = null where name = 'statsig'");
        }
    }

    private static List<Integer> received(FakeVendors vendors, String destination) {
        return Receipts.of(vendors, destination).all().stream().map(Receipts.Receipt::n).toList();
    }
}
