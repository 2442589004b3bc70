package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.RawClient;
import io.subrelay.harness.Store;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of a request only its path, its headers and its JSON count, and who may not come in is told so by its head. */
class IntakeTest {

    private static final String ADMIN = "Basic " + Base64.getEncoder().encodeToString("admin:secret".getBytes());
    private static Relay open;
    private static Relay closed;

    @BeforeAll
    static void start() {
        open = Relay.start(Store.Kind.H2.create(), Map.of("server.head-timeout", "1s", "server.body-timeout", "1s"));
        closed = Relay.start(Store.Kind.H2.create(), Map.of("webhook.authorization", "agreed",
                "admin.username", "admin", "admin.password", "secret", "server.max-connections", "20"));
    }

    @AfterAll
    static void stop() {
        open.close();
        closed.close();
    }

    @Test
    void aParameterIsNoHeader() {
        String[] evil = {"Sec-Fetch-Site", "cross-site", "Origin", "http://evil.example"};
        String path = "/api/destinations/segment/redeliver";
        assertThat(open.api().call("POST", path, null, evil).statusCode()).isEqualTo(403);
        assertThat(open.api().call("POST", "/api/events/e/retry", null, evil).statusCode()).isEqualTo(403);
        for (String name : new String[] {"Sec-Fetch-Site", "sec-fetch-site", "Sec%2DFetch%2DSite"}) {
            assertThat(open.api().call("POST", path + "?" + name + "=none", null, evil).statusCode()).isEqualTo(403);
        }
        assertThat(open.api().call("GET", "/api/destinations?Sec-Fetch-Site=cross-site", null).statusCode())
                .isEqualTo(200);
        String password = java.net.URLEncoder.encode(ADMIN, StandardCharsets.UTF_8);
        assertThat(closed.api().call("GET", "/api/destinations?Authorization=" + password, null).statusCode())
                .isEqualTo(401);
        for (String webhook : new String[] {"/webhooks/revenuecat", "/webhooks/revenuecat/"}) {
            assertThat(closed.api().call("POST", webhook + "?Authorization=agreed", webhook(Hooks.customer()),
                    "Content-Type", "application/json").statusCode()).as(webhook).isEqualTo(401);
        }
    }

    @Test
    void aFieldOfAFormIsNoHeader() {
        byte[] form = "Sec-Fetch-Site=none&Origin=&id=none&destination=none".getBytes(StandardCharsets.UTF_8);
        byte[] parts = ("--b\r\nContent-Disposition: form-data; name=\"Sec-Fetch-Site\"\r\n\r\nnone\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"id\"\r\n\r\nnone\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nx\r\n--b--\r\n")
                .getBytes(StandardCharsets.UTF_8);
        String customer = Hooks.customer();
        open.api().accept(Hooks.renewal(customer, 1));
        String path = "/api/events/" + Hooks.id(customer, 1) + "/retry";
        Map.of("application/x-www-form-urlencoded", form, "multipart/form-data; boundary=b", parts)
                .forEach((type, body) -> {
                    assertThat(open.api().call("POST", path, body, "Content-Type", type, "Sec-Fetch-Site",
                            "cross-site").statusCode()).as(type).isEqualTo(403);
                    assertThat(open.api().call("POST", path, body, "Content-Type", type).statusCode()).as(type)
                            .isEqualTo(200);
                });
        assertThat(Files.exists(Path.of("file-uploads"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"?id=x", "?id=x&id=y", "?name=a", "?CamelHttpUri=x&ID=z"})
    void aParameterDoesNotTouchThePath(String query) {
        String customer = Hooks.customer();
        open.api().accept(Hooks.renewal(customer, 1));
        JsonNode found = open.api().get("/api/customers/" + customer + query);
        assertThat(found.path("app_user_id").asText()).isEqualTo(customer);
        assertThat(Api.json(open.api().call("GET", "/api/customers/" + customer, null, "id", "x").body())
                .path("app_user_id").asText()).isEqualTo(customer);
    }

    /** What is misspelt there would be done otherwise than it is meant, or for real. */
    @Test
    void aParameterThatIsUnknownIsRefusedWhereSomethingIsDone() {
        HttpResponse<String> answer =
                open.api().call("POST", "/api/destinations/segment/backfill?dry_run=true&since=2026-01-31", null);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Api.json(answer.body()).path("error").asText()).isEqualTo("there is no parameter dry_run");
    }

    @Test
    void parametersOfTheApiStillCount() {
        for (int i = 0; i < 3; i++) {
            open.api().accept(Hooks.renewal(Hooks.customer(), 1));
        }
        assertThat(open.api().get("/api/events?limit=2")).hasSize(2);
    }

    /** Neither sends the body that it promises. */
    @Test
    void whoMayNotComeInIsToldSoByTheHead() {
        for (String path : new String[] {"/webhooks/revenuecat", "/webhooks/revenuecat/", "/api/preview"}) {
            for (String body : new String[] {"Content-Length: 1000000", "Transfer-Encoding: chunked",
                    "Content-Length: 1000000\r\nExpect: 100-continue"}) {
                try (RawClient client = client(closed)) {
                    client.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + body
                            + "\r\n\r\n");
                    assertThat(client.answer()).contains(" 401 ");
                }
            }
        }
        assertThat(closed.api().metrics()).containsPattern("webhooks_rejected_total\\{[^}]*unauthorized[^}]*} [1-9]");
    }

