package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.harness.TempFolders;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of a customer who was erased. */
class ErasureTest {

    private static final String ERASED = "who-is-erased";
    /** Of more digits than a double has. */
    private static final String PRICE = "0.1234567890123456789";

    @ParameterizedTest
    @EnumSource
    void nothingInTheDatabaseNotEvenWithThoseWhoGotSomethingOfTheirs(Store.Kind kind) throws Exception {
        Store store = kind.create();
        String heir = Hooks.customer();
        try (Relay relay = Relay.start(store, Map.of())) {
            acceptAndErase(relay.api(), heir);
            JsonNode kept = relay.api().get("/api/events/transfer-1").path("webhook").path("event");
            assertThat(kept.path("transferred_from").get(0).asText()).startsWith("erased:");
            assertThat(kept.path("transferred_to").get(0).asText()).isEqualTo(heir);
            assertThat(relay.api().get("/api/customers/" + heir).path("subscription_status").asText())
                    .isEqualTo("active");
            assertThat(relay.api().get("/api/search?q=T1").path("customers").findValuesAsText("app_user_id"))
                    .containsExactly(heir);
        }
        assertThat(store.everything()).noneMatch(value -> value.contains(ERASED))
                .anyMatch(value -> value.contains(heir) && value.contains(PRICE));
    }

    @Test
    void noByteInTheFileOnceItIsClosed() throws Exception {
        Store store = Store.Kind.H2.create();
        Path file = Path.of(store.url().substring("jdbc:h2:file:".length()) + ".mv.db");
        String heir = Hooks.customer();
        try (Relay relay = Relay.start(store, Map.of())) {
            acceptAndErase(relay.api(), heir);
        }
        assertClean(file, heir);
    }

    /** Of many, as keys of an index stay in its inner pages as well; and while others' events come in. */
    @Test
    void norWhileItRuns() throws Exception {
        Store store = Store.Kind.H2.create();
        Path file = Path.of(store.url().substring("jdbc:h2:file:".length()) + ".mv.db");
        String long400 = "x".repeat(400);
        AtomicInteger accepted = new AtomicInteger();
        AtomicBoolean ended = new AtomicBoolean();
        try (Relay relay = Relay.start(store, Map.of("retention.erased", "1s"))) {
            for (int i = 0; i < 300; i++) {
                relay.api().accept(Hooks.renewal(i + (i % 3 == 0 ? ERASED : "kept") + long400, 1));
            }
            Thread others = new Thread(() -> {
                while (!ended.get()) {
                    relay.api().accept(Hooks.renewal("other" + accepted.incrementAndGet(), 1));
                    LockSupport.parkNanos(20_000_000);
                }
            });
            others.start();
            for (int i = 0; i < 300; i += 3) {
                relay.api().call("DELETE", "/api/customers/" + i + ERASED + long400);
            }
            await().untilAsserted(() -> assertClean(file, "kept"));
            int then = accepted.get();
            await().until(() -> accepted.get() > then + 10);
            ended.set(true);
            others.join();
            for (int i = 1; i <= accepted.get(); i++) {
                assertThat(relay.api().history("other" + i)).hasSize(1);
            }
        }
        assertClean(file, "kept");
    }

    /** One id may be the beginning of another. */
    @Test
    void norAnyPartOfAnIdThatAVendorAnswered() throws Exception {
        Store store = Store.Kind.H2.create();
        String heir = Hooks.customer();
        String[] ids = Stream.of("", "-also1", "-also2", "-also3", "-also4", "-also5").map(ERASED::concat)
                .toArray(String[]::new);
        try (FakeVendors vendors = FakeVendors.start();
                Relay relay = Relay.start(store, Relay.only(vendors, "statsig"))) {
            vendors.statsig().always(Fault.answer(400, Map.of(), "unknown: " + String.join(" ", ids)));
            relay.api().accept(Hooks.renewal(ERASED, 1, ids));
            relay.api().accept(transfer(heir, ids));
            await().until(() -> relay.api().delivery("transfer-1", "statsig").path("state").asText().equals("dead"));
            relay.api().call("DELETE", "/api/customers/" + ERASED);
        }
        assertThat(store.everything()).noneMatch(value -> value.contains("also"))
                .anyMatch(value -> value.contains("unknown: erased:"));
    }

