package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Receipts.Receipt;
import io.subrelay.harness.Store;
import io.subrelay.harness.TempFolders;
import io.subrelay.store.Database;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What somebody asks for is delivered again, or for the first time: dead letters, single events, stored history. */
@ParameterizedClass
@EnumSource(Store.Kind.class)
class RequestedTest {

    @Parameter
    private Store.Kind kind;
    private FakeVendors vendors;
    private Relay relay;
    private Api api;

    @BeforeEach
    void vendors() {
        vendors = FakeVendors.start();
    }

    @AfterEach
    void stop() {
        relay.close();
        vendors.close();
    }

    private void start(Map<String, String> settings, String... more) {
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        relay = Relay.start(kind.create(), settings);
        api = relay.api();
    }

    /** Asks for it; of many events, their number is told before. */
    private int request(String path) {
        String dry = path + (path.contains("?") ? "&" : "?") + "dry-run=true";
        int said = path.startsWith("/api/destinations/") ? api.call("POST", dry).path("would_schedule").asInt() : -1;
        int scheduled = api.call("POST", path).path("scheduled").asInt();
        assertThat(said).as(dry).isIn(scheduled, -1);
        return scheduled;
    }

    private void awaitSettled(String destination) {
        await().until(() -> {
            JsonNode now = api.destination(destination);
            return now.path("pending").asInt() == 0 && now.path("retrying").asInt() == 0;
        });
    }

    @Test
    void deadLettersInOrder() {
        start(Relay.only(vendors, "statsig"));
        String one = Hooks.customer();
        String two = Hooks.customer();
        vendors.statsig().always(Fault.answer(400, Map.of(), "no"));
        for (int n = 1; n <= 3; n++) {
            api.accept(Hooks.renewal(one, n), Hooks.renewal(two, n));
        }
        awaitSettled("statsig");
        assertThat(api.destination("statsig").path("dead").asInt()).isEqualTo(6);
        vendors.reset();
        vendors.statsig().next(1, Fault.answer(429));
        assertThat(request("/api/destinations/statsig/redeliver")).isEqualTo(6);
        awaitSettled("statsig");
        Receipts receipts = Receipts.of(vendors, "statsig");
        assertThat(receipts.of(one)).containsExactly(1, 2, 3);
        assertThat(receipts.of(two)).containsExactly(1, 2, 3);
        assertThat(api.destination("statsig").path("dead").asInt()).isZero();
        assertThat(api.destination("statsig").path("delivered").asInt()).isEqualTo(6);
        assertThat(request("/api/destinations/statsig/redeliver")).isZero();
    }

    /** What was accepted of either customer before they turned out to be one goes before what came after. */
    @Test
    void deadLettersInOrderAcrossAMerge() {
        start(Relay.only(vendors, "statsig"));
        List<String> ids = Stream.generate(Hooks::customer).limit(8).toList();
        // of two of the four pairs the event that merges them is no dead letter
        vendors.statsig().when(request -> !request.text().matches("(?s).*\"p-[34]3\".*"), Integer.MAX_VALUE,
                Fault.answer(400));
        for (int pair = 1; pair <= 4; pair++) {
            String one = ids.get(pair * 2 - 2);
            String two = ids.get(pair * 2 - 1);
            int n = pair * 10;
            api.accept(Hooks.renewal(one, n + 1), Hooks.renewal(two, n + 2));
            api.accept(Hooks.renewal(two, n + 3, one), Hooks.renewal(one, n + 4), Hooks.renewal(two, n + 5));
        }
        awaitSettled("statsig");
        assertThat(api.destination("statsig").path("dead").asInt()).isEqualTo(18);
        vendors.reset();
        for (int n : new int[] {11, 22, 31, 42}) {
            vendors.statsig().when(request -> request.text().contains("\"p-" + n + "\""), 2, Fault.answer(429));
        }
        assertThat(request("/api/destinations/statsig/redeliver")).isEqualTo(18);
        awaitSettled("statsig");
        List<Integer> all = Receipts.of(vendors, "statsig").all().stream().map(Receipt::n).toList();
        assertThat(all).hasSize(18);
        for (int pair = 1; pair <= 4; pair++) {
            int from = pair * 10;
            List<Integer> theirs = all.stream().filter(n -> n > from && n < from + 10).toList();
            assertThat(theirs.subList(0, 2)).as(theirs.toString()).containsExactlyInAnyOrder(from + 1, from + 2);
            assertThat(theirs.subList(2, theirs.size())).as(theirs.toString()).isSorted();
        }
    }

