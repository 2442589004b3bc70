package io.subrelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the console asks of the API, beside what it shares with everybody. */
class ConsoleApiTest {

    private static final String ADMIN =
            "Basic " + Base64.getEncoder().encodeToString("admin:a-long-password".getBytes(StandardCharsets.UTF_8));

    private static FakeVendors vendors;
    private static Relay relay;
    private static String dead;
    private static String newest;

    @BeforeAll
    static void start() throws Exception {
        vendors = FakeVendors.start();
        relay = Relay.start(Store.Kind.H2.create(), Relay.live(vendors, Map.of(
                "admin.username", "admin", "admin.password", "a-long-password", "statsig.mode", "preview")));
        vendors.segment().next(1, Fault.answer(400, Map.of(), "{\"error\":\"too old\"}"));
        dead = accept("cancellation");
        await().until(() -> get("/api/destinations").findValuesAsText("dead").contains("1"));
        accept("renewal");
        newest = accept("expiration");
        await().until(() -> !call("GET", "/api/events").body().contains("\"pending\""));
    }

    @AfterAll
    static void stop() {
        relay.close();
        vendors.close();
    }

    private static String accept(String example) {
        ObjectNode webhook = Hooks.example(example);
        relay.api().accept(webhook);
        return Hooks.event(webhook).path("id").asText();
    }

    private static HttpResponse<String> call(String method, String path) {
        return relay.api().call(method, path, null, "Authorization", ADMIN);
    }

    private static JsonNode get(String path) {
        return Api.json(call("GET", path).body());
    }

    @Test
    void eventsAreTheNewestFirstAndThoseAfterAPlace() {
        assertThat(get("/api/events").findValuesAsText("seq")).containsExactly("3", "2", "1");
        assertThat(get("/api/events?limit=1").findValuesAsText("event_id")).containsExactly(newest);
        assertThat(get("/api/events?after=1").findValuesAsText("seq")).containsExactly("3", "2");
        assertThat(get("/api/events").get(0).path("deliveries")).hasSize(4);
    }

    @Test
    void eventsInTroubleAreFoundByStateAndDestination() {
        assertThat(get("/api/events?state=dead").findValuesAsText("event_id")).containsExactly(dead);
        assertThat(get("/api/events?state=dead&destination=segment").findValuesAsText("event_id"))
                .containsExactly(dead);
        assertThat(get("/api/events?destination=segment&state=dead,retrying").findValuesAsText("event_id"))
                .containsExactly(dead);
        assertThat(get("/api/events?destination=segment")).hasSize(3);
        assertThat(get("/api/events?state=dead&destination=amplitude")).isEmpty();
        assertThat(get("/api/events?state=retrying")).isEmpty();
    }

    @Test
    void aDestinationTellsItsLastErrorAndItsHours() {
        JsonNode segment = destination("segment");
        assertThat(segment.path("requested").asInt(-1)).isZero();
        assertThat(segment.path("last_error").path("event_id").asText()).isEqualTo(dead);
        assertThat(segment.path("last_error").path("response_code").asInt()).isEqualTo(400);
        assertThat(segment.path("last_error").path("answer").asText()).isEqualTo("{\"error\":\"too old\"}");
        assertThat(destination("amplitude").path("last_error").isNull()).isTrue();

        int delivered = 0;
        int deadOnes = 0;
        for (JsonNode hour : get("/api/destinations/segment/timeline?hours=2")) {
            delivered += hour.path("delivered").asInt();
            deadOnes += hour.path("dead").asInt();
        }
        assertThat(List.of(delivered, deadOnes)).containsExactly(2, 1);
        assertThat(call("GET", "/api/destinations/segment/timeline?hours=no").statusCode()).isEqualTo(400);
        assertThat(call("GET", "/api/destinations/nobody/timeline").statusCode()).isEqualTo(404);
    }

    private static JsonNode destination(String name) {
        for (JsonNode destination : get("/api/destinations")) {
            if (destination.path("name").asText().equals(name)) {
                return destination;
            }
        }
        throw new AssertionError("there is no " + name);
    }

    @Test
    void aDryRunOnlyCounts() {
        assertThat(Api.json(call("POST", "/api/destinations/segment/redeliver?dry-run=true").body()))
                .isEqualTo(Api.json("{\"scheduled\":0,\"would_schedule\":1}"));
        assertThat(Api.json(call("POST", "/api/destinations/statsig/backfill?dry-run=true").body()))
                .isEqualTo(Api.json("{\"scheduled\":0,\"would_schedule\":3}"));
        assertThat(Api.json(call("POST", "/api/destinations/statsig/backfill?dry-run=true&since=2100-01-01").body()))
                .isEqualTo(Api.json("{\"scheduled\":0,\"would_schedule\":0}"));
        assertThat(get("/api/events?state=dead").findValuesAsText("event_id")).containsExactly(dead);
        assertThat(get("/api/destinations").findValuesAsText("requested")).containsOnly("0");
    }

    @Test
    void aStoredEventIsPreviewedAsItWasSent() {
        JsonNode previews = get("/api/events/" + newest + "/preview");
        var sent = vendors.amplitude().requests();
        assertThat(sent.stream().map(request -> request.body().path("events").get(0)))
                .contains(previews.path("amplitude").path("requests").get(0).path("body").path("events").get(0));
        assertThat(previews.toString()).doesNotContain("amplitude-key");
        assertThat(call("GET", "/api/events/none/preview").statusCode()).isEqualTo(404);
    }

    @Test
    void aFileIsKeptForGoodUnderTheVersionThatThePageNames() {
        var page = call("GET", "/");
        assertThat(page.headers().allValues("Cache-Control")).containsExactly("private, no-cache");
        Matcher app = Pattern.compile("\"(/console/\\w+/)app.js\"").matcher(page.body());
        assertThat(app.find()).as(page.body()).isTrue();
        var kept = call("GET", app.group(1) + "app.js");
        assertThat(kept.headers().allValues("Cache-Control")).containsExactly("private, max-age=31536000, immutable");
        // what a page of before an upgrade asks for
        var old = call("GET", "/console/before/app.js");
        assertThat(old.body()).isEqualTo(kept.body());
        assertThat(old.headers().allValues("Cache-Control")).containsExactly("private, no-cache");
        assertThat(relay.api().call("GET", app.group(1) + "app.js", null).statusCode()).isEqualTo(401);
    }

    @Test
    void noAnswerOfTheApiIsKeptAndNothingOfTheRequestGoesBack() {
        var answer = call("GET", "/api/events");
        assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
        assertThat(answer.headers().map()).doesNotContainKeys("authorization", "user-agent");
    }

    @Test
    void aFileThatTheBrowserHasIsNotSentAgain() {
        var first = call("GET", "/console/app.js");
        var again = relay.api().call("GET", "/console/app.js", null, "If-None-Match",
                first.headers().firstValue("ETag").orElseThrow(), "Authorization", ADMIN);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(call("GET", "/console/none.js").statusCode()).isEqualTo(404);
    }
}
