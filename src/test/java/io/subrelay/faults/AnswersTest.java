package io.subrelay.faults;

import static io.subrelay.faults.Guarantees.DESTINATIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import io.subrelay.vendors.Received;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each vendor's answers mean. */
class AnswersTest {

    private static final FakeVendors VENDORS = FakeVendors.start();
    private static final int ROUNDS = Integer.getInteger("faults.rounds", 1);
    private static final Map<Integer, List<String>> CUSTOMERS = new HashMap<>();
    private static Relay relay;
    private static Api api;

    @BeforeAll
    static void start() {
        Map<String, String> settings = Relay.live(VENDORS);
        settings.put("segment.batch-size", "1");
        settings.put("amplitude.batch-size", "1");
        relay = Relay.start(Store.Kind.H2.create(), settings);
        api = relay.api();
        acceptSomeOfEachStatus();
    }

    @AfterAll
    static void stop() {
        relay.close();
        VENDORS.close();
    }

    @AfterEach
    void recover() {
        VENDORS.all().forEach(FakeVendor::recover);
        VENDORS.all().forEach(FakeVendor::keys);
    }

    /** Alternating, as a destination that fails most of the time is left alone for a while. */
    static final int[] STATUSES = {408, 300, 301, 302, 425, 303, 307, 308, 429, 400, 402, 404, 500, 405, 406, 409, 502,
            410, 411, 412, 503, 413, 415, 418, 504, 422, 451, 460, 507, 499, 501, 505, 520, 511, 200, 201, 529, 202,
            204,
            599};

    static int[] statuses() {
        return STATUSES;
    }

    @ParameterizedTest
    @MethodSource("statuses")
    void ofEachStatus(int status) {
        CUSTOMERS.get(status).forEach(customer -> assertMeaning(status, customer));
    }

    private static void assertMeaning(int status, String customer) {
        boolean success = status < 300;
        boolean transientEverywhere = status == 408 || status == 425 || status == 429
                || status >= 500 && status != 501 && status != 505 && status != 511;
        String id = Hooks.id(customer, 1);
        for (String destination : DESTINATIONS) {
            boolean retried = transientEverywhere || destination.equals("segment") && (status == 410 || status == 460)
                    || destination.equals("onesignal") && status == 404;
            JsonNode delivery = ended(id, destination);
            assertThat(delivery.path("state").asText()).as("%s to %s", status, destination)
                    .isEqualTo(success || retried ? "delivered" : "dead");
            JsonNode first = delivery.path("attempts").get(0);
            assertThat(first.path("response_code").asInt()).isEqualTo(status);
            assertThat(delivery.path("attempts")).hasSize(retried ? 2 : 1);
            List<Received> requests = Receipts.vendor(VENDORS, destination).requests().stream()
                    .filter(request -> request.text().contains('"' + customer + '"')).toList();
            assertThat(requests).hasSize(retried ? 2 : 1);
            assertThat(requests).noneMatch(request -> request.path().contains("elsewhere"));
            if (!success) {
                assertThat(first.path("answer").asText()).isEqualTo("answer " + status);
            }
            if (!retried) {
                assertThat(delivery.path("response_code").asInt()).isEqualTo(status);
                assertThat(delivery.path("reason").asText("")).isEqualTo(success ? "" : "answer " + status);
            }
        }
    }

    private static void acceptSomeOfEachStatus() {
        for (int i = 0; i < ROUNDS * STATUSES.length; i++) {
            int status = STATUSES[i % STATUSES.length];
            String customer = Hooks.customer();
            CUSTOMERS.computeIfAbsent(status, it -> new ArrayList<>()).add(customer);
            VENDORS.all().forEach(vendor -> vendor.when(request -> request.text().contains('"' + customer + '"'),
                    1, Fault.answer(status, Map.of("Location", vendor.url() + "/elsewhere"),
                            status == 204 ? "" : "answer " + status)));
            api.accept(Hooks.renewal(customer, 1));
        }
        for (String destination : DESTINATIONS) {
            Guarantees.awaitSettled(api, destination);
        }
    }

    @Test
    void noneOrHalfOfOne() {
        for (Fault fault : List.of(Fault.reset(), Fault.truncated())) {
            JsonNode[] attempts = secondSucceeds(fault);
            for (JsonNode first : attempts) {
                assertThat(first.path("response_code").isNull()).isTrue();
                assertThat(first.path("answer").asText()).isNotBlank();
            }
        }
    }

    /** The vendor knows the event when it comes again, by its key. */
    @Test
    void thatGetsLost() {
        int segment = VENDORS.segment().duplicates().size();
        int amplitude = VENDORS.amplitude().duplicates().size();
        secondSucceeds(Fault.truncated().afterTakingIn());
        assertThat(VENDORS.segment().duplicates().size() - segment).as("a track and an identify").isEqualTo(2);
        assertThat(VENDORS.amplitude().duplicates().size() - amplitude).isEqualTo(1);
    }

