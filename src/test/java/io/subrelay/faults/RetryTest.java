package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.harness.TempFolders;
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import io.subrelay.vendors.Received;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** When a delivery that failed goes again, with what, and when it is given up. */
class RetryTest {

    private static final FakeVendors VENDORS = FakeVendors.start();
    private static Relay relay;
    private static Api api;

    @BeforeAll
    static void start() {
        Map<String, String> settings = Relay.live(VENDORS);
        settings.put("delivery.redelivery-delay", "200ms");
        settings.put("delivery.maximum-redelivery-delay", "1500ms");
        relay = Relay.start(Store.Kind.H2.create(), settings);
        api = relay.api();
    }

    @AfterAll
    static void stop() {
        relay.close();
        VENDORS.close();
    }

    @AfterEach
    void reset() {
        VENDORS.reset();
    }

    private static String state(String id, String destination) {
        return api.delivery(id, destination).path("state").asText();
    }

    private static void awaitState(String id, String destination, String state) {
        await().untilAsserted(
                () -> assertThat(state(id, destination)).as("%s to %s", id, destination).isEqualTo(state));
    }

    private static List<Duration> gaps(FakeVendor vendor) {
        List<Instant> times = vendor.requests().stream().map(Received::at).toList();
        return java.util.stream.IntStream.range(1, times.size())
                .mapToObj(i -> Duration.between(times.get(i - 1), times.get(i))).toList();
    }

