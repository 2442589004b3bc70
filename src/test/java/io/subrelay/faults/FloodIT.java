package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.harness.Hooks;
import io.subrelay.harness.RawClient;
import io.subrelay.harness.RelayProcess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Many who send much and never end. Together it is more than the heap, as with 250 connections and 320 MB, which had
 * killed a runner for good.
 */
class FloodIT {

    @Test
    void withoutCredentialsTakesNothingFromOthers() {
        try (RelayProcess relay = RelayProcess.start(Map.of("webhook.authorization", "agreed"), "-Xmx96m")) {
            List<RawClient> flood = flood(relay, 300);
            for (int n = 1; n <= 5; n++) {
                assertThat(relay.api().post(Hooks.renewal(Hooks.customer(), n), "Authorization", "agreed").statusCode())
                        .isEqualTo(200);
            }
            assertThat(relay.api().health().statusCode()).isEqualTo(200);
            flood.forEach(RawClient::close);
            assertThat(relay.log()).doesNotContain("OutOfMemoryError");
        }
    }

    @Test
    void whereNoneAreAskedForIsOverOnceTheyAreCutOff() {
        try (RelayProcess relay = RelayProcess.start(Map.of("server.body-timeout", "3s"), "-Xmx96m")) {
            List<RawClient> flood = flood(relay, 150);
            await().until(
                    () -> relay.api().post(Hooks.renewal(Hooks.customer(), 1)).statusCode() == 200);
            flood.forEach(RawClient::awaitEnd);
            assertThat(relay.api().post(Hooks.renewal(Hooks.customer(), 1)).statusCode()).isEqualTo(200);
            assertThat(relay.api().health().statusCode()).isEqualTo(200);
            assertThat(relay.log()).doesNotContain("OutOfMemoryError");
        }
    }

    /** Each sends a head and most of the largest body that may be, and then nothing. */
    private static List<RawClient> flood(RelayProcess relay, int many) {
        byte[] body = new byte[1_000_000];
        Arrays.fill(body, (byte) ' ');
        List<RawClient> flood = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            RawClient client = new RawClient(relay.api().port());
            client.send("POST /webhooks/revenuecat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 1048576\r\n\r\n");
            client.send(body);
            flood.add(client);
        }
        return flood;
    }
}
