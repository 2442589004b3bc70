package io.subrelay.delivery;

import java.util.List;

/**
 * What became of one attempt to deliver.
 *
 * @param verdict      what it means
 * @param responseCode the HTTP status of the answer; 0 where there was none
 * @param reason       why it was skipped or failed; null where it was delivered
 * @param retryAfterMs how long the answer asked to wait, milliseconds; 0 where it did not
 * @param request      the request as JSON where it was built and not sent; null otherwise
 */
public record Outcome(Verdict verdict, int responseCode, String reason, long retryAfterMs, String request) {

    /** What an attempt's end means for its delivery. */
    public enum Verdict {
        DELIVERED, SKIPPED, PREVIEWED,
        /** It may work later. */
        RETRY,
        /** The destination does not let us in: the fault is the setting, not the event. */
        HOLD,
        /** It will never work: a dead letter. */
        REFUSED
    }

    static Outcome delivered(int responseCode) {
        return new Outcome(Verdict.DELIVERED, responseCode, null, 0, null);
    }

    static Outcome skipped(String reason) {
        return new Outcome(Verdict.SKIPPED, 0, reason, 0, null);
    }

    static Outcome previewed(String request) {
        return new Outcome(Verdict.PREVIEWED, 0, null, 0, request);
    }

    static Outcome failed(Verdict verdict, int responseCode, String reason, long retryAfterMs) {
        return new Outcome(verdict, responseCode, reason, retryAfterMs, null);
    }

    /** Whether the destination was asked: what the route decides on its own tells nothing of it. */
    boolean isOfTheDestination() {
        return verdict == Verdict.DELIVERED || verdict == Verdict.RETRY || verdict == Verdict.HOLD || responseCode > 0;
    }

    boolean isFinal() {
        return verdict != Verdict.RETRY && verdict != Verdict.HOLD;
    }

    /** Of a list's outcomes the one that tells most about the destination. */
    static Outcome decisive(List<Outcome> outcomes) {
        Outcome decisive = outcomes.get(0);
        for (Outcome outcome : outcomes) {
            if (!outcome.isFinal() || !decisive.isOfTheDestination()) {
                decisive = outcome;
            }
        }
        return decisive;
    }
}
