package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.RelayProcess;
import io.subrelay.vendors.RawVendor;
import io.subrelay.vendors.RawVendor.Answer;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers that are huge, broken or without end, met by a runner with little memory. */
class AnswerLimitsIT {

    private static final RawVendor VENDOR = new RawVendor();
    private static final RawVendor PROXY = new RawVendor();
    private static final Answer WELL = RawVendor.of("HTTP/1.1 200 OK\nContent-Length: 2\nConnection: close", "{}");
    private static final Answer WHO = RawVendor.of("HTTP/1.1 407 Who\nProxy-Authenticate: Basic realm=\"proxy\"\n"
            + "Content-Length: 0\nConnection: close", "");
    private static final String JOE = "Basic " + Base64.getEncoder().encodeToString("joe:secret".getBytes());
    private static final byte[] MEGABYTE = new byte[1 << 20];
    private static RelayProcess relay;
    private static Api api;

    @BeforeAll
    static void start() {
        PROXY.answers(out -> (PROXY.head().contains("Proxy-Authorization: " + JOE) ? WELL : WHO).write(out));
        relay = RelayProcess.start(Map.of("statsig.server-secret", "key", "statsig.url", VENDOR.url(),
                "segment.write-key", "key", "segment.url", "http://segment.invalid",
                "delivery.request-timeout", "2s", "delivery.redelivery-delay", "100ms",
                "delivery.maximum-redelivery-delay", "1s"), "-Xmx96m", "-Dhttp.proxyHost=127.0.0.1",
                "-Dhttp.proxyPort=" + PROXY.url().replaceFirst(".*:", ""), "-Dhttp.proxyUser=joe",
                "-Dhttp.proxyPassword=secret");
        api = relay.api();
    }

    @AfterAll
    static void stop() {
        relay.close();
        VENDOR.close();
        PROXY.close();
        assertThat(relay.log()).doesNotContain("OutOfMemoryError");
    }

    @ParameterizedTest
    @CsvSource({"400, dead", "200, delivered"})
    void theStatusOfAHugeOneCounts(int status, String state) {
        VENDOR.answers(RawVendor.of("HTTP/1.1 " + status + " Status\nContent-Length: 419430400", MEGABYTE, 400));
        JsonNode delivery = ended();
        assertThat(delivery.path("state").asText()).isEqualTo(state);
        assertThat(delivery.path("response_code").asInt()).isEqualTo(status);
        assertThat(delivery.path("attempts")).hasSize(1);
    }

    @Test
    void afterOneThatTricklesTheEventIsSentAgain() {
        for (Answer slow : new Answer[] {RawVendor.trickling("HTTP/1.1 200 OK\nA: ", "b"),
                RawVendor.trickling("", "HTTP/1.1 102 Processing\n\n")}) {
            VENDOR.answers(slow);
            int before = VENDOR.requests();
            String id = accept();
            await().until(() -> VENDOR.requests() > before);
            VENDOR.answers(WELL);
            JsonNode delivery = await().until(() -> api.delivery(id, "statsig"), AnswerLimitsIT::hasEnded);
            assertThat(delivery.path("state").asText()).isEqualTo("delivered");
            assertThat(delivery.path("attempts").get(0).path("answer").asText()).contains("2000 ms");
        }
    }

    @Test
    void aFalselyEncodedOneHoldsOrSaysWhenToComeAgain() {
        VENDOR.answers(RawVendor.of("HTTP/1.1 401 Status\nContent-Encoding: gzip\nContent-Length: 8", "no entry"));
        String id = accept();
        await().untilAsserted(() -> assertThat(api.destination("statsig").path("circuit").asText()).isEqualTo("held"));
        assertThat(api.delivery(id, "statsig").path("state").asText()).isEqualTo("retrying");
        VENDOR.answers(RawVendor.of(
                "HTTP/1.1 429 Status\nContent-Type: a; charset=klingon\nRetry-After: 3600", "later"));
        api.call("POST", "/api/destinations/statsig/retry");
        await().untilAsserted(() -> assertThat(api.delivery(id, "statsig").toString()).contains("later"));
        JsonNode delivery = api.delivery(id, "statsig");
        assertThat(delivery.path("next_attempt_at").asText()).as(delivery.toString())
                .isGreaterThan(java.time.Instant.now().plusSeconds(3000).toString());
    }

    @Test
    void aProxyIsSetAsForAnyJavaProgram() {
        VENDOR.answers(WELL);
        String id = accept();
        JsonNode delivery = await().until(() -> api.delivery(id, "segment"), AnswerLimitsIT::hasEnded);
        assertThat(delivery.path("state").asText()).isEqualTo("delivered");
        assertThat(PROXY.head()).contains("Authorization: Basic a2V5Og==", "Proxy-Authorization: " + JOE);
    }

    private static String accept() {
        String customer = Hooks.customer();
        api.accept(Hooks.renewal(customer, 1));
        return Hooks.id(customer, 1);
    }

    private static JsonNode ended() {
        String id = accept();
        return await().until(() -> api.delivery(id, "statsig"), AnswerLimitsIT::hasEnded);
    }

    private static boolean hasEnded(JsonNode delivery) {
        return Set.of("delivered", "dead", "skipped").contains(delivery.path("state").asText());
    }
}
