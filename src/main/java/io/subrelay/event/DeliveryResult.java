package io.subrelay.event;

import java.util.List;
import java.util.Locale;

/**
 * Result of one attempt to deliver: what the queue and the database get to know of it.
 *
 * @param destination    the name of the destination
 * @param delivery       as it is after the attempt, which counts unless it found the destination held
 * @param outcome        what the attempt came to
 * @param firstAttemptAt when the first attempt was made that counts, milliseconds since the epoch; 0 for none
 * @param startedAt      when this attempt was made, milliseconds since the epoch; 0 if it was not
 * @param millis         how long it took
 */
public record DeliveryResult(String destination, Delivery delivery, Outcome outcome, long firstAttemptAt,
        long startedAt, int millis) {

    /** One that was not attempted, as something before it has to be retried first. */
    public static DeliveryResult notAttempted(String destination, Delivery delivery, long delayMs) {
        return new DeliveryResult(destination, delivery, Outcome.retry(0, null, delayMs, 0), 0, 0, 0);
    }

    /** Of a list's results the one that tells most about the destination. */
    public static DeliveryResult decisive(List<DeliveryResult> results) {
        DeliveryResult decisive = results.get(0);
        for (DeliveryResult each : results) {
            if (each.isAttempted() && (!each.isFinal() || !decisive.outcome.isOfTheDestination())) {
                decisive = each;
            }
        }
        return decisive;
    }

    /** The same with another outcome. */
    public DeliveryResult with(Outcome other) {
        return new DeliveryResult(destination, delivery, other, firstAttemptAt, startedAt, millis);
    }

    public boolean isAttempted() {
        return startedAt > 0;
    }

    /** Whether no attempt had failed before this one. */
    public boolean isOfFirstAttempt() {
        return isAttempted() && delivery.attempts() <= 1;
    }

    /** Whether the delivery has ended; otherwise it is retried. */
    public boolean isFinal() {
        return outcome.isFinal();
    }

    /** Whether the delivery becomes a dead letter: it was refused, or retried for long enough. */
    public boolean isDeadLetter() {
        return outcome.verdict() == Outcome.Verdict.REFUSED || outcome.verdict() == Outcome.Verdict.GIVEN_UP;
    }

    /**
     * How the delivery has ended, as it is stored: {@code delivered}, {@code skipped}, {@code previewed} or
     * {@code dead}, a dead letter.
     *
     * @throws IllegalStateException if it {@link #isFinal is not final}
     */
    public String state() {
        return switch (outcome.verdict()) {
            case DELIVERED, SKIPPED, PREVIEWED -> outcome.verdict().name().toLowerCase(Locale.ROOT);
            case REFUSED, GIVEN_UP -> "dead";
            case RETRY, HOLD -> throw new IllegalStateException("it is to be retried");
        };
    }

    /** When this attempt ended, milliseconds since the epoch. */
    public long endedAt() {
        return startedAt + millis;
    }

    /** In how many milliseconds the next attempt is due. */
    public long delayMs() {
        return outcome.verdict() == Outcome.Verdict.HOLD ? 1 : outcome.delayMs();
    }

    public long seq() {
        return delivery.seq();
    }

    /** The number of the customer whose delivery it is. */
    public long customer() {
        return delivery.customer();
    }
}
