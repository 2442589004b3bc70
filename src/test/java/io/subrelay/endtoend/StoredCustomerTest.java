package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.Relay;
import io.subrelay.config.Settings;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Store;
import io.subrelay.store.Database;
import io.subrelay.store.Retention;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A customer's stored state may be some events behind: nobody may notice. Each event here tells one attribute more. */
class StoredCustomerTest {

    private static final Map<String, String> NOWHERE = Map.of(
            "segment.mode", "off", "amplitude.mode", "off", "onesignal.mode", "off", "statsig.mode", "off");
    private static final String BEHIND =
            "select count(*) from event e join customer c on c.id = e.customer where e.seq > c.as_of";

    @ParameterizedTest
    @EnumSource
    void isCompleteWheneverTheRunnerStops(Store.Kind kind) throws Exception {
        Store store = kind.create();
        String customer = Hooks.customer();
        List<Long> behind = new ArrayList<>();
        try (Relay relay = Relay.start(store, NOWHERE)) {
            for (int n = 1; n <= 13; n++) {
                relay.api().accept(event(customer, n));
                behind.add(store.number(BEHIND));
                assertComplete(relay.api(), customer, n);
                if (n == 2 || n == 4 || n == 6 || n == 12) {
                    relay.restart(Map.of());
                    assertComplete(relay.api(), customer, n);
                }
            }
        }
        assertThat(behind).as("how many events the stored state is behind, more where the customer was not read")
                .containsExactly(0L, 1L, 2L, 3L, 0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 0L);
    }

    @ParameterizedTest
    @EnumSource
    void isCompleteOnceItsEventsAreDeleted(Store.Kind kind) throws Exception {
        Store store = kind.create();
        String customer = Hooks.customer();
        try (Relay relay = Relay.start(store, NOWHERE)) {
            for (int n = 1; n <= 3; n++) {
                relay.api().accept(event(customer, n));
            }
            assertThat(store.number(BEHIND)).isEqualTo(2);

            if (store.kind() == Store.Kind.H2) {
                // its file is one runner's alone
                relay.stop();
                deleteAllEvents(store);
                relay.restart(Map.of());
            } else {
                deleteAllEvents(store);
            }

            assertThat(store.number("select count(*) from event")).isZero();
            assertThat(names(relay.api().get("/api/customers/" + customer))).isEqualTo(expected(3));
            relay.api().accept(event(customer, 4));
            assertComplete(relay.api(), customer, 4);
            relay.restart(Map.of());
            relay.api().accept(event(customer, 5));
            assertComplete(relay.api(), customer, 5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isCompleteWhenItIsMerged(Store.Kind kind) throws Exception {
        Store store = kind.create();
        String one = Hooks.customer();
        String other = Hooks.customer();
        try (Relay relay = Relay.start(store, NOWHERE)) {
            relay.api().accept(event(one, 1), event(other, 2), event(one, 3), event(other, 4));
            relay.restart(Map.of());
            ObjectNode both = event(one, 5);
            Hooks.event(both).withArray("aliases").add(other);
            relay.api().accept(both);
            assertComplete(relay.api(), one, 5);
            relay.restart(Map.of());
            relay.api().accept(event(other, 6));
            assertComplete(relay.api(), other, 6);
            assertThat(names(relay.api().get("/api/customers/" + one))).isEqualTo(expected(6));
        }
    }

    @Test
    void isCompleteOnEachRunner() throws Exception {
        Store store = Store.Kind.POSTGRESQL.create();
        String customer = Hooks.customer();
        try (Relay one = Relay.start(store, NOWHERE); Relay other = Relay.start(store, NOWHERE)) {
            for (int n = 1; n <= 9; n++) {
                Relay taker = n % 3 == 0 ? other : one;
                taker.api().accept(event(customer, n));
                assertComplete(taker.api(), customer, n);
            }
        }
    }

    private static ObjectNode event(String customer, int n) {
        ObjectNode webhook = Hooks.renewal(customer, n);
        Hooks.event(webhook).putObject("subscriber_attributes").putObject("told-%02d".formatted(n))
                .put("value", "by event " + n).put("updated_at_ms", 1_700_000_000_000L);
        return webhook;
    }

    private static void assertComplete(Api api, String customer, int n) {
        assertThat(names(api.get("/api/customers/" + customer))).isEqualTo(expected(n));
        assertThat(names(api.get("/api/events/" + Hooks.id(customer, n)).get("customer"))).isEqualTo(expected(n));
    }

    private static List<String> names(JsonNode customer) {
        List<String> names = new ArrayList<>();
        customer.get("subscriber_attributes").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> expected(int n) {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= n; i++) {
            names.add("told-%02d".formatted(i));
        }
        return names;
    }

    private static void deleteAllEvents(Store store) throws Exception {
        Properties properties = new Properties();
        properties.putAll(store.settings());
        try (CamelContext context = new DefaultCamelContext()) {
            context.getPropertiesComponent().setInitialProperties(properties);
            try (Database database = Database.open(new Settings(context.getPropertiesComponent()))) {
                new Retention(database, 0).run(List.of(), System.currentTimeMillis() + 1000);
            }
        }
    }
}
