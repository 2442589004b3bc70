package io.subrelay.customer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.customer.Fact.Category;
import io.subrelay.customer.Fact.Strength;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * One subscription or one-time purchase, as its events leave it. Only the newest fact of each category, and
 * for each field the newest that carries it, have a say, without those that are {@link EarlierPurchase about an earlier
 * purchase}. Times are milliseconds since the epoch; what is not a primitive is null where no event told it.
 */
final class SubscriptionState {

    private static final Category[] CATEGORIES = Category.values();
    private static final Strength[] WEAKER = {Strength.COMPLETING, Strength.TEMPORARY};

    final String key;
    /** False for a one-time purchase. */
    final boolean isSubscription;
    /** Whether another subscription has taken its place: it gives nothing, and never stands for the customer. */
    final boolean replaced;
    /** The temporary grants that still stand for a purchase. */
    final List<Fact> temporary = new ArrayList<>(0);
    /** The newest fact of a type that is known to be about a subscription; null if there is none. */
    final Fact newestKnown;
    /** As in the webhook; a product change alone does not change it, the purchase after it does. */
    final String product;
    /** Of the newest purchase or renewal. */
    final Long purchasedAt;
    /** Null for what does not expire. */
    final Long expiresAt;
    private final long newestEventAt;
    private final Fact[] newest = new Fact[CATEGORIES.length];
    private final Fact[][] carriers = new Fact[Fact.STRENGTHS][Field.ALL.length];
    private Status status;
    private boolean ended;
    /** Since when it goes on: reasons for an end that are older no longer matter. */
    private EventKey start;

    /**
     * @param key      what tells the customer's subscriptions apart: {@link Fact#subscriptionKey}
     * @param facts    at least one, in the order of their events
     * @param replaced whether another subscription has taken the place of this one
     * @param isOpen   tells which temporary grants still stand for a purchase
     */
    SubscriptionState(String key, List<Fact> facts, boolean replaced, Predicate<Fact> isOpen) {
        this.key = key;
        this.replaced = replaced;
        EarlierPurchase earlier = new EarlierPurchase(facts);
        for (Fact fact : facts) {
            if (!earlier.isMeantBy(fact)) {
                take(fact, isOpen);
            }
        }
        isSubscription = newest(Category.ONE_TIME) == null || newest(Category.GRANT) != null
                || newest(Category.STATED) != null || newest(Category.UNCANCEL) != null
                || newest(Category.GRACE) != null || newest(Category.PAUSE) != null;
        for (Fact fact : facts) {
            if (newest(fact.category()) == fact) {
                apply(fact);
            }
        }
        if (status == null && isSubscription) {
            tellByFields();
        }
        if (replaced) {
            status = status == Status.PROMOTIONAL ? Status.EXPIRED_PROMOTIONAL : Status.EXPIRED;
        }
        Fact known = null;
        for (Category category : CATEGORIES) {
            Fact fact = category == Category.UNKNOWN ? null : newest(category);
            known = known == null || fact != null && fact.happened().isAfter(known.happened()) ? fact : known;
        }
        newestKnown = known;
        newestEventAt = facts.get(facts.size() - 1).happened().at();
        product = known(Field.PRODUCT);
        purchasedAt = known(Field.PURCHASED);
        expiresAt = known(Field.EXPIRES);
    }

    private void take(Fact fact, Predicate<Fact> isOpen) {
        if (fact.category() == Category.TEMPORARY && isOpen.test(fact)) {
            temporary.add(fact);
        }
        newest[fact.category().ordinal()] = fact;
        if (fact.category() == Category.REVERSE && fact.value(Field.EXPIRES) == null) {
            // The end that the refund told does not hold any more; that of the purchase does.
            carriers[Strength.ENDING.ordinal()][Field.EXPIRES.ordinal()] = null;
        }
        Fact[] carrier = carriers[fact.strength().ordinal()];
        for (Field field : Field.ALL) {
            if ((fact.carried() & field.bit()) != 0) {
                carrier[field.ordinal()] = fact;
            }
        }
    }

