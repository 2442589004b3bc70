package io.subrelay.event;

/**
 * What an attempt to deliver came to, for one delivery.
 *
 * @param verdict      what it means
 * @param responseCode the HTTP status of the answer; 0 where there was none
 * @param reason       why it was skipped or failed; null where it was delivered
 * @param delayMs      in how many milliseconds the next attempt is due; 0 where there is none
 * @param askedMs      how long the answer asked to wait, milliseconds; 0 where it did not
 * @param request      the request as JSON where it was built and not sent; null otherwise
 */
public record Outcome(
        Verdict verdict, int responseCode, String reason, long delayMs, long askedMs, String request) {

    /** What an attempt's end means for its delivery. */
    public enum Verdict {
        DELIVERED, SKIPPED, PREVIEWED,
        /** It may work later. */
        RETRY,
        /** It might still work later, but has been retried for long enough: a dead letter. */
        GIVEN_UP,
        /** The destination rejects the key: the fault is the setting, not the event. */
        HOLD,
        /** It will never work: a dead letter. */
        REFUSED
    }

    public static Outcome delivered(int responseCode) {
        return ended(Verdict.DELIVERED, responseCode, null);
    }

    public static Outcome previewed(String request) {
        return new Outcome(Verdict.PREVIEWED, 0, null, 0, 0, request);
    }

    public static Outcome ended(Verdict verdict, int responseCode, String reason) {
        return new Outcome(verdict, responseCode, reason, 0, 0, null);
    }

    public static Outcome retry(int responseCode, String reason, long delayMs, long askedMs) {
        return new Outcome(Verdict.RETRY, responseCode, reason, delayMs, askedMs, null);
    }

    /** Whether the destination was asked: what the route decides on its own tells nothing of it. */
    public boolean isOfTheDestination() {
        return verdict == Verdict.DELIVERED || verdict == Verdict.HOLD || isTransient() || responseCode > 0;
    }

    /** Whether the destination failed rather than that it refused. */
    public boolean isTransient() {
        return verdict == Verdict.RETRY || verdict == Verdict.GIVEN_UP;
    }

    public boolean isFinal() {
        return verdict != Verdict.RETRY && verdict != Verdict.HOLD;
    }
}
