package io.subrelay.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;

/** Reads whole numbers of a webhook, which may be given as text. */
public final class Numbers {

    /** Longer than any that fits, with some zeros: a text of a million digits is not worth parsing. */
    private static final int MAX_LENGTH = 40;

    private Numbers() {
    }

    /** The number, or null where the value is no number, has a fraction, or does not fit a long. */
    public static Long whole(JsonNode value) {
        if (value.isIntegralNumber()) {
            return value.canConvertToLong() ? (Long) value.longValue() : null;
        }
        if (!value.isTextual() && !value.isNumber()) {
            return null;
        }
        String text = value.asText().strip();
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            return null;
        }
        try {
            BigDecimal number = new BigDecimal(text);
            return Math.abs(number.scale()) > MAX_LENGTH ? null : (Long) number.longValueExact();
        } catch (NumberFormatException | ArithmeticException e) {
            return null;
        }
    }
}
