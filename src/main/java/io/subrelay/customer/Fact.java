package io.subrelay.customer;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.webhook.Event;
import java.util.List;
import java.util.Objects;

/** What one event told about one subscription. Immutable. */
final class Fact {

    /** What a fact does to the status; only the newest fact of each category has a say. Fixed by the fact alone. */
    enum Category {
        /** A purchase that is no subscription, and not promotional either. */
        ONE_TIME,
        /** A purchase, a renewal, an uncancellation. */
        GRANT,
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
        /** About the subscription, but leaves its status as it is. */
        NEUTRAL,
        /** Of a type that is not known. */
        UNKNOWN
    }

    /** How much a fact's fields count: a weaker one only completes what no stronger one tells. */
    enum Strength { TOLD, COMPLETING, TEMPORARY }

    private static final String PROMOTIONAL = "PROMOTIONAL";

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

    /** What the event tells about a subscription; null if it names none. */
    static Fact of(Event event) {
        FactType type = FactType.of(event.type());
        JsonNode fields = event.event();
        if (type == FactType.TRANSFER || subscriptionKey(event) == null) {
            return null;
        }
        Object[] values = new Object[Field.ALL.length];
        values[Field.STORE.ordinal()] = Fields.text(fields, "store");
        values[Field.ENVIRONMENT.ordinal()] = Fields.text(fields, "environment");
        values[Field.PRODUCT.ordinal()] = Fields.text(fields, "product_id");
        values[Field.PERIOD.ordinal()] = period(type, fields);
        values[Field.PURCHASED.ordinal()] = Fields.number(fields, "purchased_at_ms");
        values[Field.EXPIRES.ordinal()] = Fields.number(fields, "expiration_at_ms");
        values[Field.ENTITLEMENTS.ordinal()] = entitlements(fields);
        switch (type) {
            case BILLING_ISSUE ->
                values[Field.GRACE.ordinal()] = Fields.number(fields, "grace_period_expiration_at_ms");
            case SUBSCRIPTION_PAUSED -> values[Field.RESUME.ordinal()] = Fields.number(fields, "auto_resume_at_ms");
            case CANCELLATION -> values[Field.REASON.ordinal()] = Fields.text(fields, "cancel_reason");
            case EXPIRATION -> values[Field.REASON.ordinal()] = Fields.text(fields, "expiration_reason");
            default -> { }
        }
        return new Fact(EventKey.of(event), type, values);
    }

    /** What tells the subscriptions of a customer apart; null if the event names none. */
    static String subscriptionKey(Event event) {
        JsonNode fields = event.event();
        String transaction = Fields.text(fields, "original_transaction_id");
        if (transaction != null) {
            return transaction;
        }
        String product = Fields.text(fields, "product_id");
        if (product == null) {
            return null;
        }
        String store = Fields.text(fields, "store");
        return (store == null ? "" : store) + "/" + product;
    }

    /** A converted trial that does not name its period is a trial no longer. */
    private static String period(FactType type, JsonNode fields) {
        String period = Fields.text(fields, "period_type");
        boolean conversion = type == FactType.RENEWAL && fields.path("is_trial_conversion").asBoolean();
        return period == null && conversion ? "NORMAL" : period;
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
            case INITIAL_PURCHASE, RENEWAL, UNCANCELLATION -> Category.GRANT;
            case NON_RENEWING_PURCHASE -> PROMOTIONAL.equals(text(Field.PERIOD))
                    || PROMOTIONAL.equals(text(Field.STORE)) ? Category.GRANT : Category.ONE_TIME;
            case BILLING_ISSUE -> isAfterEvent(number(Field.GRACE)) ? Category.GRACE : Category.NEUTRAL;
            case CANCELLATION -> "BILLING_ERROR".equals(text(Field.REASON))
                    ? Category.CANCEL_BILLING : Category.CANCEL;
            case SUBSCRIPTION_PAUSED -> Category.PAUSE;
            case EXPIRATION -> Category.EXPIRE;
            case REFUND_REVERSED -> number(Field.EXPIRES) == null || isAfterEvent(number(Field.EXPIRES))
                    ? Category.REVERSE : Category.NEUTRAL;
            case TEMPORARY_ENTITLEMENT_GRANT -> Category.TEMPORARY;
            case PRODUCT_CHANGE, SUBSCRIPTION_EXTENDED -> Category.NEUTRAL;
            case OTHER, TRANSFER -> Category.UNKNOWN;
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

    EventKey key() {
        return key;
    }

    FactType type() {
        return type;
    }

    Category category() {
        return category;
    }

    Strength strength() {
        return switch (type) {
            case PRODUCT_CHANGE, OTHER, TRANSFER -> Strength.COMPLETING;
            case TEMPORARY_ENTITLEMENT_GRANT -> Strength.TEMPORARY;
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
