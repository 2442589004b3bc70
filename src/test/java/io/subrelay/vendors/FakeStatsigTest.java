package io.subrelay.vendors;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FakeStatsigTest {

    private static final String WEBHOOK = """
            {"api_version":"1.0","event":{"type":"RENEWAL","id":"e1","app_user_id":"u1","environment":"SANDBOX"}}""";

    private final FakeStatsig statsig = new FakeStatsig(0);

    @BeforeEach
    void start() {
        statsig.start();
        statsig.keys("secret-1");
    }

    @AfterEach
    void stop() {
        statsig.close();
    }

    @Test
    void takesInTheEventWithEitherHeaderAndDoesNotDeduplicate() {
        assertThat(post(WEBHOOK, "statsig-api-key", "secret-1")).isEqualTo(200);
        assertThat(post(WEBHOOK, "Authorization", "Bearer secret-1")).isEqualTo(200);
        assertThat(post(WEBHOOK, "Authorization", "Bearer secret-1", "statsig-api-key", "secret-1")).isEqualTo(200);
        assertThat(statsig.items("u1")).hasSize(3);
        assertThat(statsig.duplicates()).hasSize(2);
        assertThat(statsig.accepted().get(0).text()).isEqualTo(WEBHOOK);
    }

    @Test
    void letsInOnlyTheRightKey() {
        assertThat(post(WEBHOOK)).isEqualTo(401);
        assertThat(post(WEBHOOK, "statsig-api-key", "wrong")).isEqualTo(401);
        assertThat(post(WEBHOOK, "Authorization", "secret-1")).isEqualTo(401);
        assertThat(post(WEBHOOK, "Authorization", "Bearer wrong", "statsig-api-key", "secret-1")).isEqualTo(401);
        assertThat(statsig.refused()).hasSize(4);
    }

    @Test
    void refusesWhatIsNoEvent() {
        assertThat(post("{", "statsig-api-key", "secret-1")).isEqualTo(400);
        assertThat(post("{\"event\":[]}", "statsig-api-key", "secret-1")).isEqualTo(400);
        assertThat(post("{\"event\":{\"id\":\"e1\"}}", "statsig-api-key", "secret-1")).isEqualTo(400);
        assertThat(post("{\"event\":{\"type\":\"RENEWAL\",\"id\":1}}", "statsig-api-key", "secret-1")).isEqualTo(400);
        assertThat(Sender.send("POST", statsig.url() + "/v1/webhooks/revenuecat_webhook", WEBHOOK, "Content-Type",
                "text/plain", "statsig-api-key", "secret-1").statusCode()).isEqualTo(400);
        assertThat(statsig.accepted()).isEmpty();
    }

    @Test
    void dropsSandboxEventsIfTold() {
        statsig.ingestSandbox(false);
        assertThat(post(WEBHOOK, "statsig-api-key", "secret-1")).isEqualTo(200);
        assertThat(statsig.dropped()).extracting(FakeVendor.Rejection::reason).containsExactly("sandbox");
        assertThat(statsig.items()).isEmpty();
    }

    @Test
    void knowsATransferByWhoGetsIt() {
        post("{\"event\":{\"type\":\"TRANSFER\",\"id\":\"e2\",\"transferred_to\":[\"u2\"]}}",
                "statsig-api-key", "secret-1");
        assertThat(statsig.items("u2")).hasSize(1);
    }

    @Test
    void listensWhereItIsTold() {
        statsig.path("/hook");
        assertThat(post(WEBHOOK, "statsig-api-key", "secret-1")).isEqualTo(404);
        assertThat(Sender.json("POST", statsig.url() + "/hook", WEBHOOK, "statsig-api-key", "secret-1").statusCode())
                .isEqualTo(200);
        assertThat(Sender.json("PUT", statsig.url() + "/hook", WEBHOOK).statusCode()).isEqualTo(405);
    }

    private int post(String body, String... headers) {
        return Sender.json("POST", statsig.url() + "/v1/webhooks/revenuecat_webhook", body, headers).statusCode();
    }
}
