package io.subrelay.customer;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.event.Event;
import io.subrelay.event.Ids;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** What one event told about one subscription. Immutable. */
final class Fact implements Comparable<Fact> {

    /** What a fact does to the status; only the newest fact of each category has a say. Fixed by the fact alone. */
    enum Category {
        /** A purchase that is no subscription, and not promotional either. */
        ONE_TIME,
        /** A purchase or a renewal. */
        GRANT,
        /** How it stood then, whatever was told before: see {@link ImportedFacts}. */
        STATED,
        /** Goes on after all: grants as a purchase does, but buys nothing. */
        UNCANCEL,
        /** A billing issue with a grace period that has not ended yet. */
        GRACE,
        CANCEL,
        /** A cancellation because of a billing error: it does not undo a grace period. */
        CANCEL_BILLING,
        PAUSE,
        EXPIRE,
        /** A refund taken back, unless it says itself that all is over. */
        REVERSE,
        TEMPORARY,
        /** Will be another product; leaves the status as it is, as the next two. */
        CHANGE,
        EXTEND,
        /** About the subscription, but leaves its status as it is. */
        NEUTRAL,
        /** Of a type that is not known. */
        UNKNOWN
    }

    /**
     * How much a fact's fields count: a weaker one only completes what no stronger one tells. What tells of an end is
     * as strong as a purchase, but apart: it may be about an earlier purchase.
     */
    enum Strength { TOLD, ENDING, COMPLETING, TEMPORARY }

    static final int STRENGTHS = Strength.values().length;
    static final String PROMOTIONAL = "PROMOTIONAL";

    private final EventKey key;
    private final FactType type;
    private final Object[] values;
    private final int carried;
    private final Category category;

    /** @param values by the ordinal of {@link Field}, of its shape or null; not copied */
    Fact(EventKey key, FactType type, Object[] values) {
        this.key = key;
        this.type = type;
        this.values = values;
        int bits = 0;
        for (Field field : Field.ALL) {
            if (values[field.ordinal()] != null) {
                bits |= field.bit();
            }
        }
        this.carried = bits;
        this.category = categoryOf();
    }

    /** @param event one that tells of a subscription, which it has a {@link #subscriptionKey} of */
    static Fact of(Event event) {
        FactType type = FactType.of(event.type());
        JsonNode fields = event.event();
        if (type == FactType.RENEWAL && fields.path("is_trial_conversion").asBoolean()) {
            type = FactType.CONVERSION;
        }
        Object[] values = values(fields);
        if (type == FactType.CONVERSION && values[Field.PERIOD.ordinal()] == null) {
            // A converted trial that does not name its period is a trial no longer.
            values[Field.PERIOD.ordinal()] = "NORMAL";
        }
        switch (type) {
            case BILLING_ISSUE ->
                values[Field.GRACE.ordinal()] = Fields.number(fields, "grace_period_expiration_at_ms");
            case SUBSCRIPTION_PAUSED -> values[Field.RESUME.ordinal()] = Fields.number(fields, "auto_resume_at_ms");
            case CANCELLATION -> values[Field.REASON.ordinal()] = Fields.text(fields, "cancel_reason");
            case EXPIRATION -> values[Field.REASON.ordinal()] = Fields.text(fields, "expiration_reason");
            case RENEWAL, CONVERSION -> values[Field.RENEWAL.ordinal()] = renewalNumber(fields);
            case PRODUCT_CHANGE -> values[Field.NEW_PRODUCT.ordinal()] = Fields.text(fields, "new_product_id");
            default -> {}
        }
        return new Fact(EventKey.of(event), type, values);
    }

