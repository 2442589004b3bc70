package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Store;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A database that an earlier version has written. */
class UpgradeTest {

    @Test
    void keepsWhatIsStoredWhenTextBecomesBytes() throws SQLException {
        Store store = Store.Kind.H2.create();
        String customer = Hooks.customer();
        ObjectNode webhook = Hooks.renewal(customer, 1);
        Hooks.event(webhook).putObject("subscriber_attributes")
                .putObject("名前").put("value", "Zoë 😀 \\ 株式会社").put("updated_at_ms", 1_700_000_000_000L);
        try (Relay relay = Relay.start(store, Map.of())) {
            Api api = relay.api();
            api.accept(webhook);
            JsonNode before = api.get("/api/customers/" + customer);
            JsonNode event = api.get("/api/events/" + Hooks.id(customer, 1));
            relay.stop();
            becomeVersionTwo(store);

            relay.restart(Map.of());

            assertThat(api.get("/api/customers/" + customer)).isEqualTo(before);
            JsonNode after = api.get("/api/events/" + Hooks.id(customer, 1));
            assertThat(after.get("webhook")).isEqualTo(event.get("webhook")).isEqualTo(webhook);
            assertThat(after.get("customer")).isEqualTo(event.get("customer"));
            api.accept(Hooks.renewal(customer, 2));
            assertThat(api.get("/api/customers/" + customer).at("/subscriber_attributes/名前").asText())
                    .isEqualTo("Zoë 😀 \\ 株式会社");
        }
    }

    private static void becomeVersionTwo(Store store) throws SQLException {
        try (Connection connection = store.connect(); Statement statement = connection.createStatement()) {
            statement.execute("alter table customer alter column folded rename to state");
            statement.execute("alter table customer alter column state set data type varchar(1048576)");
            statement.execute("alter table event alter column webhook set data type varchar(1048576)");
            statement.execute("alter table event alter column customer_then set data type varchar(1048576)");
            statement.execute("drop index redelivery_customer");
            statement.execute("drop table erasure");
            statement.execute("alter table customer drop column as_of");
            statement.execute("delete from \"flyway_schema_history\" where \"version\" > '2'");
            statement.execute("shutdown");
        }
    }
}
