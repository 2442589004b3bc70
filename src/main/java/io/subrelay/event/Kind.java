package io.subrelay.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Set;

/**
 * What an event means: the one name that every destination's own name is keyed on. RevenueCat folds several meanings
 * into one webhook type (a trial's start is an {@code INITIAL_PURCHASE}); the kind tells them apart.
 */
public final class Kind {

    /** A customer as RevenueCat's REST API told it: never sent as an event of the customer's. */
    public static final String CUSTOMER_IMPORTED = "customer_imported";

    /** How a customer stands, without an event of the customer's own; see {@code CustomerUpdate}. */
    public static final String CUSTOMER_UPDATE = "customer_update";

    /** The kinds that are known today; a new type of event is a new kind, and is accepted as well. */
    public static final Set<String> KNOWN = Set.of("initial_purchase", "trial_started", "trial_converted",
            "trial_cancelled", "renewal", "cancellation", "uncancellation", "non_subscription_purchase",
            "subscription_paused", "expiration", "billing_issue", "product_change", "transfer", "purchase_redeemed",
            "subscription_extended", "temporary_entitlement_grant", "refund_reversed", "invoice_issuance",
            "virtual_currency_transaction", "experiment_enrollment", "subscriber_alias", "paywall_impression",
            "price_increase_consent_required", "test", CUSTOMER_UPDATE);

    private Kind() {
    }

    /**
     * @param  event the {@code event} object of a webhook, with a textual {@code type}
     * @return       the kind in lower snake case, never null; for a type that is not known, the type in lower case
     */
    public static String of(JsonNode event) {
        String type = event.path("type").asText();
        boolean trial = "TRIAL".equals(event.path("period_type").asText());
        return switch (type) {
            case "INITIAL_PURCHASE" -> trial ? "trial_started" : "initial_purchase";
            case "RENEWAL" -> event.path("is_trial_conversion").asBoolean() ? "trial_converted" : "renewal";
            case "CANCELLATION" -> trial ? "trial_cancelled" : "cancellation";
            case "NON_RENEWING_PURCHASE" -> "non_subscription_purchase";
            default -> Ids.name(type.toLowerCase(Locale.ROOT));
        };
    }

    /**
     * When the event happened, in milliseconds since the epoch: purchases at {@code purchased_at_ms}, an expiration at
     * {@code expiration_at_ms}, everything else (and wherever that field is null) at {@code event_timestamp_ms}.
     */
    public static long happenedAt(String kind, JsonNode event) {
        String field = switch (kind) {
            case "trial_started", "initial_purchase", "trial_converted", "renewal", "non_subscription_purchase" ->
                "purchased_at_ms";
            case "expiration" -> "expiration_at_ms";
            default -> "event_timestamp_ms";
        };
        Long at = Numbers.whole(event.path(field));
        return at == null ? Numbers.whole(event.path("event_timestamp_ms")) : at;
    }
}