    private void apply(Fact fact) {
        switch (fact.category()) {
            case GRANT, UNCANCEL -> {
                set(granted(fact));
                start = fact.key();
            }
            case STATED -> applyStated(fact);
            case GRACE -> set(isTrial(fact) ? Status.GRACE_PERIOD_TRIAL : Status.GRACE_PERIOD);
            case CANCEL -> set(cancelled(fact));
            case CANCEL_BILLING -> {
                if (status == null || !status.isGracePeriod() || graceEnd() <= fact.key().at()) {
                    set(cancelled(fact));
                }
            }
            case PAUSE -> status = Status.PAUSED;
            case EXPIRE -> {
                set("SUBSCRIPTION_PAUSED".equals(fact.text(Field.REASON)) ? Status.PAUSED : expired(fact));
                ended = true;
            }
            case REVERSE -> {
                Long expires = own(fact, Field.EXPIRES);
                if (expires == null || fact.isAfterEvent(expires)) {
                    set(Status.ACTIVE);
                    start = fact.key();
                }
            }
            case ONE_TIME -> {
                if (!isSubscription) {
                    set(null);
                    start = fact.key();
                }
            }
            case TEMPORARY, CHANGE, EXTEND, NEUTRAL, UNKNOWN -> {}
        }
    }

    /** Reasons that were told for an end stay if it has ended, or is about to, since it was bought last. */
    private void applyStated(Fact fact) {
        set(ImportedFacts.status(fact));
        Long bought = fact.number(Field.PURCHASED);
        EventKey since = switch (status) {
            case TRIAL, INTRO, ACTIVE, PROMOTIONAL -> fact.key();
            default -> bought == null ? null : new EventKey(bought, FactType.RENEWAL.rank(), "");
        };
        start = since != null && since.isAfter(start) ? since : start;
    }

    private long graceEnd() {
        Long end = newer(newest(Category.GRACE), newest(Category.STATED)).number(Field.GRACE);
        return end == null ? 0 : end;
    }

    /** First seen in the middle: an event that leaves the status as it is tells by its fields which it is. */
    private void tellByFields() {
        Fact told = newer(newer(newest(Category.CHANGE), newest(Category.EXTEND)), newest(Category.NEUTRAL));
        if (!temporary.isEmpty()) {
            told = newer(told, temporary.get(temporary.size() - 1));
        }
        if (told != null) {
            Long expires = own(told, Field.EXPIRES);
            set(expires == null || told.isAfterEvent(expires) ? granted(told) : expired(told));
        }
    }

    private void set(Status next) {
        status = next;
        ended = next != null && next.isExpired();
    }

    private Status granted(Fact fact) {
        if (isPromotional(fact)) {
            return Status.PROMOTIONAL;
        }
        String period = own(fact, Field.PERIOD);
        if ("INTRO".equals(period)) {
            return Status.INTRO;
        }
        return "TRIAL".equals(period) ? Status.TRIAL : Status.ACTIVE;
    }

    private Status cancelled(Fact fact) {
        Long expires = own(fact, Field.EXPIRES);
        boolean remains = expires == null
                ? !"CUSTOMER_SUPPORT".equals(fact.text(Field.REASON)) && !isPromotional(fact)
                : fact.isAfterEvent(expires);
        if (!remains || !isSubscription) {
            return expired(fact);
        }
        // By the event alone, as its kind is: trial_cancelled or cancellation.
        return "TRIAL".equals(fact.text(Field.PERIOD)) ? Status.CANCELLED_TRIAL : Status.CANCELLED;
    }

    private Status expired(Fact fact) {
        return isPromotional(fact) ? Status.EXPIRED_PROMOTIONAL : Status.EXPIRED;
    }

    private boolean isPromotional(Fact fact) {
        return Fact.PROMOTIONAL.equals(own(fact, Field.PERIOD)) || Fact.PROMOTIONAL.equals(own(fact, Field.STORE));
    }

    private boolean isTrial(Fact fact) {
        return "TRIAL".equals(own(fact, Field.PERIOD));
    }

    /** Null where no event gave it one, as for a purchase that is no subscription. */
    Status status() {
        return status;
    }

    /** Whether an event ended access, whatever the times say. */
    boolean ended() {
        return ended;
    }