    @Test
    void goesAgainLaterAndLater() {
        String customer = Hooks.customer();
        VENDORS.statsig().next(5, Fault.answer(429));
        api.accept(Hooks.renewal(customer, 1));
        awaitState(Hooks.id(customer, 1), "statsig", "delivered");
        List<Duration> gaps = gaps(VENDORS.statsig());
        int[] expected = {200, 400, 800, 1500, 1500};
        assertThat(gaps).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(gaps.get(i)).isGreaterThanOrEqualTo(Duration.ofMillis(expected[i] * 8L / 10 - 5));
        }
        JsonNode delivery = api.delivery(Hooks.id(customer, 1), "statsig");
        assertThat(delivery.path("attempts").findValues("response_code").stream().map(JsonNode::asInt))
                .containsExactly(429, 429, 429, 429, 429, 200);
    }

    @Test
    void comesNotBeforeTheDestinationAsksForIt() {
        Instant then = Instant.now().plusSeconds(4).truncatedTo(ChronoUnit.SECONDS);
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(then.atOffset(ZoneOffset.UTC));
        VENDORS.statsig().next(1, Fault.tooMany(3));
        VENDORS.onesignal().next(1, Fault.answer(503, Map.of("Retry-After", "3"), ""));
        VENDORS.segment().next(1, Fault.answer(429, Map.of("Retry-After", date), ""));
        VENDORS.amplitude().next(1, Fault.answer(503, Map.of("retry-after", date), ""));
        String customer = Hooks.customer();
        api.accept(Hooks.renewal(customer, 1));
        for (FakeVendor vendor : VENDORS.all()) {
            await().until(() -> vendor.accepted().size() == 1);
            assertThat(vendor.requests()).hasSize(2);
        }
        for (FakeVendor vendor : List.of(VENDORS.statsig(), VENDORS.onesignal())) {
            assertThat(gaps(vendor).get(0)).isGreaterThanOrEqualTo(Duration.ofMillis(2_990));
        }
        for (FakeVendor vendor : List.of(VENDORS.segment(), VENDORS.amplitude())) {
            // asked for at a time that may be over by the first attempt, on a slow machine
            assertThat(vendor.accepted().get(0).at()).isAfterOrEqualTo(then);
        }
    }

    @Test
    void isTheSameByteForByte() {
        String customer = Hooks.customer();
        for (FakeVendor vendor : VENDORS.all()) {
            vendor.next(1, Fault.answer(500));
            vendor.next(1, Fault.reset());
            vendor.next(1, Fault.answer(429));
            vendor.next(1, Fault.html(502));
        }
        api.accept(Hooks.renewal(customer, 1));
        for (String destination : new String[] {"segment", "amplitude", "onesignal", "statsig"}) {
            awaitState(Hooks.id(customer, 1), destination, "delivered");
            List<Received> requests = Receipts.vendor(VENDORS, destination).requests();
            assertThat(requests).hasSizeGreaterThanOrEqualTo(5);
            for (Function<Received, Object> part : List.<Function<Received, Object>>of(
                    Received::text, Received::headers, Received::path, Received::method)) {
                assertThat(requests.stream().map(part).distinct()).as(destination).hasSize(1);
            }
        }
    }

    @Test
    void holdsUpNobodyElse() {
        Map<String, String> settings = Relay.live(VENDORS);
        settings.put("delivery.maximum-redelivery-delay", "100ms");
        try (Relay eager = Relay.start(Store.Kind.H2.create(), settings)) {
            holdsUpNobodyElse(eager.api());
        }
    }

    private static void holdsUpNobodyElse(Api api) {
        String poor = Hooks.customer();
        String other = Hooks.customer();
        VENDORS.statsig().when(request -> request.text().contains(poor), Integer.MAX_VALUE, Fault.answer(429));
        api.accept(Hooks.renewal(poor, 1), Hooks.renewal(poor, 2));
        await().until(() -> VENDORS.statsig().requests().size() >= 14);
        api.accept(Hooks.renewal(other, 1));
        await().until(() -> Receipts.of(VENDORS, "statsig").of(other).equals(List.of(1)));
        assertThat(api.destination("statsig").path("circuit").asText()).isEqualTo("closed");
        assertThat(Receipts.of(VENDORS, "statsig").of(poor)).isEmpty();
        assertThat(VENDORS.statsig().requests()).noneMatch(request -> request.text().contains(Hooks.id(poor, 2)));
        assertThat(Receipts.of(VENDORS, "segment").of(poor)).containsExactly(1, 2);
        VENDORS.statsig().recover();
        await().untilAsserted(() -> assertThat(Receipts.of(VENDORS, "statsig").of(poor)).containsExactly(1, 2));
    }

    /** What fails beside the route, here because its answer's status is no number, costs neither threads nor turns. */
    @Test
    void isMadeAgainWhereTheRunnerItselfFails() throws Exception {
        Path folder = TempFolders.create();
        Files.writeString(folder.resolve("odd.camel.yaml"), """
                - route:
                    id: odd
                    routeConfigurationId: delivery
                    from:
                      uri: outbox:odd
                      steps:
                        - transform: {expression: {variable: {expression: webhook}}}
                        - setHeader: {name: Content-Type, expression: {constant: {expression: application/json}}}
                        - setHeader: {name: statsig-api-key, expression: {constant: {expression: k}}}
                        - to: {uri: "{{odd.url}}/v1/webhooks/revenuecat_webhook", parameters: {httpMethod: POST}}
                        - convertBodyTo: {type: String}
                        - filter:
                            expression: {simple: {expression: "${body} == 'teapot'"}}
                            steps:
                              - setHeader: {name: CamelHttpResponseCode, expression: {simple: {expression: "${body}"}}}
                """);
        Map<String, String> settings = Relay.only(VENDORS, "none");
        settings.put("odd.url", VENDORS.statsigUrl());
        try (Relay odd = Relay.start(Store.Kind.H2.create(), settings, folder)) {
            List<String> customers = Stream.generate(Hooks::customer).limit(20).toList();
            // more than there are threads, and too few for the circuit to open
            for (int i = 0; i < 20; i += 3) {
                String poor = Hooks.id(customers.get(i), 1);
                VENDORS.statsig().when(request -> request.text().contains('"' + poor + '"'), 1,
                        Fault.answer(200, Map.of(), "teapot"));
            }
            for (String customer : customers) {
                odd.api().accept(Hooks.renewal(customer, 1), Hooks.renewal(customer, 2));
            }
            for (String customer : customers) {
                await().untilAsserted(
                        () -> assertThat(Receipts.of(VENDORS, "statsig").of(customer)).containsExactly(1, 2));
            }
            await().until(() -> odd.api().destination("odd").path("delivered").asInt() == 40);
            JsonNode attempts = odd.api().delivery(Hooks.id(customers.get(0), 1), "odd").path("attempts");
            assertThat(attempts).hasSize(2);
            assertThat(attempts.get(0).path("response_code").isNull()).isTrue();
            assertThat(attempts.get(0).path("answer").asText()).contains("the runner failed")
                    .contains("TypeConversion");
            assertThat(attempts.get(1).path("response_code").asInt()).isEqualTo(200);
        }
    }

    /** A list that is refused is sent in halves: where the first one has to go again, the second waits, unattempted. */
    @Test
    void countsNoAttemptThatWasNotMade() {
        Map<String, String> settings = Relay.only(VENDORS, "segment");
        settings.put("delivery.redelivery-delay", "1s");
        try (Relay halving = Relay.start(Store.Kind.H2.create(), settings)) {
            Api api = halving.api();
            String customer = Hooks.customer();
            VENDORS.segment().next(1, Fault.slow(Duration.ofMinutes(1)));
            VENDORS.segment().next(1, Fault.answer(400, Map.of(), "one of these"));
            VENDORS.segment().next(1, Fault.answer(503, Map.of(), "busy"));
            api.accept(Hooks.renewal(customer, 1));
            await().until(() -> VENDORS.segment().requests().size() == 1);
            for (int n = 2; n <= 5; n++) {
                api.accept(Hooks.renewal(customer, n));
            }
            VENDORS.segment().release();
            await().until(() -> VENDORS.segment().requests().size() >= 3);
            for (int n = 4; n <= 5; n++) {
                JsonNode waiting = api.delivery(Hooks.id(customer, n), "segment");
                assertThat(waiting.path("state").asText()).isEqualTo("pending");
                assertThat(waiting.path("attempts")).isEmpty();
            }
            await().untilAsserted(
                    () -> assertThat(Receipts.of(VENDORS, "segment").of(customer)).containsExactly(1, 2, 3, 4, 5));
            await().until(() -> api.destination("segment").path("delivered").asInt() == 5);
            for (int n = 2; n <= 5; n++) {
                assertThat(api.delivery(Hooks.id(customer, n), "segment").path("attempts")
                        .findValues("response_code").stream().map(JsonNode::asInt))
                        .containsExactlyElementsOf(n <= 3 ? List.of(503, 200) : List.of(200));
            }
        }
    }

    /** The same for several customers, which do not wait for each other either: each goes again within the delay. */
    @Test
    void bringsBackWhatWasNotAttempted() {
        Map<String, String> settings = Relay.only(VENDORS, "segment");
        settings.put("delivery.concurrency", "1");
        try (Relay halving = Relay.start(Store.Kind.H2.create(), settings)) {
            Api api = halving.api();
            VENDORS.segment().next(1, Fault.slow(Duration.ofMinutes(1)));
            VENDORS.segment().next(1, Fault.answer(400, Map.of(), "one of these"));
            VENDORS.segment().next(1, Fault.answer(503, Map.of(), "busy"));
            List<String> customers = Stream.generate(Hooks::customer).limit(5).toList();
            api.accept(Hooks.renewal(customers.get(0), 1));
            await().until(() -> VENDORS.segment().requests().size() == 1);
            for (String customer : customers.subList(1, 5)) {
                api.accept(Hooks.renewal(customer, 1), Hooks.renewal(customer, 2));
            }
            VENDORS.segment().release();
            for (String customer : customers.subList(1, 5)) {
                await().untilAsserted(
                        () -> assertThat(Receipts.of(VENDORS, "segment").of(customer)).containsExactly(1, 2));
            }
            await().until(() -> api.destination("segment").path("delivered").asInt() == 9);
            for (String customer : customers.subList(3, 5)) {
                assertThat(api.delivery(Hooks.id(customer, 2), "segment").path("attempts")).hasSize(1);
            }
        }
    }

    /** OneSignal takes one request a second for one user. */
    @Test
    void keepsToTheRateOfOneUser() {
        VENDORS.onesignal().limitRate(true);
        String busy = Hooks.customer();
        String other = Hooks.customer();
        api.accept(Hooks.renewal(busy, 1), Hooks.renewal(busy, 2), Hooks.renewal(busy, 3), Hooks.renewal(other, 1));
        awaitState(Hooks.id(other, 1), "onesignal", "delivered");
        assertThat(api.delivery(Hooks.id(other, 1), "onesignal").path("attempts")).hasSize(1);
        awaitState(Hooks.id(busy, 3), "onesignal", "delivered");
        assertThat(Receipts.of(VENDORS, "onesignal").of(busy)).containsExactly(1, 2, 3);
        VENDORS.onesignal().limitRate(false);
    }

    @Test
    void isGivenUpWithTheLastAnswer() {
        Map<String, String> settings = Relay.only(VENDORS, "statsig");
        settings.put("delivery.give-up-after", "900ms");
        try (Relay impatient = Relay.start(Store.Kind.H2.create(), settings)) {
            String customer = Hooks.customer();
            VENDORS.statsig().when(request -> request.text().contains(Hooks.id(customer, 1)), Integer.MAX_VALUE,
                    Fault.answer(429, Map.of(), "still busy"));
            impatient.api().accept(Hooks.renewal(customer, 1), Hooks.renewal(customer, 2));
            await().untilAsserted(() -> assertThat(impatient.api().delivery(Hooks.id(customer, 2), "statsig")
                    .path("state").asText()).isEqualTo("delivered"));
            JsonNode dead = impatient.api().history(customer).get(1).path("deliveries").get(0);
            assertThat(dead.path("state").asText()).isEqualTo("dead");
            assertThat(dead.path("response_code").asInt()).isEqualTo(429);
            assertThat(dead.path("reason").asText()).isEqualTo("still busy");
            List<Instant> attempts = impatient.api().delivery(Hooks.id(customer, 1), "statsig").path("attempts")
                    .findValues("at").stream().map(at -> Instant.parse(at.asText())).toList();
            assertThat(attempts).hasSizeGreaterThan(1).hasSize(dead.path("attempts").asInt());
            assertThat(Duration.between(attempts.get(0), attempts.get(attempts.size() - 1)))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(900));
            assertThat(impatient.api().destination("statsig").path("dead").asInt()).isEqualTo(1);
            assertThat(Receipts.of(VENDORS, "statsig").of(customer)).containsExactly(2);
        }
    }
}
