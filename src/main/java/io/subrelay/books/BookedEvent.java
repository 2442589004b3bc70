package io.subrelay.books;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.customer.Environment;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What the books need of an event.
 *
 * @param seq      its place in the order of acceptance
 * @param quarter  when it was accepted, in quarters of an hour since the epoch
 * @param sum      one event with its price, in US dollars and in the currency of the purchase, as RevenueCat gives
 *                 them: negative for a refund, 0 if it tells no price
 * @param currency of the purchase, ISO 4217; {@code XXX} if that is not a code, empty if it tells no price in it
 */
public record BookedEvent(long seq, long quarter, Environment environment, Sum sum, String currency, Event event) {

    static final long QUARTER_MS = 15 * 60 * 1000L;
    private static final int MAX_DIGITS = 15;
    private static final int MAX_DECIMALS = 12;
    private static final int MAX_TEXT = 40;

    /** @param receivedAt when it was accepted, milliseconds since the epoch */
    public static BookedEvent of(long seq, long receivedAt, Event event) {
        JsonNode fields = event.event();
        BigDecimal amount = money(fields.path("price_in_purchased_currency"));
        String currency = fields.path("currency").asText();
        return new BookedEvent(seq, Math.floorDiv(receivedAt, QUARTER_MS), Environment.of(event),
                new Sum(1, orZero(money(fields.path("price"))), orZero(amount)),
                amount == null ? "" : isCode(currency) ? currency : "XXX", event);
    }

    public static BookedEvent of(EnrichedEvent event) {
        return of(event.seq(), event.receivedAt(), event.event());
    }

    private static boolean isCode(String currency) {
        return currency.length() == 3 && currency.chars().allMatch(c -> c >= 'A' && c <= 'Z');
    }

    private static BigDecimal orZero(BigDecimal money) {
        return money == null ? BigDecimal.ZERO : money;
    }

    /** The number, also one that is given as text; null if it is not a number, or more than all the money there is. */
    private static BigDecimal money(JsonNode value) {
        BigDecimal number;
        try {
            number = value.isNumber() ? value.decimalValue()
                    : value.isTextual() && value.textValue().length() <= MAX_TEXT
                            ? new BigDecimal(value.textValue().strip()) : null;
        } catch (NumberFormatException e) {
            return null;
        }
        long digits = number == null ? Long.MAX_VALUE : (long) number.precision() - number.scale();
        if (digits > MAX_DIGITS) {
            return null;
        }
        if (digits < -MAX_DECIMALS) {
            return BigDecimal.ZERO;
        }
        return number.scale() > MAX_DECIMALS ? number.setScale(MAX_DECIMALS, RoundingMode.HALF_EVEN) : number;
    }
}
