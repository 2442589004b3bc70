package io.subrelay.customer;

import java.util.Locale;

/**
 * An event of a customer's that must have been missed.
 *
 * @param appUserId    one of the customer's ids
 * @param subscription see {@link Fact#subscriptionKey}
 * @param product      may be null
 * @param sinceMs      when it was due, or what came before it, milliseconds since the epoch
 */
public record Gap(
        String appUserId, Environment environment, String subscription, String product, Missed missed, long sinceMs) {

    /** What must have been missed. */
    public enum Missed {
        /** A {@code renewal_number} jumps. */
        RENEWAL,
        /** Access ran out over a day ago, and no event told what came then. */
        EXPIRATION,
        /** A renewal came more than a day after access had run out, which nothing told of. */
        END;

        /** As the API and the metrics have it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
