package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A destination that is told how every customer stands. */
class StateBackfillTest {

    private static final String STATE = "/api/destinations/segment/backfill?of=state";

    @ParameterizedTest
    @EnumSource
    void tells_of_each_customer_once_and_tracks_nothing(Store.Kind kind) throws Exception {
        Store store = kind.create();
        List<String> customers = new ArrayList<>();
        String one = Hooks.customer();
        String same = Hooks.customer();
        try (Relay relay = Relay.start(store, Map.of("segment.mode", "off"))) {
            for (int i = 0; i < 30; i++) {
                customers.add(Hooks.customer());
                relay.api().accept(Hooks.renewal(customers.get(i), 1));
            }
            ObjectNode sandbox = Hooks.renewal(customers.get(0), 2);
            Hooks.event(sandbox).put("environment", "SANDBOX").put("original_transaction_id", "sand");
            relay.api().accept(sandbox, Hooks.renewal(one, 1), Hooks.renewal(same, 2), Hooks.renewal(one, 3, same));
        }
        customers.addAll(List.of(one, same));
        try (FakeVendors vendors = FakeVendors.start();
                Relay relay = Relay.start(store, Relay.live(vendors,
                        Map.of("segment.send-sandbox", "true", "delivery.backfill-rate", "200")))) {
            Api api = relay.api();
            assertThat(api.call("POST", STATE + "&dry-run=true").path("would_schedule").asInt()).isEqualTo(31);
            assertThat(progress(api).isNull()).isTrue();
            assertThat(api.call("POST", STATE).path("scheduled").asInt()).isEqualTo(31);
            await().until(() -> progress(api).path("state").asText().equals("done") && isSettled(api));

            assertThat(progress(api).path("told").asInt()).isEqualTo(31);
            assertThat(vendors.segment().items()).hasSize(33)
                    .allMatch(it -> it.json().path("type").asText().equals("identify"));
            assertThat(vendors.segment().items()).extracting(it -> it.customer()).containsAll(customers);
            assertThat(vendors.segment().items(customers.get(0)))
                    .extracting(it -> it.json().at("/context/environment").asText())
                    .containsExactly("production", "sandbox");
            assertThat(vendors.segment().items(one).get(0).json().at("/traits/rc_subscription_status").asText())
                    .isEqualTo("active");
            assertThat(vendors.amplitude().items())
                    .filteredOn(it -> it.json().path("event_type").asText().equals("$identify"))
                    .as("only of the merge").extracting(it -> it.customer()).isSubsetOf(same);
            JsonNode told = api.history(one).get(0);
            assertThat(told.path("reason").asText()).isEqualTo("state_backfill");
            assertThat(told.path("deliveries").findValuesAsText("destination")).containsExactly("segment");

            // it is done, so another one begins at the first customer
            api.call("POST", STATE);
            await().until(() -> vendors.segment().items().size() == 66);
        }
    }

    @Test
    void is_stopped_and_waits_for_a_destination_that_is_not_asked_for_it() throws Exception {
        Store store = Store.Kind.H2.create();
        try (FakeVendors vendors = FakeVendors.start();
                Relay relay = Relay.start(store, Relay.live(vendors,
                        Map.of("delivery.backfill-rate", "1", "amplitude.customer-updates", "off")))) {
            Api api = relay.api();
            for (int i = 0; i < 20; i++) {
                api.accept(Hooks.renewal(Hooks.customer(), 1));
            }
            api.call("POST", STATE);
            await().until(() -> progress(api).path("told").asInt() > 0);
            assertThat(progress(api).path("seconds_left").isNumber()).isTrue();
            execute(store, "update state_backfill set started_at = started_at + 3600000");
            assertThat(progress(api).path("seconds_left").isNull()).as("since the clock was set back").isTrue();
            assertThat(api.call("POST", STATE).path("scheduled").asInt(-1)).as("while it runs").isZero();
            assertThat(api.call("DELETE", "/api/destinations/segment/backfill").path("stopped").asBoolean()).isTrue();
            assertThat(api.call("DELETE", "/api/destinations/segment/backfill").path("stopped").asBoolean()).isFalse();
            JsonNode stopped = progress(api);
            assertThat(stopped.path("state").asText()).isEqualTo("stopped");
            await().during(Duration.ofMillis(1_500)).until(() -> progress(api).equals(stopped));
            assertThat(stopped.path("told").asInt()).isLessThan(20);

            assertThat(api.call("POST", STATE.replace("segment", "statsig"), null).statusCode()).isEqualTo(409);
            assertThat(api.call("POST", STATE.replace("segment", "amplitude"), null).body())
                    .contains("amplitude.customer-updates has to be on");
            assertThat(api.call("POST", STATE.replace("=state", "=everything"), null).statusCode()).isEqualTo(400);
        }
    }

    @Test
    void is_stopped_where_the_destination_is_gone() throws Exception {
        Store store = Store.Kind.H2.create();
        try (Relay relay = Relay.start(store, Map.of())) {
            execute(store, "insert into state_backfill (destination, state, customers, told, last_customer, up_to,"
                    + " started_at, next_at) values ('gone', 'running', 1, 0, 0, 1, 0, 0)");
            String path = "/api/destinations/gone/backfill";
            assertThat(relay.api().call("DELETE", path).path("stopped").asBoolean()).isTrue();
            assertThat(relay.api().call("DELETE", path, null).statusCode()).isEqualTo(404);
        }
    }

    private static void execute(Store store, String sql) throws SQLException {
        try (Connection connection = store.connect(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static JsonNode progress(Api api) {
        return destination(api).path("backfill");
    }

    private static boolean isSettled(Api api) {
        return destination(api).path("pending").asInt() == 0;
    }

    private static JsonNode destination(Api api) {
        for (JsonNode each : api.get("/api/destinations")) {
            if (each.path("name").asText().equals("segment")) {
                return each;
            }
        }
        throw new AssertionError("there is no segment");
    }
}
