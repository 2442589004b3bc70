package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.RawClient;
import io.subrelay.harness.Store;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets in: webhooks by their authorization and signature, people by user name and password. */
class AccessTest {

    private static final String AUTHORIZATION = "Bearer agreed";
    private static Relay relay;

    @BeforeAll
    static void start() {
        relay = Relay.start(Store.Kind.H2.create(), Map.of(
                "webhook.authorization", AUTHORIZATION, "webhook.signing-secret", "old secret, new-secret",
                "admin.username", "admin", "admin.password", "pass:word",
                "server.host", "0.0.0.0"));
    }

    @AfterAll
    static void stop() {
        relay.close();
    }

    @Test
    void takesAWebhookSignedWithEitherSecret() throws Exception {
        for (String secret : new String[] {"old secret", "new-secret"}) {
            byte[] body = body();
            assertThat(post(body, AUTHORIZATION, signed(body, secret, now())).statusCode()).isEqualTo(200);
        }
        byte[] body = body();
        String both = signed(body, "another", now()) + ",v1=" + signed(body, "new-secret", now()).split("v1=")[1];
        assertThat(post(body, AUTHORIZATION, both).statusCode()).isEqualTo(200);
    }

    @Test
    void refusesAnotherAuthorization() throws Exception {
        for (String wrong : new String[] {"", "agreed", "bearer agreed", "Bearer agreed ", "Bearer agreed2",
                "Bearer"}) {
            byte[] body = body();
            HttpResponse<String> answer =
                    post(body, wrong.isEmpty() ? null : wrong.equals("Bearer agreed ") ? "Bearer  agreed"
                            : wrong, signed(body, "new-secret", now()));
            assertUnauthorized(answer);
        }
    }

    @Test
    void refusesASignatureThatIsWrongOrOld() throws Exception {
        byte[] body = body();
        String right = signed(body, "new-secret", now());
        String hex = right.split("v1=")[1];
        for (String wrong : new String[] {null, "x", "t=", "t=1", "v1=" + hex, "t=" + now() + ",v1=",
                "t=" + now() + ",v1=zz", "t=" + now() + ",v1=" + hex.substring(2), "t,v1",
                "t=" + Long.MAX_VALUE + ",v1=" + hex,
                "t=" + (now() + 1) + ",v1=" + hex, right.replace("v1=", "v0="), signed(body, "another", now()),
                signed(body, "new-secret", now() - 301), signed(body, "new-secret", now() + 600),
                signed("another body".getBytes(StandardCharsets.UTF_8), "new-secret", now())}) {
            assertUnauthorized(post(body, AUTHORIZATION, wrong));
        }
        assertThat(post(body, AUTHORIZATION, right).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"GET,/api/destinations", "GET,/api/customers/x", "GET,/api/customers/x/history",
            "DELETE,/api/customers/x",
            "GET,/api/events/x", "GET,/api/previews", "POST,/api/events/x/redeliver",
            "POST,/api/destinations/segment/redeliver",
            "POST,/api/destinations/segment/backfill", "GET,/api/imports", "POST,/api/imports/x",
            "DELETE,/api/imports/x", "POST,/api/preview", "POST,/api/events/x/retry",
            "POST,/api/customers/x/retry", "POST,/api/destinations/segment/retry"})
    void letsOnlyTheAdministratorIn(String method, String path) {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        assertUnauthorized(relay.api().call(method, path, body, "Content-Type", "application/json"));
        assertUnauthorized(relay.api().call(method, path, body, "Content-Type", "application/json",
                "Authorization", "Basic " + base64("admin:pass")));
        assertThat(relay.api().call(method, path, body, "Content-Type", "application/json",
                "Authorization", "Basic " + base64("admin:pass:word")).statusCode()).isIn(200, 400, 404);
    }

    @Test
    void refusesWhateverIsNotTheAdministratorsPassword() {
        for (String wrong : new String[] {"Basic", "Basic " + base64("admin:"), "Basic " + base64("admin:pass"),
                "Basic " + base64("Admin:pass:word"), "Bearer " + base64("admin:pass:word"), AUTHORIZATION}) {
            assertUnauthorized(relay.api().call("GET", "/api/destinations", null, "Authorization", wrong));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"//api/destinations", "/api//destinations", "/api/./destinations", "/api/destinations/",
            "/API/destinations", "/x/../api/destinations", "/%61pi/destinations", "/api/destinations;x",
            "/api;x/destinations",
            "/webhooks", "/webhooks/revenuecat/x", "/a-route-of-somebodys-own", "/application.properties",
            "/data/subrelay.mv.db", "/routes/api.camel.yaml"})
    void doesNotLetAnybodyInByAnotherSpelling(String path) {
        HttpResponse<String> answer = relay.api().call("GET", path, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(answer.body()).doesNotContain("circuit");
    }

    /** Many at a time: whoever waits for each answer is slowed by that. */
    @Test
    void whoeverTriesManyPasswordsIsNotLookedAt() {
        List<RawClient> clients = Stream.generate(() -> new RawClient(relay.api().port())).limit(60).toList();
        clients.forEach(client -> client.send("GET /api/destinations HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Basic " + base64("admin:guessed") + "\r\n\r\n"));
        assertThat(clients).extracting(client -> client.answer().split(" ")[1]).contains("401", "429");
        clients.forEach(RawClient::close);
        await().until(() -> relay.api().call("GET", "/api/destinations", null, "Authorization",
                "Basic " + base64("admin:pass:word")).statusCode() == 200);
    }

    private static void assertUnauthorized(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(Api.json(answer.body()).path("error").asText()).isNotBlank()
                .doesNotContain("agreed one is").doesNotContain("pass:word");
    }

    private static byte[] body() {
        return Hooks.renewal(Hooks.customer(), 1).toString().getBytes(StandardCharsets.UTF_8);
    }

    private static HttpResponse<String> post(byte[] body, String authorization, String signature) {
        java.util.List<String> headers = new java.util.ArrayList<>();
        if (authorization != null) {
            headers.addAll(java.util.List.of("Authorization", authorization));
        }
        if (signature != null) {
            headers.addAll(java.util.List.of("X-RevenueCat-Webhook-Signature", signature));
        }
        return relay.api().post(body, headers.toArray(String[]::new));
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }

    private static String signed(byte[] body, String secret, long at) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        mac.update((at + ".").getBytes(StandardCharsets.UTF_8));
        return "t=" + at + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
