package io.subrelay.vendors;

import java.time.Duration;
import java.util.Map;

/**
 * A way in which a vendor misbehaves; see {@link FakeVendor#next}, {@link FakeVendor#always} and
 * {@link FakeVendor#when}.
 *
 * @param takesIn whether the vendor takes the request in all the same, so that only the answer is lost
 */
public record Fault(Way way, int status, Map<String, String> headers, String body, Duration delay, boolean takesIn) {

    enum Way { ANSWER, HANG, RESET, SLOW, TRUNCATED }

    private static final String HTML = "<!DOCTYPE html><html><head><title>Error</title></head><body>Oops</body></html>";

    public static Fault answer(int status) {
        return answer(status, Map.of(), "");
    }

    public static Fault answer(int status, Map<String, String> headers, String body) {
        return new Fault(Way.ANSWER, status, Map.copyOf(headers), body, Duration.ZERO, false);
    }

    /** 429 with {@code Retry-After}. */
    public static Fault tooMany(int retryAfterSeconds) {
        return answer(429, Map.of("Retry-After", Integer.toString(retryAfterSeconds)), "{}");
    }

    /** A page of a load balancer or a captive portal; with status 200 it looks like a success. */
    public static Fault html(int status) {
        return answer(status, Map.of("Content-Type", "text/html"), HTML);
    }

    public static Fault redirect(int status, String location) {
        return answer(status, Map.of("Location", location), "");
    }

    /** Takes the connection and the request and never answers, until the fault is cleared. */
    public static Fault hang() {
        return new Fault(Way.HANG, 0, Map.of(), "", Duration.ZERO, false);
    }

    /** Closes the connection without an answer. */
    public static Fault reset() {
        return new Fault(Way.RESET, 0, Map.of(), "", Duration.ZERO, false);
    }

    /** Begins to tell of a success, and closes the connection in the middle of it. */
    public static Fault truncated() {
        return new Fault(Way.TRUNCATED, 200, Map.of(), "{\"success\"", Duration.ZERO, false);
    }

    /** Answers as ever, but late. */
    public static Fault slow(Duration delay) {
        return new Fault(Way.SLOW, 0, Map.of(), "", delay, true);
    }

    /** The same fault after the vendor took the request in: a retry of it is a repetition. */
    public Fault afterTakingIn() {
        return new Fault(way, status, headers, body, delay, true);
    }
}
