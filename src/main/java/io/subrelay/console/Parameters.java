package io.subrelay.console;

import io.subrelay.webhook.Invalid;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** Times and numbers in queries. */
final class Parameters {

    private Parameters() {
    }

    /**
     * @param  otherwise where it is blank
     * @param  error     what is said of one that is not a number of up to so many digits
     */
    static long whole(String text, int digits, long otherwise, String error) {
        if (text == null || text.isBlank()) {
            return otherwise;
        }
        if (!text.matches("\\d{1," + digits + "}")) {
            throw new Invalid(error);
        }
        return Long.parseLong(text);
    }

    /**
     * @param name      of the parameter
     * @param time      ISO 8601, a day or a time, or milliseconds since the epoch
     * @param otherwise where it is blank
     * @return          milliseconds since the epoch
     */
    static long millis(String name, String time, long otherwise) {
        if (time == null || time.isBlank()) {
            return otherwise;
        }
        String text = time.trim();
        try {
            if (text.matches("\\d{1,15}")) {
                return Long.parseLong(text);
            }
            return text.length() == 10 ? Instant.parse(text + "T00:00:00Z").toEpochMilli()
                    : OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException e) {
            throw new Invalid(name + " accepts a time such as 2026-01-31 or 2026-01-31T12:00:00Z");
        }
    }
}
