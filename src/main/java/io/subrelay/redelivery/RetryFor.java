package io.subrelay.redelivery;

import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;

/** For {@code retryWhileRef} of a durable error handler: holds until some time after the first attempt. */
public final class RetryFor implements Predicate {

    private Duration time = Duration.ofDays(3);

    public void setTime(Duration time) {
        this.time = time;
    }

    @Override
    public boolean matches(Exchange exchange) {
        return matches(DurableRedelivery.retriedMs(exchange));
    }

    /** @param retriedMs for how long it has been retried, milliseconds; 0 if this is the first attempt */
    public boolean matches(long retriedMs) {
        return retriedMs == 0 || retriedMs < time.toMillis();
    }

    public Duration getTime() {
        return time;
    }
}
