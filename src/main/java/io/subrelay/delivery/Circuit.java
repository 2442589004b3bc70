package io.subrelay.delivery;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.subrelay.delivery.queue.OutboxQueue;
import io.subrelay.event.Outcome;
import io.subrelay.event.Outcome.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when a destination may be called. It opens when most calls fail, and lets a call through now and then to see
 * whether the destination is back. A destination that rejects the key is held instead: one call probes it, more and
 * more seldom, until the key is right.
 */
final class Circuit implements OutboxQueue.Gate {

    private static final Logger LOG = LoggerFactory.getLogger(Circuit.class);
    private static final long FIRST_PROBE_MS = 5_000;
    private static final long MAX_PROBE_MS = 60_000;
    private static final long PROBE_IN_FLIGHT_MS = 250;

    private final String destination;
    private final Clock clock;
    private final CircuitBreaker breaker;
    private final Runnable recovered;
    private long heldUntil;
    private long probeMs;
    private long pausedUntil;
    private boolean probing;

    /**
     * @param clock     a steady one
     * @param recovered called when calls work again after the circuit was open or held
     */
    Circuit(String destination, Clock clock, Runnable recovered) {
        this.clock = clock;
        this.destination = destination;
        this.recovered = recovered;
        this.breaker = CircuitBreaker.of(destination, CircuitBreakerConfig.custom()
                .slidingWindowSize(20)
                .minimumNumberOfCalls(10)
                .failureRateThreshold(60)
                .waitDurationInOpenState(Duration.ofSeconds(5))
                .permittedNumberOfCallsInHalfOpenState(2)
                .clock(clock)
                .build());
        breaker.getEventPublisher().onStateTransition(event -> LOG.debug("{}: circuit {} -> {}", destination,
                event.getStateTransition().getFromState(), event.getStateTransition().getToState()));
    }

    /** Takes a permission where it returns 0, which a call of {@link #answered} gives back. */
    @Override
    public synchronized long tryAcquire() {
        long now = clock.millis();
        if (heldUntil > 0) {
            if (probing) {
                return PROBE_IN_FLIGHT_MS;
            }
            if (now < heldUntil) {
                return heldUntil - now;
            }
            probing = true;
            return 0;
        }
        if (now < pausedUntil) {
            return pausedUntil - now;
        }
        return breaker.tryAcquirePermission() ? 0 : PROBE_IN_FLIGHT_MS;
    }

    /**
     * Tells what a call came to, or that there was none.
     *
     * @param outcome with secrets masked
     * @param first whether it was the first attempt for an event: one that fails again and again may fail for a reason
     *              of its own, and must not close the destination to the others
     */
    void answered(Outcome outcome, boolean first) {
        boolean back = false;
        synchronized (this) {
            boolean wasHeld = heldUntil > 0;
            boolean wasOpen = breaker.getState() != CircuitBreaker.State.CLOSED;
            if (outcome.verdict() == Verdict.HOLD) {
                hold(wasHeld, outcome);
                breaker.releasePermission();
                return;
            }
            probing = false;
            boolean again = outcome.isTransient() && !first && !wasHeld && !wasOpen;
            if (!outcome.isOfTheDestination() || again) {
                breaker.releasePermission();
                return;
            }
            if (outcome.isTransient()) {
                breaker.onError(0, TimeUnit.MILLISECONDS, new IllegalStateException("transient"));
                if (wasHeld) {
                    heldUntil = clock.millis() + probeMs;
                }
                if (breaker.getState() == CircuitBreaker.State.OPEN && outcome.askedMs() > 0) {
                    pausedUntil = clock.millis() + Math.min(outcome.askedMs(), MAX_PROBE_MS);
                }
            } else {
                breaker.onSuccess(0, TimeUnit.MILLISECONDS);
                heldUntil = 0;
                probeMs = 0;
                back = wasHeld || wasOpen && breaker.getState() == CircuitBreaker.State.CLOSED;
                if (wasHeld) {
                    LOG.info("{}: accepts the key again", destination);
                }
            }
        }
        if (back) {
            recovered.run();
        }
    }

    private void hold(boolean wasHeld, Outcome outcome) {
        if (!wasHeld) {
            LOG.error("{}: held, it rejects the key ({}): check it; nothing is lost meanwhile",
                    destination, Failing.answer(outcome));
        }
        if (!wasHeld || probing) {
            probeMs = probeMs == 0 ? FIRST_PROBE_MS : Math.min(probeMs * 2, MAX_PROBE_MS);
            heldUntil = clock.millis() + probeMs;
        }
        probing = false;
    }

    /** Somebody wants a call now: a destination that is held or left alone is tried at once. */
    synchronized void tryNow() {
        pausedUntil = 0;
        if (heldUntil > 0) {
            heldUntil = Math.min(heldUntil, clock.millis());
        } else if (breaker.getState() == CircuitBreaker.State.OPEN) {
            breaker.transitionToHalfOpenState();
        }
    }

    /** The destination works again: failures of a time that is over must not open it later. */
    void forget() {
        if (breaker.getState() == CircuitBreaker.State.CLOSED) {
            breaker.reset();
        }
    }

    synchronized long untilMs() {
        return Math.max(0, Math.max(heldUntil, pausedUntil) - clock.millis());
    }

    synchronized String state() {
        return heldUntil > 0 ? "held" : breaker.getState().name().toLowerCase(Locale.ROOT);
    }
}
