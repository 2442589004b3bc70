package io.subrelay.http;

import io.subrelay.webhook.LocalHostNames;
import io.subrelay.webhook.Rejected;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Lets in only webhooks that carry the agreed {@code Authorization} value. */
final class WebhookAuthorization {

    private final byte[] expected;
    private final LocalHostNames names;

    /**
     * @param expected the exact value; blank lets every webhook in
     * @param names    the names by which this is called where nothing else is asked for; null where something is
     */
    WebhookAuthorization(String expected, LocalHostNames names) {
        this.expected = expected.getBytes(StandardCharsets.UTF_8);
        this.names = names;
    }

    /**
     * @throws Rejected with status 401 if the value is another, and the time it takes does not tell how much matched;
     *                  with 403 if none is agreed on and the call is by a name that is not this machine's
     */
    void check(String authorization, String host) {
        byte[] actual = authorization == null ? new byte[0] : authorization.getBytes(StandardCharsets.UTF_8);
        if (expected.length > 0 && !MessageDigest.isEqual(expected, actual)) {
            throw new Rejected(401, "unauthorized", "the Authorization header is missing or not the agreed one");
        }
        if (expected.length == 0 && names != null && !names.include(host)) {
            throw new Rejected(403, "other name", "without webhook.authorization this is for http://localhost only");
        }
    }
}
