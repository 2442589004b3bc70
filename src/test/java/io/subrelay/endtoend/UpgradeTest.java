package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
            JsonNode books = api.get("/api/books?days=2&day=" + LocalDate.now(ZoneOffset.UTC).minusDays(1));
            assertThat(books.path("closes").asBoolean()).isTrue();
            assertThat(books.at("/accepted/0/events").asInt()).as("events since the upgrade").isOne();
        }
    }

    /** Customers as version 6 of the database held them: with transfers, merges, and both environments in one. */
    @ParameterizedTest
    @EnumSource
    void keepsCustomersThatWereMergedAndTookPartInTransfers(Store.Kind kind) throws Exception {
        Store store = kind.create();
        try (Relay relay = Relay.start(store, Map.of())) {
            relay.stop();
            insertCustomers(store);

            relay.restart(Map.of());

            Api api = relay.api();
            // What a grant gives stays with whom it was made to.
            assertCustomer(api, "ann", "promotional", "[\"vip\"]");
            assertThat(api.get("/api/customers/$anon").at("/subscriber_attributes/$email").asText())
                    .isEqualTo("ann@example.com");
            assertCustomer(api, "bob", "active", "[\"gem\",\"pro\",\"web\"]");
            assertThat(api.get("/api/customers/bob").at("/environments/SANDBOX/status").asText()).isEqualTo("expired");
            assertCustomer(api, "cid", "cancelled", "[\"other\",\"play\"]");
            assertThat(api.get("/api/customers/eve")).isEqualTo(api.get("/api/customers/cid"));
            assertThat(api.get("/api/customers/loner").path("environment").asText()).isEqualTo("SANDBOX");
            assertCustomer(api, "loner", "active", "[\"without\"]");

            ObjectNode event = Hooks.renewal("bob", 1);
            Hooks.event(event).put("type", "EXPIRATION").put("event_timestamp_ms", 1_701_100_000_000L)
                    .put("original_transaction_id", "1000").put("product_id", "monthly").remove("transaction_id");
            Hooks.event(event).put("purchased_at_ms", 1_700_691_200_000L).put("store", "APP_STORE")
                    .put("environment", "PRODUCTION");
            api.accept(event);
            assertCustomer(api, "bob", "expired", "[\"gem\",\"web\"]");
            ObjectNode late = Hooks.renewal("loner", 1);
            Hooks.event(late).put("event_timestamp_ms", 1_600_000_000_000L).put("environment", "SANDBOX");
            api.accept(late);
            relay.restart(Map.of());
            assertCustomer(relay.api(), "bob", "expired", "[\"gem\",\"web\"]");
            assertCustomer(relay.api(), "loner", "active", "[\"pro\",\"without\"]");
        }
    }

    private static void assertCustomer(Api api, String id, String status, String entitlements) {
        JsonNode customer = api.get("/api/customers/" + id);
        assertThat(customer.path("subscription_status").asText(null)).as(customer.toPrettyString()).isEqualTo(status);
        assertThat(customer.path("active_entitlements").toString()).as(id).isEqualTo(entitlements);
    }

    private static void insertCustomers(Store store) throws Exception {
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement();
                PreparedStatement customer = connection.prepareStatement(
                        "insert into customer (id, folded, merged_into) values (?, ?, ?)");
                PreparedStatement id = connection.prepareStatement(
                        "insert into customer_id (app_user_id, customer) values (?, ?)")) {
            for (String line : Files.readAllLines(Path.of("src/test/resources/upgrade/customers-of-version-6.txt"))) {
                String[] parts = line.split(" ", 3);
                long number = Long.parseLong(parts[0]);
                customer.setLong(1, number);
                customer.setString(2, parts[2]);
                customer.setObject(3, parts[1].equals("-") ? 3L : null, Types.BIGINT);
                customer.executeUpdate();
                for (String each : parts[1].equals("-") ? new String[0] : parts[1].split(",")) {
                    id.setString(1, each);
                    id.setLong(2, number);
                    id.executeUpdate();
                }
            }
            statement.execute("update log_position set last_customer = 5");
            if (store.kind() == Store.Kind.H2) {
                statement.execute("shutdown");
            }
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
            statement.execute("drop table state_backfill");
            for (String table : List.of("book_start", "book_journal", "book", "book_account", "book_quarters",
                    "book_quarter")) {
                statement.execute("drop table " + table);
            }
            statement.execute("alter table customer drop column as_of");
            statement.execute("delete from \"flyway_schema_history\" where cast(\"version\" as int) > 2");
            statement.execute("shutdown");
        }
    }
}
