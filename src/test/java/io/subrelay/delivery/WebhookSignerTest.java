package io.subrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** The test vectors of Standard Webhooks, and one with a rotation and text beyond ASCII. */
class WebhookSignerTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static Exchange sign(String secrets, String id, long seconds, String body) {
        WebhookSigner signer = new WebhookSigner();
        signer.setSecrets(secrets);
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setVariable("now_ms", seconds * 1000 + 999);
        exchange.getMessage().setHeader("webhook-id", id);
        exchange.getMessage().setBody(body);
        signer.sign(exchange);
        assertThat(exchange.getMessage().getBody()).isEqualTo(body.getBytes(StandardCharsets.UTF_8));
        assertThat(exchange.getMessage().getHeader("webhook-timestamp")).isEqualTo(String.valueOf(seconds));
        return exchange;
    }

    @Test
    void the_vector_of_the_reference() {
        Exchange exchange = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}");
        assertThat(exchange.getMessage().getHeader("webhook-signature"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void one_signature_for_each_secret_of_a_rotation() {
        Exchange exchange = sign("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= , " + SECRET, "evt_1", 1767323045,
                "{\"type\":\"subscription.renewal\",\"timestamp\":\"2026-01-02T03:04:05.678Z\","
                        + "\"data\":{\"id\":\"evt_1\",\"price\":7.99,\"name\":\"Zo\u00eb\"}}");
        assertThat(exchange.getMessage().getHeader("webhook-signature")).isEqualTo(
                "v1,zWs3UM3VhXLCH83u9SiXyfwbyx9fHAYNaMBEYLnzKbI= v1,t3jx0i/3ctZODbmL3D/cF0JjXl+TeTPkJwxNRlwZSoA=");
    }

    @Test
    void a_secret_that_is_none_is_told_at_the_start_and_not_shown() {
        assertThatThrownBy(() -> new WebhookSigner().setSecrets("whsec_no-base64!"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("whsec_")
                .hasMessageNotContaining("no-base64");
    }
}