    /** A copy of the files while it runs is what a kill leaves. */
    @Test
    void norOnceItIsOpenedAgainAfterAKill() throws Exception {
        Store store = Store.Kind.H2.create();
        Store killed = Store.h2(TempFolders.create());
        Path file = Path.of(killed.url().substring("jdbc:h2:file:".length()) + ".mv.db");
        String heir = Hooks.customer();
        try (Relay relay = Relay.start(store, Map.of())) {
            acceptAndErase(relay.api(), heir);
            try (Stream<Path> files =
                    Files.list(Path.of(store.url().substring("jdbc:h2:file:".length())).getParent())) {
                for (Path each : files.toList()) {
                    Files.copy(each, file.resolveSibling(each.getFileName()));
                }
            }
        }
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains(ERASED);
        try (Relay relay = Relay.start(killed, Map.of())) {
            assertClean(file, heir);
        }
    }

    /** Of several, half of what waits and of what is on its way is known to the one that is not told to erase it. */
    @Test
    void norWithAnotherRunnerThatHadMuchOfIt() throws Exception {
        Store store = Store.Kind.POSTGRESQL.create();
        try (FakeVendors vendors = FakeVendors.start();
                Relay one = Relay.start(store, Relay.only(vendors, "statsig"));
                Relay two = Relay.start(store, Relay.only(vendors, "statsig"))) {
            List<String> erased = Stream.generate(Hooks::customer).limit(12).toList();
            List<String> onTheirWay = erased.subList(0, 4);
            vendors.statsig().when(
                    request -> onTheirWay.stream().anyMatch(it -> request.text().contains('"' + it + '"')),
                    Integer.MAX_VALUE, Fault.slow(Duration.ofMinutes(1)));
            vendors.statsig().always(Fault.answer(429));
            for (String customer : erased) {
                one.api().accept(Hooks.renewal(customer, 1), Hooks.renewal(customer, 2));
            }
            String kept = Hooks.customer();
            two.api().accept(Hooks.renewal(kept, 1));
            await().until(() -> vendors.statsig().accepted().size() == onTheirWay.size());
            for (String customer : erased.subList(4, 12)) {
                await().until(() -> one.api().delivery(Hooks.id(customer, 1), "statsig").path("state").asText()
                        .equals("retrying"));
            }
            for (String customer : erased) {
                assertThat(one.api().call("DELETE", "/api/customers/" + customer).path("erased").asInt()).isEqualTo(2);
            }
            // nothing tells when the other one has asked whom to forget, which it does twice a second
            await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
            vendors.statsig().recover();
            await().until(() -> Receipts.of(vendors, "statsig").of(kept).equals(List.of(1)));
            await().until(() -> two.api().destination("statsig").path("pending").asInt() == 0
                    && two.api().destination("statsig").path("retrying").asInt() == 0);
            assertThat(two.api().destination("statsig").path("delivered").asInt()).isEqualTo(1);
            assertThat(vendors.statsig().accepted()).hasSize(1 + onTheirWay.size());
            for (String table : List.of("event", "delivery", "attempt")) {
                assertThat(store.number(
                        "select count(distinct " + (table.equals("event") ? "seq" : "event") + ") from " + table))
                        .as(table).isEqualTo(1);
            }
            assertThat(store.number("select count(*) from redelivery")).isZero();
        }
    }

    private static void acceptAndErase(Api api, String heir) {
        ObjectNode purchase = Hooks.renewal(ERASED, 1);
        Hooks.event(purchase).put("note", "x".repeat(5_000)).put("id", "purchase-1").put("transaction_id", "T1")
                .put("original_transaction_id", "T1");
        api.accept(purchase);
        api.accept(transfer(heir, ERASED));
        // what is on its way may be told of afterwards
        await().until(() -> !api.history(heir).get(0).path("deliveries").findValuesAsText("state").contains("pending"));
        api.call("DELETE", "/api/customers/" + ERASED);
    }

    private static ObjectNode transfer(String heir, String... from) {
        ObjectNode transfer = Hooks.renewal(heir, 2);
        ObjectNode event = Hooks.event(transfer);
        event.removeAll();
        event.put("type", "TRANSFER").put("id", "transfer-1").put("event_timestamp_ms", System.currentTimeMillis())
                .put("app_id", "app1").put("store", "APP_STORE").put("environment", "PRODUCTION")
                .put("price", new BigDecimal(PRICE));
        List.of(from).forEach(event.putArray("transferred_from")::add);
        event.putArray("transferred_to").add(heir);
        return transfer;
    }

    private static void assertClean(Path file, String heir) throws IOException {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains(heir).doesNotContain(ERASED);
        assertThat(file.resolveSibling("subrelay.erased")).doesNotExist();
    }
}
