package io.subrelay.console;

import io.subrelay.webhook.Rejected;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import org.apache.camel.Header;

/** Lets in only the administrator, by basic authentication. */
public final class AdminAccess {

    private final byte[] expected;

    /** Blank values let everybody in. */
    public AdminAccess(String username, String password) {
        expected = credentials(username, password).getBytes(StandardCharsets.UTF_8);
    }

    /** What the administrator sends; empty where both are blank. */
    static String credentials(String username, String password) {
        String both = username + ":" + password;
        return both.equals(":") ? ""
                : "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws Rejected with status 401 if the credentials are others; the time it takes tells nothing of them */
    public void check(@Header("Authorization") String authorization) {
        byte[] actual = authorization == null ? new byte[0] : authorization.getBytes(StandardCharsets.UTF_8);
        if (expected.length > 0 && !MessageDigest.isEqual(expected, actual)) {
            throw new Rejected(401, "unauthorized", "user name and password are needed");
        }
    }

    /**
     * Keeps other sites out: a browser that has been let in once would let in the request that another site's page makes
     * as well. Scripts are none: they send neither header.
     *
     * @throws Rejected with status 403 if a page of another site makes the request
     */
    public void checkSite(@Header("Sec-Fetch-Site") String site, @Header("Origin") String origin,
            @Header("Host") String host) {
        boolean other = site != null ? !site.equals("same-origin") && !site.equals("none")
                : origin != null && !origin.substring(origin.indexOf("://") + 1).equals("//" + host);
        if (other) {
            throw new Rejected(403, "other site", "a page of another site may not ask for this");
        }
    }
}
