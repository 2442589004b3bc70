package io.subrelay.redelivery;

import java.time.Clock;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;

/** For {@code retryWhileRef} of a durable error handler: holds until some time after the first attempt. */
public final class RetryFor implements Predicate {

    private final Clock clock;
    private Duration time = Duration.ofDays(3);

    public RetryFor() {
        this(Clock.systemUTC());
    }

    RetryFor(Clock clock) {
        this.clock = clock;
    }

    public void setTime(Duration time) {
        this.time = time;
    }

    @Override
    public boolean matches(Exchange exchange) {
        return matches(DurableRedelivery.firstAttemptAt(exchange));
    }

    /** @param firstAttemptAt milliseconds since the epoch; 0 if the first attempt is this one */
    public boolean matches(long firstAttemptAt) {
        return firstAttemptAt == 0 || clock.millis() - firstAttemptAt < time.toMillis();
    }
}