    /** What all that tells of a purchase may have, by the ordinal of {@link Field}. */
    static Object[] values(JsonNode fields) {
        Object[] values = new Object[Field.ALL.length];
        values[Field.STORE.ordinal()] = Fields.text(fields, "store");
        values[Field.APP.ordinal()] = Fields.text(fields, "app_id");
        values[Field.PRODUCT.ordinal()] = Fields.text(fields, "product_id");
        values[Field.TRANSACTION.ordinal()] = Fields.text(fields, "transaction_id");
        values[Field.PERIOD.ordinal()] = Fields.text(fields, "period_type");
        values[Field.PURCHASED.ordinal()] = Fields.number(fields, "purchased_at_ms");
        values[Field.EXPIRES.ordinal()] = Fields.number(fields, "expiration_at_ms");
        values[Field.ENTITLEMENTS.ordinal()] = entitlements(fields);
        return values;
    }

    /** What tells the subscriptions of a customer apart; null if the event tells of none. */
    static String subscriptionKey(Event event) {
        FactType type = FactType.of(event.type());
        if (type == FactType.TRANSFER || type == FactType.PURCHASE_REDEEMED) {
            return null;
        }
        JsonNode fields = event.event();
        String transaction = Fields.text(fields, "original_transaction_id");
        if (transaction != null) {
            return Ids.ofCustomer(transaction);
        }
        String product = Fields.text(fields, "product_id");
        return product == null ? null : keyOf(Fields.text(fields, "store"), product);
    }

    static String keyOf(String store, String product) {
        return Ids.ofCustomer((store == null ? "" : store) + "/" + product);
    }

    /** Whether the subscription's key was made up from its store and product, as no original transaction was named. */
    boolean isWithoutOriginal(String subscriptionKey) {
        String product = text(Field.PRODUCT);
        // Most keys are transactions: no need to make one up to tell.
        return product != null && (subscriptionKey.endsWith(product) || Ids.isHash(subscriptionKey))
                && subscriptionKey.equals(keyOf(text(Field.STORE), product));
    }

    private static String renewalNumber(JsonNode fields) {
        Long number = Fields.number(fields, "renewal_number");
        return number == null || number < 1 || number > 1_000_000 ? null : String.valueOf(number);
    }

    /** An empty list tells as little as null: entitlements end with access, not with an event that lists none. */
    private static List<String> entitlements(JsonNode fields) {
        List<String> several = Fields.texts(fields, "entitlement_ids");
        if (!several.isEmpty()) {
            return several;
        }
        String one = Fields.text(fields, "entitlement_id");
        return one == null ? null : List.of(one);
    }

    private Category categoryOf() {
        return switch (type) {
            case INITIAL_PURCHASE, RENEWAL, CONVERSION -> Category.GRANT;
            case STATED -> Category.STATED;
            case STATED_PURCHASE -> Category.ONE_TIME;
            case UNCANCELLATION -> Category.UNCANCEL;
            case NON_RENEWING_PURCHASE -> isPromotional() ? Category.GRANT : Category.ONE_TIME;
            case BILLING_ISSUE -> isAfterEvent(number(Field.GRACE)) ? Category.GRACE : Category.NEUTRAL;
            case CANCELLATION -> "BILLING_ERROR".equals(text(Field.REASON))
                    ? Category.CANCEL_BILLING : Category.CANCEL;
            case SUBSCRIPTION_PAUSED -> Category.PAUSE;
            case EXPIRATION -> Category.EXPIRE;
            case REFUND_REVERSED -> number(Field.EXPIRES) == null || isAfterEvent(number(Field.EXPIRES))
                    ? Category.REVERSE : Category.NEUTRAL;
            case TEMPORARY_ENTITLEMENT_GRANT -> Category.TEMPORARY;
            case PRODUCT_CHANGE -> Category.CHANGE;
            case SUBSCRIPTION_EXTENDED -> Category.EXTEND;
            case OTHER, TRANSFER, PURCHASE_REDEEMED -> Category.UNKNOWN;
        };
    }

