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
 * @param newProduct           what it will be from its next renewal on
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
 * @param newestKnown          the newest fact of a type that is known to be about a subscription; null if none
 * @param temporary            the temporary grants that still stand for a purchase
 * @param ended                whether an event ended access, whatever the times say
 * @param replaced             whether another subscription has taken its place: it gives nothing, and never stands for
 *                             the customer
 */
record SubscriptionState(
        String key, String store, String product, String newProduct, String period, Status status,
        Long purchasedAt, Long expiresAt, Long graceExpiresAt, Long autoResumeAt,
        String cancelReason, String expirationReason, List<String> entitlements, boolean isSubscription,
        long newestEventAt, Fact newestKnown, List<Fact> temporary, boolean ended, boolean replaced) {

    /** Whether the subscription is known by more than events whose meaning is not. */
    boolean isKnown() {
        return newestKnown != null;
    }

    /** Whether it gives access at that time, in milliseconds since the epoch. */
    boolean givesAccessAt(long ms) {
        if (!isKnown() || ended || replaced) {
            return false;
        }
        return expiresAt == null || expiresAt > ms || graceExpiresAt != null && graceExpiresAt > ms;
    }

    /** Adds the entitlements that it gives at that time, in milliseconds since the epoch. */
    void addEntitlementsAt(long ms, Collection<String> active) {
        if (givesAccessAt(ms)) {
            active.addAll(entitlements);
        }
        for (Fact grant : temporary) {
            Long end = grant.number(Field.EXPIRES);
            if ((end == null || end > ms) && grant.value(Field.ENTITLEMENTS) instanceof List<?> given) {
                given.forEach(entitlement -> active.add((String) entitlement));
            }
        }
    }

    /** Whether its status can be the customer's. */
    boolean mayStand() {
        return isSubscription && status != null && !replaced;
    }

    /** By the newest event; of one moment, what gave access then goes before what did not. */
    static int compareStanding(SubscriptionState one, SubscriptionState other) {
        EventKey key = one.newestKnown.happened();
        EventKey otherKey = other.newestKnown.happened();
        if (key.at() == otherKey.at()) {
            int access = Boolean.compare(one.givesAccessAt(key.at()), other.givesAccessAt(key.at()));
            if (access != 0) {
                return access;
            }
        }
        return key.compareTo(otherKey);
    }
}
