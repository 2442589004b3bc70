package io.subrelay.console;

import io.subrelay.webhook.Rejected;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Pattern;
import org.apache.camel.Header;

/** Lets in only the administrator, by basic authentication. */
public final class AdminAccess {

    /** The names by which this machine is reached from itself, in front of the port. */
    private static final Pattern LOOPBACK = Pattern.compile(
            "(localhost|127(\\.\\d{1,3}){3}|\\[::1])\\.?(:\\d+)?", Pattern.CASE_INSENSITIVE);

    private final byte[] expected;
    private final String ownName;

    /**
     * Blank values let in everybody who calls from this machine.
     *
     * @param ownName the name or address at which the runner listens
     */
    public AdminAccess(String username, String password, String ownName) {
        this.ownName = ownName;
        expected = credentials(username, password).getBytes(StandardCharsets.UTF_8);
    }

    /** What the administrator sends; empty where both are blank. */
    static String credentials(String username, String password) {
        String both = username + ":" + password;
        return both.equals(":") ? ""
                : "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Without a password, a page of another site could have its own name lead to this machine and so read what is not
     * for it: the browser says by which name it calls.
     *
     * @throws Rejected with status 401 if the credentials are others, which the time it takes tells nothing of; with
     *     403 if none are needed and the call is by a name that is not this machine's
     */
    public void check(@Header("Authorization") String authorization, @Header("Host") String host) {
        if (expected.length == 0 && host != null && !LOOPBACK.matcher(host).matches()
                && !host.replaceFirst(":\\d+$", "").equalsIgnoreCase(ownName)) {
            throw new Rejected(403, "other name", "without admin.password this is for http://localhost only");
        }
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
