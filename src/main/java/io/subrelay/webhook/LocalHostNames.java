package io.subrelay.webhook;

import java.util.regex.Pattern;

/**
 * The names by which a runner is called that anybody on its machine may call. A page of another site could have its own
 * name lead to this machine and so reach what is not for it: the browser says by which name it calls.
 */
public final class LocalHostNames {

    /** The names by which this machine is reached from itself, in front of the port. */
    private static final Pattern LOOPBACK = Pattern.compile(
            "(localhost|127(\\.\\d{1,3}){3}|\\[::1])\\.?(:\\d+)?", Pattern.CASE_INSENSITIVE);

    private final String own;

    /** @param own the name or address at which the runner listens */
    public LocalHostNames(String own) {
        this.own = own;
    }

    /** @param host the {@code Host} header; null from a script that says none */
    public boolean include(String host) {
        return host == null || LOOPBACK.matcher(host).matches()
                || host.replaceFirst(":\\d+$", "").equalsIgnoreCase(own);
    }
}