    @Test
    void oneEventWithEveryAttemptKept() {
        start(Relay.live(vendors));
        String customer = Hooks.customer();
        String id = Hooks.id(customer, 1);
        vendors.statsig().next(1, Fault.answer(429));
        vendors.statsig().next(1, Fault.answer(400, Map.of(), "no"));
        api.accept(Hooks.renewal(customer, 1));
        await().until(() -> api.delivery(id, "statsig").path("state").asText().equals("dead"));
        vendors.statsig().next(1, Fault.answer(429));
        assertThat(request("/api/events/" + id + "/redeliver?destination=statsig")).isEqualTo(1);
        await().until(() -> api.delivery(id, "statsig").path("state").asText().equals("delivered"));
        assertThat(
                api.delivery(id, "statsig").path("attempts").findValues("response_code").stream().map(JsonNode::asInt))
                .containsExactly(429, 400, 429, 200);
        for (String destination : List.of("segment", "amplitude", "onesignal")) {
            awaitSettled(destination);
        }
        assertThat(request("/api/events/" + id + "/redeliver")).isEqualTo(4);
        for (String destination : List.of("segment", "amplitude", "onesignal", "statsig")) {
            await().untilAsserted(
                    () -> assertThat(Receipts.of(vendors, destination).of(customer)).containsExactly(1, 1));
            awaitSettled(destination);
        }
        // the vendors know it again by the same keys
        assertThat(vendors.segment().items(customer)).hasSize(2);
        assertThat(vendors.amplitude().items()).hasSize(1);
        assertThat(vendors.statsig().requests().stream().map(it -> it.text()).distinct()).hasSize(1);
    }

    @Test
    void historyThatADestinationMissedWhileItWasOffWithEachEventsOwnTimeAndCustomer() {
        start(Relay.live(vendors), "statsig.mode", "off", "segment.mode", "off");
        String one = Hooks.customer();
        String two = Hooks.customer();
        for (int n = 1; n <= 5; n++) {
            var webhook = Hooks.renewal(one, n);
            Hooks.event(webhook).withObject("subscriber_attributes").putObject("n").put("value", "" + n)
                    .put("updated_at_ms", n);
            api.accept(webhook, Hooks.renewal(two, n));
        }
        assertThat(api.destination("statsig").path("mode").asText()).isEqualTo("off");
        assertThat(api.call("POST", "/api/destinations/statsig/backfill", null).statusCode()).isEqualTo(409);
        relay.restart(Map.of("statsig.mode", "live", "segment.mode", "live"));
        api.accept(Hooks.renewal(one, 6));
        await().until(() -> Receipts.of(vendors, "statsig").of(one).equals(List.of(6)));
        Random random = new Random(1);
        for (var vendor : List.of(vendors.statsig(), vendors.segment())) {
            vendor.when(request -> random.nextInt(4) == 0, Integer.MAX_VALUE, Fault.answer(429));
        }
        assertThat(request("/api/destinations/statsig/backfill")).isEqualTo(10);
        assertThat(request("/api/destinations/segment/backfill")).isEqualTo(10);
        for (String destination : List.of("statsig", "segment")) {
            awaitSettled(destination);
            Receipts receipts = Receipts.of(vendors, destination);
            assertThat(receipts.of(one)).as(destination).containsExactly(6, 1, 2, 3, 4, 5);
            assertThat(receipts.of(two)).as(destination).containsExactly(1, 2, 3, 4, 5);
            assertThat(request("/api/destinations/" + destination + "/backfill")).isZero();
        }
        vendors.segment().items(one).stream().filter(item -> item.json().path("type").asText().equals("track"))
                .forEach(item -> {
                    int n = Integer.parseInt(item.json().at("/properties/product_id").asText().substring(2));
                    assertThat(Instant.parse(item.json().path("timestamp").asText()).toEpochMilli())
                            .isEqualTo(Hooks.renewal(one, n).at("/event/purchased_at_ms").asLong());
                    assertThat(item.json().at("/properties/subscriber_attributes/n").asText())
                            .isEqualTo(n == 6 ? "5" : "" + n);
                });
    }

    @Test
    void historyThatWasOnlyPreviewed() {
        start(Relay.live(vendors), "statsig.mode", "preview");
        String customer = Hooks.customer();
        api.accept(Hooks.renewal(customer, 1), Hooks.renewal(customer, 2));
        awaitSettled("statsig");
        assertThat(vendors.statsig().requests()).isEmpty();
        JsonNode previewed = api.delivery(Hooks.id(customer, 1), "statsig");
        assertThat(previewed.path("state").asText()).isEqualTo("previewed");
        assertThat(previewed.path("requests")).hasSize(1);
        assertThat(previewed.toString()).doesNotContain("statsig-key");
        assertThat(api.destination("statsig").path("previewed").asInt()).isEqualTo(2);
        long afterwards = System.currentTimeMillis() + 1;
        await().until(() -> System.currentTimeMillis() > afterwards);
        api.accept(Hooks.renewal(customer, 3));
        awaitSettled("statsig");
        relay.restart(Map.of("statsig.mode", "live"));
        String since = Instant.ofEpochMilli(afterwards).toString();
        assertThat(request("/api/destinations/statsig/backfill?since=" + since)).isEqualTo(1);
        awaitSettled("statsig");
        assertThat(request("/api/destinations/statsig/backfill?since=2020-01-31")).isEqualTo(2);
        awaitSettled("statsig");
        assertThat(Receipts.of(vendors, "statsig").of(customer)).containsExactly(3, 1, 2);
        assertThat(api.destination("statsig").path("previewed").asInt()).isZero();
        assertThat(api.call("POST", "/api/destinations/statsig/backfill?since=yesterday", null).statusCode())
                .isEqualTo(400);
    }

