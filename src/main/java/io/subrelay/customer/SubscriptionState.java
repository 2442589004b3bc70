package io.subrelay.customer;

import java.util.Collection;
import java.util.List;

/**
 * One subscription, or one purchase that is none, as its events leave it. Times are milliseconds since the epoch;
 * what is not a primitive may be null where no event told it.
 *
 * @param key                  what tells the customer's subscriptions apart: {@code original_transaction_id}, else
 *                             {@code store/product}
 * @param store                as in the webhook
 * @param product              as in the webhook; a product change alone does not change it, the purchase after it does
 * @param environment          {@code SANDBOX} or {@code PRODUCTION}
 * @param period               {@code period_type}
 * @param status               null where no event gave it one, as for a purchase that is no subscription
 * @param purchasedAt          the newest purchase or renewal
 * @param expiresAt            null for what does not expire
 * @param graceExpiresAt       while in a grace period
 * @param autoResumeAt         while paused
 * @param cancelReason         until the next purchase, renewal or uncancellation
 * @param expirationReason     until the next purchase, renewal or uncancellation
 * @param entitlements         those that it gives while it gives access; never null
 * @param isSubscription       false for a purchase that is none
 * @param newestEventAt        its newest event
 * @param newestKnown          the newest event of a type that is known to be about a subscription; null if none
 * @param temporary            the newest temporary grant, if nothing came after it
 * @param ended                whether an event ended access, whatever the times say
 */
record SubscriptionState(
        String key, String store, String product, String environment, String period, Status status,
        Long purchasedAt, Long expiresAt, Long graceExpiresAt, Long autoResumeAt,
        String cancelReason, String expirationReason, List<String> entitlements, boolean isSubscription,
        long newestEventAt, EventKey newestKnown, Fact temporary, boolean ended) {

    /** Whether the subscription is known by more than events whose meaning is not. */
    boolean isKnown() {
        return newestKnown != null;
    }

    /** Whether it gives access at that time, in milliseconds since the epoch. */
    boolean givesAccessAt(long ms) {
        if (!isKnown() || ended) {
            return false;
        }
        return expiresAt == null || expiresAt > ms || graceExpiresAt != null && graceExpiresAt > ms;
    }

    /** Adds the entitlements that it gives at that time, in milliseconds since the epoch. */
    void addEntitlementsAt(long ms, Collection<String> active) {
        if (givesAccessAt(ms)) {
            active.addAll(entitlements);
        }
        if (temporary != null && temporary.value(Field.ENTITLEMENTS) instanceof List<?> given) {
            Long end = temporary.number(Field.EXPIRES);
            if (end == null || end > ms) {
                given.forEach(entitlement -> active.add((String) entitlement));
            }
        }
    }
}
