package io.subrelay.http;

import io.subrelay.webhook.LocalHostNames;
import io.subrelay.webhook.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/** Lets in only the administrator, by basic authentication. */
final class AdminAccess {

    private static final Pattern SCHEME = Pattern.compile("^basic +", Pattern.CASE_INSENSITIVE);

    private final Authorization authorization;

    /**
     * Blank values let in everybody who calls from this machine.
     *
     * @param ownName the name or address at which the runner listens
     */
    AdminAccess(String username, String password, String ownName) {
        String both = username + ":" + password;
        String expected = both.equals(":") ? ""
                : "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
        authorization = new Authorization(expected, new LocalHostNames(ownName), "admin.password",
                "user name and password are needed");
    }

    /** @throws Rejected with status 401 or 403, see {@link Authorization#check} */
    void check(String value, String host) {
        authorization.check(inUsualCase(value), host);
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
