package io.subrelay.http;

import io.subrelay.webhook.LocalHostNames;
import io.subrelay.webhook.Rejected;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Pattern;

/** Lets in only the administrator, by basic authentication. */
final class AdminAccess {

    private static final Pattern SCHEME = Pattern.compile("^basic +", Pattern.CASE_INSENSITIVE);

    private final byte[] expected;
    private final LocalHostNames names;

    /**
     * Blank values let in everybody who calls from this machine.
     *
     * @param ownName the name or address at which the runner listens
     */
    AdminAccess(String username, String password, String ownName) {
        names = new LocalHostNames(ownName);
        expected = credentials(username, password).getBytes(StandardCharsets.UTF_8);
    }

    /** What the administrator sends; empty where both are blank. */
    static String credentials(String username, String password) {
        String both = username + ":" + password;
        return both.equals(":") ? ""
                : "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * @throws Rejected with status 401 if the credentials are others, which the time it takes tells nothing of; with
     *     403 if none are needed and the call is by a name that is not this machine's
     */
    void check(String authorization, String host) {
        if (expected.length == 0 && !names.include(host)) {
            throw new Rejected(403, "other name", "without admin.password this is for http://localhost only");
        }
        byte[] actual = inUsualCase(authorization).getBytes(StandardCharsets.UTF_8);
        if (expected.length > 0 && !MessageDigest.isEqual(expected, actual)) {
            throw new Rejected(401, "unauthorized", "user name and password are needed");
        }
    }

    /** The name of the scheme may be in any case (RFC 9110, 11.1), with any number of blanks behind it. */
    private static String inUsualCase(String authorization) {
        return authorization == null ? "" : SCHEME.matcher(authorization).replaceFirst("Basic ");
    }

    /**
     * Keeps other sites out: a browser that has been let in once would let in the request that another site's page
     * makes as well. Scripts are none: they send neither header.
     *
     * @throws Rejected with status 403 if a page of another site makes the request
     */
    void checkSite(String site, String origin, String host) {
        boolean other = site != null ? !site.equals("same-origin") && !site.equals("none")
                : origin != null && !origin.substring(origin.indexOf("://") + 1).equals("//" + host);
        if (other) {
            throw new Rejected(403, "other site", "a page of another site may not ask for this");
        }
    }
}
