package io.subrelay.customer;

import java.util.HashMap;
import java.util.Map;

/** What a webhook type does to a subscription, in the order in which events of one moment are folded. */
enum FactType {
    INITIAL_PURCHASE("purchase", 0),
    NON_RENEWING_PURCHASE("one_time", 0),
    TEMPORARY_ENTITLEMENT_GRANT("temporary", 0),
    RENEWAL("renewal", 1),
    /** A renewal that ends a trial: a webhook type of its own to everybody but RevenueCat. */
    CONVERSION("conversion", 1),
    PRODUCT_CHANGE("change", 2),
    SUBSCRIPTION_EXTENDED("extension", 3),
    UNCANCELLATION("uncancel", 4),
    REFUND_REVERSED("reversal", 4),
    BILLING_ISSUE("billing", 5),
    CANCELLATION("cancel", 6),
    SUBSCRIPTION_PAUSED("pause", 7),
    EXPIRATION("expire", 8),
    /** How a subscription stood when RevenueCat's REST API was asked: an import has it, and no webhook, as the next. */
    STATED("stated", 9),
    /** A purchase that is no subscription, as the REST API tells it. */
    STATED_PURCHASE("stated_purchase", 0),
    /** Every type that is not known. */
    OTHER("other", 9),
    /** Moves subscriptions, but says nothing about one: never the type of a {@link Fact}, as the next. */
    TRANSFER("transfer", 10),
    /** A purchase made on the web is redeemed in the app: moves it, or tells that both customers are one. */
    PURCHASE_REDEEMED("redeemed", 10);

    private static final Map<String, FactType> BY_NAME = new HashMap<>();
    private static final Map<String, FactType> BY_CODE = new HashMap<>();

    static {
        for (FactType type : values()) {
            if (type != CONVERSION && type != STATED && type != STATED_PURCHASE) {
                BY_NAME.put(type.name(), type);
            }
            BY_CODE.put(type.code, type);
        }
    }

    private final String code;
    private final int rank;

    FactType(String code, int rank) {
        this.code = code;
        this.rank = rank;
    }

    /** @param webhookType a webhook's {@code type}; one that is not known is {@link #OTHER} */
    static FactType of(String webhookType) {
        return BY_NAME.getOrDefault(webhookType, OTHER);
    }

    /** The type that was stored under this code; {@link #OTHER} if there is none. */
    static FactType ofCode(String code) {
        return BY_CODE.getOrDefault(code, OTHER);
    }

    /** Whether it is one of the types whose kinds destinations track and that are about a purchase. */
    boolean isTracked() {
        return switch (this) {
            case INITIAL_PURCHASE, NON_RENEWING_PURCHASE, RENEWAL, CONVERSION, PRODUCT_CHANGE, UNCANCELLATION,
                BILLING_ISSUE, CANCELLATION, SUBSCRIPTION_PAUSED, EXPIRATION -> true;
            default -> false;
        };
    }

    /** The name under which it is stored. */
    String code() {
        return code;
    }

    /** Orders events of the same millisecond: a purchase comes before the expiration that was sent with it. */
    int rank() {
        return rank;
    }
}
