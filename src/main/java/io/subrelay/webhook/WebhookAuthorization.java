package io.subrelay.webhook;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.apache.camel.Header;

/** Lets in only webhooks that carry the agreed {@code Authorization} value. */
public final class WebhookAuthorization {

    private final byte[] expected;

    /** @param expected the exact value; blank lets every webhook in */
    public WebhookAuthorization(String expected) {
        this.expected = expected.getBytes(StandardCharsets.UTF_8);
    }

    /** @throws Rejected with status 401 if the value is another; the time it takes does not tell how much matched */
    public void check(@Header("Authorization") String authorization) {
        byte[] actual = authorization == null ? new byte[0] : authorization.getBytes(StandardCharsets.UTF_8);
        if (expected.length > 0 && !MessageDigest.isEqual(expected, actual)) {
            throw new Rejected(401, "unauthorized", "the Authorization header is missing or not the agreed one");
        }
    }
}
