package io.subrelay.redelivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long an answer asks to wait. It is a quarter to nine on Sunday, 6 November 1994. */
class RetryAfterTest {

    private final RetryAfter retryAfter =
            new RetryAfter(Clock.fixed(Instant.parse("1994-11-06T08:45:00Z"), ZoneOffset.UTC));

    RetryAfterTest() {
        retryAfter.setMaximum(Duration.ofDays(1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "7 | 7000", "0 | 0", "007 | 7000", "86401 | 86400000", "9999999999 | 86400000",
            "123456789012345678901234567890 | 86400000",
            "Sun, 06 Nov 1994 08:49:37 GMT | 277000",
            "Sunday, 06-Nov-94 08:49:37 GMT | 277000",
            "Sun Nov  6 08:49:37 1994 | 277000",
            "Sun Nov 6 08:49:37 1994 | 277000",
            "Wed Nov 16 08:49:37 1994 | 86400000",
            "sun, 6 nov 1994 08:49:37 gmt | 277000",
            "Mon, 06 Nov 1994 08:49:37 GMT | 277000",
            "Sunday, 06-Nov-93 08:49:37 GMT | 0",
            "Sunday, 06-Nov-43 08:49:37 GMT | 86400000",
            "Sun, 06 Nov 1994 08:44:37 GMT | 0",
            "soon | 0", "-1 | 0", "1.5 | 0", "'' | 0", "Sun, 31 Feb 9994 08:49:37 GMT | 86400000",
            "a sentence that is longer than any date can be, and is none of those that RFC 9110 knows | 0"})
    void asItIsWritten(String value, long delayMs) {
        assertThat(retryAfter.delayMs(value, null)).isEqualTo(delayMs);
    }

    /** Whatever the time is here: one of the two clocks may be wrong. */
    @Test
    void datesGoByTheClockOfTheAnswer() {
        assertThat(retryAfter.delayMs("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:30 GMT"))
                .isEqualTo(7_000);
        assertThat(retryAfter.delayMs("Sun, 06 Nov 1994 08:49:37 GMT", "yesterday")).isEqualTo(277_000);
    }

    @Test
    void itBecomesTheDelayOfThisFailureOnly() throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(camel);
            exchange.setException(new IllegalStateException(new HttpOperationFailedException(
                    "http://vendor", 429, "", null, Map.of("retry-AFTER", " 7 "), "")));
            retryAfter.process(exchange);
            assertThat(exchange.getMessage().getHeader(Exchange.REDELIVERY_DELAY)).isEqualTo(7_000L);
            exchange.setException(new HttpOperationFailedException("http://vendor", 503, "", null, null, ""));
            retryAfter.process(exchange);
            assertThat(exchange.getMessage().getHeader(Exchange.REDELIVERY_DELAY)).isNull();
        }
    }
}