    @Test
    void aBodyThatIsExpectedIsAskedFor() {
        byte[] body = webhook(Hooks.customer());
        try (RawClient client = client(open)) {
            client.send("POST /webhooks/revenuecat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + body.length + "\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.answer()).contains(" 100 ");
            client.send(body);
            client.answer();
            assertThat(client.answer()).contains(" 200 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"basic ", "BASIC ", "Basic  "})
    void theSchemeMayBeInAnyCase(String scheme) {
        assertThat(closed.api().call("GET", "/api/destinations", null, "Authorization",
                scheme + ADMIN.substring(6)).statusCode()).isEqualTo(200);
    }

    @Test
    void withoutAPasswordForeignNamesAreRefusedAtEachPort() {
        for (int port : new int[] {open.api().port(), open.api().managementPort()}) {
            String path = port == open.api().port() ? "/webhooks/revenuecat" : "/observe/health";
            try (RawClient client = new RawClient(port)) {
                client.send("GET " + path + " HTTP/1.1\r\nHost: rebound.example:" + port + "\r\n\r\n");
                assertThat(client.answer()).contains(" 403 ");
            }
        }
        try (RawClient client = client(closed)) {
            client.send("GET /webhooks/revenuecat HTTP/1.1\r\nHost: relay.example\r\nAuthorization: agreed\r\n\r\n");
            assertThat(client.answer()).contains(" 405 ");
        }
    }

    @Test
    void healthHasTheEntriesThatOperatorsReadOf() throws IOException {
        String page = Files.readString(Path.of("docs/troubleshooting.md"));
        List<String> entries = Api.json(open.api().health().body()).findValuesAsText("name");
        assertThat(entries).contains("database", "webhook-port", "destinations", "route:receive");
        assertThat(entries).allSatisfy(entry -> assertThat(page).contains("`" + entry.replaceFirst(":.*", ":…") + "`"));
    }

    /** Of those that were there before, none had said anything. */
    @Test
    void moreConnectionsThanMayBeLeaveRoomForANewOne() {
        List<RawClient> silent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            silent.add(client(closed));
        }
        assertThat(closed.api().call("GET", "/api/destinations", null, "Authorization", ADMIN).statusCode())
                .isEqualTo(200);
        assertThat(closed.api().health().statusCode()).isEqualTo(200);
        silent.get(0).awaitEnd();
        silent.forEach(RawClient::close);
    }

    @Test
    void aHeadThatDoesNotEndIsCutOff() {
        try (RawClient slow = client(open); RawClient silent = client(open)) {
            slow.send("POST /webhooks/revenuecat HTTP/1.1\r\nHost: x\r\n");
            long from = System.nanoTime();
            while (slow.send("a") && System.nanoTime() - from < 40_000_000_000L) {
                java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
            }
            assertThat(slow.send("a")).as("it is still listened to").isFalse();
            silent.awaitEnd();
        }
    }

    @Test
    void aBodyThatDoesNotEndIsCutOff() {
        try (RawClient slow = client(open)) {
            slow.send("POST /webhooks/revenuecat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 1000\r\n\r\n{");
            slow.awaitEnd();
        }
    }

    private static RawClient client(Relay relay) {
        return new RawClient(relay.api().port());
    }

    private static byte[] webhook(String customer) {
        return Hooks.renewal(customer, 1).toString().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aWrongPasswordIsAnsweredAsBefore() {
        HttpResponse<String> answer =
                closed.api().call("GET", "/api/destinations", null, "Authorization", "Basic eA==");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate"))
                .contains("Basic realm=\"Subrelay\", charset=\"UTF-8\"");
        assertThat(Api.json(answer.body()).path("error").asText()).isNotBlank();
    }
}
