package io.subrelay.customer;

import static io.subrelay.customer.Fact.Category.CANCEL;
import static io.subrelay.customer.Fact.Category.CANCEL_BILLING;
import static io.subrelay.customer.Fact.Category.CHANGE;
import static io.subrelay.customer.Fact.Category.EXPIRE;
import static io.subrelay.customer.Fact.Category.EXTEND;
import static io.subrelay.customer.Fact.Category.GRACE;
import static io.subrelay.customer.Fact.Category.GRANT;
import static io.subrelay.customer.Fact.Category.NEUTRAL;
import static io.subrelay.customer.Fact.Category.ONE_TIME;
import static io.subrelay.customer.Fact.Category.PAUSE;
import static io.subrelay.customer.Fact.Category.REVERSE;
import static io.subrelay.customer.Fact.Category.STATED;
import static io.subrelay.customer.Fact.Category.TEMPORARY;
import static io.subrelay.customer.Fact.Category.UNCANCEL;
import static io.subrelay.customer.Fact.Category.UNKNOWN;

import io.subrelay.customer.Fact.Category;
import io.subrelay.customer.Fact.Strength;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Folds the facts of one subscription into its state. Only the newest fact of each category, and for each field the
 * newest that carries it, have a say, without those that are {@link EarlierPurchase about an earlier purchase}.
 */
final class SubscriptionFold {

    private static final String PROMOTIONAL = "PROMOTIONAL";
    private static final Category[] CATEGORIES = Category.values();
    private static final Strength[] WEAKER = {Strength.COMPLETING, Strength.TEMPORARY};

    private final String key;
    private final List<Fact> facts;
    private final Fact[] newest = new Fact[CATEGORIES.length];
    private final Fact[][] carriers = new Fact[Fact.STRENGTHS][Field.ALL.length];
    private final boolean subscription;
    private final boolean replaced;
    private final List<Fact> temporary = new ArrayList<>(0);

    private Status status;
    private boolean ended;
    /** Since when it goes on: reasons for an end that are older no longer matter. */
    private EventKey start;

    private SubscriptionFold(String key, List<Fact> facts, boolean replaced, Predicate<Fact> isOpen) {
        this.key = key;
        this.facts = facts;
        this.replaced = replaced;
        EarlierPurchase earlier = new EarlierPurchase(facts);
        for (Fact fact : facts) {
            if (earlier.isMeantBy(fact)) {
                continue;
            }
            if (fact.category() == TEMPORARY && isOpen.test(fact)) {
                temporary.add(fact);
            }
            newest[fact.category().ordinal()] = fact;
            if (fact.category() == REVERSE && fact.value(Field.EXPIRES) == null) {
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
        subscription = newest(ONE_TIME) == null || newest(GRANT) != null || newest(STATED) != null
                || newest(UNCANCEL) != null || newest(GRACE) != null || newest(PAUSE) != null;
    }

    /**
     * @param facts    at least one, in the order of their events
     * @param replaced whether another subscription has taken the place of this one
     * @param isOpen   tells which temporary grants still stand for a purchase
     */
    static SubscriptionState fold(String key, List<Fact> facts, boolean replaced, Predicate<Fact> isOpen) {
        SubscriptionFold fold = new SubscriptionFold(key, facts, replaced, isOpen);
        for (Fact fact : facts) {
            if (fold.newest(fact.category()) == fact) {
                fold.apply(fact);
            }
        }
        if (fold.status == null && fold.subscription) {
            fold.tellByFields();
        }
        return fold.state();
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
                if (!subscription) {
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
        Long end = newer(newest(GRACE), newest(STATED)).number(Field.GRACE);
        return end == null ? 0 : end;
    }

    /** First seen in the middle: an event that leaves the status as it is tells by its fields which it is. */
    private void tellByFields() {
        Fact told = newer(newer(newest(CHANGE), newest(EXTEND)), newest(NEUTRAL));
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
        if (!remains || !subscription) {
            return expired(fact);
        }
        // By the event alone, as its kind is: trial_cancelled or cancellation.
        return "TRIAL".equals(fact.text(Field.PERIOD)) ? Status.CANCELLED_TRIAL : Status.CANCELLED;
    }

    private Status expired(Fact fact) {
        return isPromotional(fact) ? Status.EXPIRED_PROMOTIONAL : Status.EXPIRED;
    }

    private boolean isPromotional(Fact fact) {
        return PROMOTIONAL.equals(own(fact, Field.PERIOD)) || PROMOTIONAL.equals(own(fact, Field.STORE));
    }

    private boolean isTrial(Fact fact) {
        return "TRIAL".equals(own(fact, Field.PERIOD));
    }

    private SubscriptionState state() {
        Fact known = null;
        for (Category category : CATEGORIES) {
            if (category != UNKNOWN) {
                Fact fact = newest(category);
                known = known == null || fact != null && fact.happened().isAfter(known.happened()) ? fact : known;
            }
        }
        Fact cancel = newer(newest(CANCEL), newest(CANCEL_BILLING));
        List<String> entitlements = known(Field.ENTITLEMENTS);
        Fact change = newest(CHANGE);
        Fact bought = newest(GRANT);
        if (replaced) {
            status = status == Status.PROMOTIONAL ? Status.EXPIRED_PROMOTIONAL : Status.EXPIRED;
        }
        return new SubscriptionState(
                key, known(Field.STORE), known(Field.PRODUCT),
                change != null && newer(change, bought) == change ? change.text(Field.NEW_PRODUCT) : null,
                known(Field.PERIOD), status, known(Field.PURCHASED), known(Field.EXPIRES),
                status != null && status.isGracePeriod() ? graceEnd() : null,
                status == Status.PAUSED ? since(newer(newest(PAUSE), newest(STATED)), Field.RESUME) : null,
                since(cancel, Field.REASON), since(newest(EXPIRE), Field.REASON),
                entitlements == null ? List.of() : entitlements, subscription,
                facts.get(facts.size() - 1).happened().at(), known, temporary, ended, replaced);
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
        return strength == Strength.COMPLETING ? subscription : newest(GRANT) == null && newest(ONE_TIME) == null;
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object value) {
        return (T) value;
    }
}