    /** What is scheduled waits for a destination that is paused, and goes out after a restart; the others do not. */
    @Test
    void historyUntilItIsStopped() throws Exception {
        int events = 1_100;
        List<String> customers = Stream.generate(Hooks::customer).limit(11).toList();
        Store store = kind.create();
        try (Database database = OpenedDatabase.with(store.settings())) {
            for (String customer : customers) {
                OpenedDatabase.accept(database, customer, 1, events / customers.size());
            }
        }
        relay = Relay.start(store, Relay.only(vendors, "statsig"));
        api = relay.api();
        api.call("POST", "/api/destinations/statsig/pause");
        assertThat(request("/api/destinations/statsig/backfill")).isEqualTo(events);
        JsonNode again = api.call("POST", "/api/destinations/statsig/backfill");
        assertThat(again.path("scheduled").asInt()).isZero();
        assertThat(again.path("reason").asText()).contains("a backfill of it is running");
        relay.restart(Map.of("statsig.mode", "live"));
        JsonNode running = api.destination("statsig").path("history_backfill");
        assertThat(running.path("state").asText()).isEqualTo("running");
        assertThat(running.path("events").asInt()).isEqualTo(events);
        int scheduled = running.path("scheduled").asInt();
        assertThat(scheduled).isLessThan(events);
        assertThat(api.call("DELETE", "/api/destinations/statsig/backfill?of=state").path("stopped").asBoolean())
                .isFalse();
        JsonNode stopped = api.call("DELETE", "/api/destinations/statsig/backfill");
        assertThat(stopped.path("stopped").asBoolean()).isTrue();
        assertThat(stopped.path("dropped").asInt()).isEqualTo(events - scheduled);
        api.call("POST", "/api/destinations/statsig/resume");
        awaitSettled("statsig");
        assertThat(api.destination("statsig").path("delivered").asInt()).isEqualTo(scheduled);
        assertThat(api.destination("statsig").at("/history_backfill/state").asText()).isEqualTo("stopped");
        for (String customer : customers) {
            assertThat(Receipts.of(vendors, "statsig").of(customer)).isSorted();
        }
        // a new one takes what was dropped
        assertThat(request("/api/destinations/statsig/backfill")).isEqualTo(events - scheduled);
        await().until(() -> api.destination("statsig").path("delivered").asInt() == events);
        assertThat(api.destination("statsig").at("/history_backfill/state").asText()).isEqualTo("done");
    }

    @Test
    void historyForADestinationThatIsAddedAsAFile() throws Exception {
        start(Relay.only(vendors, "statsig"));
        String customer = Hooks.customer();
        api.accept(Hooks.renewal(customer, 1), Hooks.renewal(customer, 2));
        Path folder = TempFolders.create();
        Files.writeString(folder.resolve("added.camel.yaml"), """
                - route:
                    id: added
                    routeConfigurationId: delivery
                    from:
                      uri: outbox:added
                      steps:
                        - filter:
                            expression: {jq: {expression: '.event.product_id == "p-2"'}}
                            steps:
                              - to: {uri: outbox:skip, parameters: {reason: "Not ${variable.event_id}"}}
                        - transform: {expression: {variable: {expression: webhook}}}
                        - setHeader: {name: Content-Type, expression: {constant: {expression: application/json}}}
                        - setHeader: {name: statsig-api-key, expression: {constant: {expression: k}}}
                        - to: {uri: "{{added.url}}/v1/webhooks/revenuecat_webhook", parameters: {httpMethod: POST}}
                """);
        relay.addRoutes(folder);
        relay.restart(Map.of("added.url", vendors.statsigUrl()));
        assertThat(api.destination("added").path("mode").asText()).isEqualTo("live");
        awaitSettled("statsig");
        vendors.reset();
        api.accept(Hooks.renewal(customer, 3));
        await().until(() -> api.delivery(Hooks.id(customer, 3), "added").path("state").asText().equals("delivered"));
        awaitSettled("statsig");
        assertThat(request("/api/destinations/added/backfill")).isEqualTo(2);
        awaitSettled("added");
        assertThat(Receipts.of(vendors, "statsig").of(customer)).containsExactly(3, 3, 1);
        assertThat(api.delivery(Hooks.id(customer, 2), "added").path("reason").asText())
                .isEqualTo("Not " + Hooks.id(customer, 2));
        relay.restart(Map.of("added.mode", "preview"));
        api.accept(Hooks.renewal(customer, 4));
        await().until(() -> api.delivery(Hooks.id(customer, 4), "added").path("state").asText().equals("previewed"));
        assertThat(api.delivery(Hooks.id(customer, 4), "added").at("/requests/0/url").asText())
                .isEqualTo(vendors.statsigUrl() + "/v1/webhooks/revenuecat_webhook");
    }
}
