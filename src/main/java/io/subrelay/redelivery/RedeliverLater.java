package io.subrelay.redelivery;

import org.apache.camel.Exchange;

/** How an exchange fails that is to be redelivered: the policy has decided when. Its cause is the failure itself. */
public final class RedeliverLater extends RuntimeException {

    private final long delayMs;
    private final long askedMs;

    RedeliverLater(long delayMs, long askedMs, Throwable cause) {
        super("redelivered in " + delayMs + " ms", cause, false, false);
        this.delayMs = delayMs;
        this.askedMs = askedMs;
    }

    /** How an exchange is to be redelivered; null if it has not failed, or has failed for good. */
    public static RedeliverLater of(Exchange exchange) {
        return exchange.getException(RedeliverLater.class);
    }

    /** In how many milliseconds from now, 0 or more. */
    public long delayMs() {
        return delayMs;
    }

    /** How long the receiver asked to wait, by {@link Exchange#REDELIVERY_DELAY}, milliseconds; 0 if it did not. */
    public long askedMs() {
        return askedMs;
    }
}
