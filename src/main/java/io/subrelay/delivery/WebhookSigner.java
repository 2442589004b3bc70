package io.subrelay.delivery;

import io.subrelay.webhook.WebhookSignature;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.spec.SecretKeySpec;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Signs a webhook by Standard Webhooks 1.0.0: sets the headers {@code webhook-timestamp} (of this attempt) and
 * {@code webhook-signature}, HMAC-SHA256 of {@code <webhook-id>.<webhook-timestamp>.<body>}, one for each secret.
 */
public final class WebhookSigner {

    private List<SecretKeySpec> keys = List.of();

    /**
     * @param  secrets comma separated, several during a rotation, the new one first: each {@code whsec_} and base64
     * @throws IllegalArgumentException if one of them is not
     */
    public void setSecrets(String secrets) {
        List<SecretKeySpec> read = new ArrayList<>();
        for (String secret : secrets.isBlank() ? new String[0] : secrets.split(",")) {
            try {
                byte[] key = Base64.getDecoder().decode(secret.trim().replaceFirst("^whsec_", ""));
                read.add(new SecretKeySpec(key, "HmacSHA256"));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "a secret of a signed webhook is whsec_ and then the base64 of 24 to 64 random bytes", e);
            }
        }
        keys = List.copyOf(read);
    }

    /**
     * Signs the body, and makes it the very bytes that were signed; {@code webhook-id} is set already. The time is that
     * of the attempt, which in a preview is that of the acceptance: two previews are the same.
     */
    public void sign(Exchange exchange) {
        Message message = exchange.getMessage();
        byte[] body = message.getBody(String.class).getBytes(StandardCharsets.UTF_8);
        long seconds = exchange.getVariable("now_ms", Long.class) / 1000;
        String signed = message.getHeader("webhook-id", String.class) + "." + seconds + ".";
        List<String> signatures = new ArrayList<>();
        for (SecretKeySpec key : keys) {
            signatures.add("v1," + Base64.getEncoder().encodeToString(WebhookSignature.hmac(key, signed, body)));
        }
        message.setHeader("webhook-timestamp", String.valueOf(seconds));
        message.setHeader("webhook-signature", String.join(" ", signatures));
        message.setBody(body);
    }
}