    /** The end of the grace period while in one, milliseconds since the epoch; else null. */
    Long graceExpiresAt() {
        return status != null && status.isGracePeriod() ? (Long) graceEnd() : null;
    }

    /** What it will be from its next renewal on; null if no event tells. */
    String newProduct() {
        Fact change = newest(Category.CHANGE);
        return change != null && newer(change, newest(Category.GRANT)) == change
                ? change.text(Field.NEW_PRODUCT) : null;
    }

    /** Those that it gives while it gives access. */
    private List<String> entitlements() {
        List<String> known = known(Field.ENTITLEMENTS);
        return known == null ? List.of() : known;
    }

    /** As the API shows it. What no event told is null. */
    ObjectNode toJson(Environment environment) {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.put("subscription_key", key);
        row.put("store", this.<String>known(Field.STORE));
        row.put("product_id", product);
        row.put("environment", environment.name());
        row.put("period_type", this.<String>known(Field.PERIOD));
        row.put("is_subscription", isSubscription);
        row.put("status", status == null ? null : status.text());
        row.put("purchased_at_ms", purchasedAt);
        row.put("expires_at_ms", expiresAt);
        row.put("grace_period_expires_at_ms", graceExpiresAt());
        row.put("auto_resume_at_ms", status != Status.PAUSED ? null
                : this.<Long>since(newer(newest(Category.PAUSE), newest(Category.STATED)), Field.RESUME));
        row.put("cancel_reason", this.<String>since(
                newer(newest(Category.CANCEL), newest(Category.CANCEL_BILLING)), Field.REASON));
        row.put("expiration_reason", this.<String>since(newest(Category.EXPIRE), Field.REASON));
        entitlements().forEach(row.putArray("entitlements")::add);
        row.put("newest_event_at_ms", newestEventAt);
        if (replaced) {
            row.put("replaced", true);
        }
        return row;
    }

    private Fact newest(Category category) {
        return newest[category.ordinal()];
    }

    private static Fact newer(Fact one, Fact other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.key().isAfter(other.key()) ? one : other;
    }

    /** The field of the fact, if it came after the start. */
    private <T> T since(Fact fact, Field field) {
        return fact == null || !fact.key().isAfter(start) ? null : cast(fact.value(field));
    }

    /** The field as the fact tells it, else as it is known of the subscription. */
    private <T> T own(Fact fact, Field field) {
        Object value = fact.value(field);
        return value == null ? known(field) : cast(value);
    }

    /** The field as the newest fact tells it, the stronger ones first; null if none does. */
    private <T> T known(Field field) {
        Fact told = newer(carrier(Strength.TOLD, field), carrier(Strength.ENDING, field));
        if (told != null) {
            return cast(told.value(field));
        }
        for (Strength weaker : WEAKER) {
            Fact carrier = carrier(weaker, field);
            if (carrier != null && (field != Field.EXPIRES || mayTellExpiry(weaker))) {
                return cast(carrier.value(field));
            }
        }
        return null;
    }

    private Fact carrier(Strength strength, Field field) {
        return carriers[strength.ordinal()][field.ordinal()];
    }

    /**
     * A purchase that names no expiry does not expire: neither the day that a temporary grant lasted nor an event of
     * some other meaning may give it one.
     */
    private boolean mayTellExpiry(Strength strength) {
        return strength == Strength.COMPLETING ? isSubscription
                : newest(Category.GRANT) == null && newest(Category.ONE_TIME) == null;
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object value) {
        return (T) value;
    }

    /** Whether the subscription is known by more than events whose meaning is not. */
    boolean isKnown() {
        return newestKnown != null;
    }

    /** Whether it gives access at that time, in milliseconds since the epoch. */
    boolean givesAccessAt(long ms) {
        if (!isKnown() || ended || replaced) {
            return false;
        }
        return expiresAt == null || expiresAt > ms || graceExpiresAt() != null && graceExpiresAt() > ms;
    }

    /** Adds the entitlements that it gives at that time, in milliseconds since the epoch. */
    void addEntitlementsAt(long ms, Collection<String> active) {
        if (givesAccessAt(ms)) {
            active.addAll(entitlements());
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
