package io.subrelay.http;

import io.subrelay.webhook.LocalHostNames;
import io.subrelay.webhook.Rejected;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Lets in only requests that carry the agreed {@code Authorization} value. */
final class Authorization {

    private final byte[] expected;
    private final LocalHostNames names;
    private final String setting;
    private final String refusal;

    /**
     * @param expected the exact value; empty where none is agreed on
     * @param names    the names by which this may be called then; null for any
     * @param setting  the one that agrees on a value
     * @param refusal  what the sender of another value is told
     */
    Authorization(String expected, LocalHostNames names, String setting, String refusal) {
        this.expected = expected.getBytes(StandardCharsets.UTF_8);
        this.names = names;
        this.setting = setting;
        this.refusal = refusal;
    }

    /**
     * @throws Rejected with status 401 if the value is another, and the time it takes does not tell how much matched;
     *                  with 403 if none is agreed on and the call is by a name that is not this machine's
     */
    void check(String authorization, String host) {
        byte[] actual = authorization == null ? new byte[0] : authorization.getBytes(StandardCharsets.UTF_8);
        if (expected.length > 0 && !MessageDigest.isEqual(expected, actual)) {
            throw new Rejected(401, "unauthorized", refusal);
        }
        if (expected.length == 0 && names != null && !names.include(host)) {
            throw new Rejected(403, "other name", "without " + setting + " this is for http://localhost only");
        }
    }
}