    /** Something in between answers in the vendor's place. */
    @Test
    void thatIsAPage() {
        for (JsonNode first : secondSucceeds(Fault.html(200))) {
            assertThat(first.path("response_code").asInt()).isEqualTo(200);
            assertThat(first.path("answer").asText()).startsWith("<!DOCTYPE html>");
        }
    }

    /** @return the first attempt at each destination, which meets the fault */
    private static JsonNode[] secondSucceeds(Fault fault) {
        VENDORS.all().forEach(vendor -> vendor.next(1, fault));
        String id = Hooks.id(accept(), 1);
        return DESTINATIONS.stream().map(destination -> {
            JsonNode delivery = ended(id, destination);
            assertThat(delivery.path("state").asText()).isEqualTo("delivered");
            assertThat(delivery.path("attempts")).hasSize(2);
            return delivery.path("attempts").get(0);
        }).toArray(JsonNode[]::new);
    }

    @Test
    void aLongOneIsKeptInPart() {
        VENDORS.statsig().next(1, Fault.answer(400, Map.of(), "<html>\n\u0000\n" + "x".repeat(100_000)));
        String id = Hooks.id(accept(), 1);
        assertThat(ended(id, "statsig").path("reason").asText()).startsWith("<html>").hasSizeBetween(100, 1000)
                .doesNotContain("\n").doesNotContain("\u0000");
    }

    @Test
    void thatARouteCannotMapAnEventIsFinal() {
        ObjectNode webhook = Hooks.renewal(Hooks.customer(), 1);
        Hooks.event(webhook).putObject("price");
        Hooks.event(webhook).putObject("entitlement_ids").put("a", 1);
        String id = Hooks.event(webhook).path("id").asText();
        api.accept(webhook);
        for (String destination : DESTINATIONS) {
            assertThat(ended(id, destination).path("state").asText()).as(destination).isIn("delivered", "dead",
                    "skipped");
        }
    }

    @Test
    void thatWeAreNotLetInHoldsTheDestinationAndKillsNothing() {
        Map<String, Integer> dead = new HashMap<>();
        for (String destination : DESTINATIONS) {
            dead.put(destination, api.destination(destination).path("dead").asInt());
        }
        VENDORS.reset();
        VENDORS.all().forEach(vendor -> vendor.keys("another"));
        VENDORS.segment().always(Fault.answer(401)); // the real one tells nothing
        String[] customers = {Hooks.customer(), Hooks.customer(), Hooks.customer()};
        for (int n = 1; n <= 4; n++) {
            for (String customer : customers) {
                api.accept(Hooks.renewal(customer, n));
            }
            // an event that is not sent says nothing of the key
            api.accept(testEvent("test-" + customers[0] + n));
        }
        for (String destination : DESTINATIONS) {
            await().untilAsserted(() -> assertThat(api.destination(destination).path("circuit").asText())
                    .as(destination).isEqualTo("held"));
        }
        assertThat(api.health().statusCode()).isEqualTo(200);
        assertThat(api.health().body()).contains("held");
        assertThat(api.metrics()).containsPattern("circuit[^\n]*statsig[^\n]* 0");
        Map<String, Integer> asked = new HashMap<>();
        for (String destination : DESTINATIONS) {
            asked.put(destination, Receipts.vendor(VENDORS, destination).requests().size());
            assertThat(asked.get(destination)).as(destination).isLessThan(20);
            assertThat(api.destination(destination).path("dead").asInt()).isEqualTo(dead.get(destination));
        }
        // a probe every five seconds at most
        Instant since = Instant.now();
        await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
        for (String destination : DESTINATIONS) {
            int probes = Receipts.vendor(VENDORS, destination).requests().size() - asked.get(destination);
            assertThat(probes).as(destination)
                    .isLessThanOrEqualTo(1 + (int) Duration.between(since, Instant.now()).toSeconds() / 5);
        }
        VENDORS.all().forEach(FakeVendor::keys);
        VENDORS.segment().recover();
        for (String destination : DESTINATIONS) {
            for (String customer : customers) {
                await().untilAsserted(() -> assertThat(
                        Receipts.of(VENDORS, destination).of(customer)).as(destination).containsExactly(1, 2, 3, 4));
            }
            await().untilAsserted(
                    () -> assertThat(api.destination(destination).path("circuit").asText()).isEqualTo("closed"));
            assertThat(ended("test-" + customers[0] + 4, destination).path("state").asText()).isEqualTo("skipped");
            assertThat(api.destination(destination).path("dead").asInt()).isEqualTo(dead.get(destination));
        }
    }

    private static ObjectNode testEvent(String id) {
        ObjectNode webhook = Hooks.example("test");
        Hooks.event(webhook).put("id", id).put("app_user_id", id).put("original_app_user_id", id).remove("aliases");
        return webhook;
    }

    private static String accept() {
        String customer = Hooks.customer();
        api.accept(Hooks.renewal(customer, 1));
        return customer;
    }

    private static JsonNode ended(String id, String destination) {
        return await().until(() -> api.delivery(id, destination),
                delivery -> Set.of("delivered", "dead", "skipped").contains(delivery.path("state").asText()));
    }
}