    /** Takes the instances of another fact for the values that are the same: most are, and many customers are kept. */
    void share(Fact other) {
        for (int i = 0; i < values.length; i++) {
            if (Objects.equals(values[i], other.values[i])) {
                values[i] = other.values[i];
            }
        }
    }

    /** Whether that time (ms since the epoch, may be null) is later than this fact's event. */
    boolean isAfterEvent(Long time) {
        return time != null && time > key.at();
    }

    /** Whether something was bought: a subscription, its renewal, or anything else. */
    boolean isPurchase() {
        return category == Category.GRANT || category == Category.STATED || category == Category.ONE_TIME;
    }

    /** Whether it says itself that nobody paid for it. */
    boolean isPromotional() {
        return PROMOTIONAL.equals(text(Field.PERIOD)) || PROMOTIONAL.equals(text(Field.STORE));
    }

    /** Whether both facts tell the same, or both nothing. */
    boolean equals(Field field, Fact other) {
        return Objects.equals(value(field), other.value(field));
    }

    /** Whether both are known of both facts, and the same. */
    boolean shares(Field field, Fact other) {
        Object value = value(field);
        return value != null && value.equals(other.value(field));
    }

    /** Whether that time is known of both facts, and earlier in this one. */
    boolean isBefore(Field time, Fact other) {
        Long at = number(time);
        Long otherAt = other.number(time);
        return at != null && otherAt != null && at < otherAt;
    }

    /** Whether both name one product. Google Play's have a base plan after a colon, which some events leave out. */
    static boolean isOneProduct(String one, String other) {
        return one != null && other != null
                && (one.equals(other) || one.startsWith(other + ":") || other.startsWith(one + ":"));
    }

    /** The kind of its event; see {@link io.subrelay.event.Kind}. Null where its type is not known. */
    String kind() {
        boolean trial = "TRIAL".equals(text(Field.PERIOD));
        return switch (type) {
            case INITIAL_PURCHASE -> trial ? "trial_started" : "initial_purchase";
            case NON_RENEWING_PURCHASE, STATED_PURCHASE -> "non_subscription_purchase";
            case STATED -> ImportedFacts.kind(text(Field.STATUS));
            case CONVERSION -> "trial_converted";
            case CANCELLATION -> trial ? "trial_cancelled" : "cancellation";
            case OTHER, TRANSFER, PURCHASE_REDEEMED -> null;
            default -> type.name().toLowerCase(Locale.ROOT);
        };
    }

    EventKey key() {
        return key;
    }

    /** In the order of their events. */
    @Override
    public int compareTo(Fact other) {
        return key.compareTo(other.key);
    }

    /** Its place among what happened; {@link #key} is its place among what was told. Only what was stated has two. */
    EventKey happened() {
        Long at = number(Field.HAPPENED);
        return at == null ? key : new EventKey(at, key.rank(), key.id());
    }

    /** Whether RevenueCat's REST API told it. */
    boolean isStated() {
        return type == FactType.STATED || type == FactType.STATED_PURCHASE;
    }

    FactType type() {
        return type;
    }

    Category category() {
        return category;
    }

    Strength strength() {
        return switch (type) {
            case PRODUCT_CHANGE, OTHER, TRANSFER, PURCHASE_REDEEMED -> Strength.COMPLETING;
            case TEMPORARY_ENTITLEMENT_GRANT -> Strength.TEMPORARY;
            case BILLING_ISSUE, CANCELLATION, SUBSCRIPTION_PAUSED, EXPIRATION, REFUND_REVERSED, SUBSCRIPTION_EXTENDED ->
                Strength.ENDING;
            default -> Strength.TOLD;
        };
    }

    /** The fields that are not null, as {@link Field#bit() bits}. */
    int carried() {
        return carried;
    }

    /** The field's value, of its shape; may be null. */
    Object value(Field field) {
        return values[field.ordinal()];
    }

    String text(Field field) {
        return (String) value(field);
    }

    Long number(Field field) {
        return (Long) value(field);
    }
}
