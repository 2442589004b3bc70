package io.subrelay.redelivery;

import io.netty.handler.codec.DateFormatter;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.http.base.HttpOperationFailedException;

/**
 * For {@code onExceptionOccurredRef}: what an HTTP answer asks for by {@code Retry-After} becomes Camel's
 * {@link Exchange#REDELIVERY_DELAY}. Seconds or a date, in any of the three forms of RFC 9110, 5.6.7.
 */
public final class RetryAfter implements Processor {

    /** The parser throws for longer texts. */
    private static final int LONGEST_DATE = 64;

    private final Clock clock;
    private Duration maximum = Duration.ofDays(3);

    public RetryAfter() {
        this(Clock.systemUTC());
    }

    RetryAfter(Clock clock) {
        this.clock = clock;
    }

    /** The longest wait that an answer can ask for. */
    public void setMaximum(Duration maximum) {
        this.maximum = maximum;
    }

    @Override
    public void process(Exchange exchange) {
        HttpOperationFailedException answer = exchange.getException(HttpOperationFailedException.class);
        long delay = answer == null || answer.getResponseHeaders() == null ? 0 : delayMs(answer.getResponseHeaders());
        if (delay > 0) {
            exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, delay);
        } else {
            exchange.getMessage().removeHeader(Exchange.REDELIVERY_DELAY);
        }
    }

    private long delayMs(Map<String, String> headers) {
        String value = header(headers, "Retry-After");
        return value == null ? 0 : delayMs(value, header(headers, "Date"));
    }

    private static String header(Map<String, String> headers, String name) {
        return headers.entrySet().stream().filter(header -> name.equalsIgnoreCase(header.getKey()))
                .map(header -> header.getValue().trim()).findFirst().orElse(null);
    }

    /**
     * How long to wait for a value of the header, in milliseconds, up to the maximum.
     *
     * @param  date the time of the answer by the receiver's clock, which its dates go by; null if it did not say
     * @return      0 for a date that is past, and for what is neither a date nor a number
     */
    public long delayMs(String value, String date) {
        if (value.matches("\\d+")) {
            BigInteger millis = new BigInteger(value).multiply(BigInteger.valueOf(1000));
            return millis.min(BigInteger.valueOf(maximum.toMillis())).longValue();
        }
        Long until = millis(value);
        Long now = date == null ? null : millis(date);
        return until == null ? 0
                : Math.min(Math.max(0, until - (now == null ? clock.millis() : now)), maximum.toMillis());
    }

    /** @return null for what is no date; the name of the day says nothing that the date does not, and may be wrong */
    private static Long millis(String value) {
        Date date = value.length() > LONGEST_DATE ? null : DateFormatter.parseHttpDate(value);
        return date == null ? null : date.getTime();
    }
}
