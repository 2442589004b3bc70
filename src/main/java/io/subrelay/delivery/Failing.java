package io.subrelay.delivery;

import io.subrelay.event.Delivery;
import io.subrelay.event.DeliveryResult;
import io.subrelay.event.Outcome;
import io.subrelay.event.Outcome.Verdict;
import io.subrelay.time.Clocks;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Since when a destination fails, and what it says. It fails from an attempt that failed in a way that may pass until
 * one that works, at any traffic. The log tells it once when it begins, and once when it is over: failures that come
 * and go, as where a vendor fails one call in a hundred, are one spell.
 */
public final class Failing {

    /** Without a failure for this long, a spell is over. */
    private static final long CALM_MS = 10_000;
    /** After this long without an attempt one is made ahead of its time, to see whether the destination is back. */
    private static final long PROBE_MS = 30_000;
    private static final int TOO_MANY = 429;
    private static final Logger LOG = LoggerFactory.getLogger(Failing.class);

    /**
     * A destination that fails now.
     *
     * @param since    milliseconds since the epoch
     * @param attempts how many have failed since
     * @param status   of the last answer; 0 where there was none
     * @param words    the beginning of the last answer, or why there was none, secrets masked; may be null
     * @param eventId  of the event whose attempt failed last
     */
    public record Now(long since, int attempts, int status, String words, String eventId) {
    }

    private final String destination;
    private final Clocks clocks;
    private Now now;
    private long beganAt;
    private long failedAt;
    private long workedAt;
    private long askedUntil;
    /** Of the spell that the log has told of; 0 for none. */
    private long toldSince;
    private int toldAttempts;

    Failing(String destination, Clocks clocks) {
        this.destination = destination;
        this.clocks = clocks;
    }

    /**
     * An attempt has failed, or the destination rejects the key. One that is repeated or came too fast may fail for a
     * reason of its own: while others work, it says nothing of the destination.
     *
     * @param result with secrets masked
     */
    synchronized void failed(DeliveryResult result) {
        Outcome outcome = result.outcome();
        Delivery delivery = result.delivery();
        long at = clocks.ticks();
        boolean othersWork = workedAt > 0 && at - workedAt < CALM_MS;
        boolean ofItsOwn = !result.isOfFirstAttempt() || outcome.responseCode() == TOO_MANY;
        if (now == null && othersWork && ofItsOwn && outcome.verdict() != Verdict.HOLD) {
            return;
        }
        long since = clocks.now();
        if (now == null) {
            beganAt = at;
            askedUntil = 0;
        } else {
            since = now.since();
        }
        if (workedAt == 0 && delivery.triedSince() > 0) {
            // it failed before this start
            since = Math.min(since, clocks.now() - (at - delivery.triedSince()));
        }
        failedAt = at;
        askedUntil = Math.max(askedUntil, at + outcome.askedMs());
        now = new Now(since, now == null ? 1 : now.attempts() + 1, outcome.responseCode(), outcome.reason(),
                delivery.event().event().id());
        toldAttempts++;
        if (toldSince == 0 && outcome.verdict() != Verdict.HOLD) {
            toldSince = since;
            toldAttempts = 1;
            LOG.warn("{}: fails, {}: what waits for it is kept and retried", destination, answer(outcome));
        }
    }

    /** The status and the vendor's words, as the log tells them; or why nothing was sent. */
    static String answer(Outcome outcome) {
        boolean sent = outcome.responseCode() > 0 || outcome.isTransient();
        return sent ? answer(outcome.responseCode(), outcome.reason()) : outcome.reason();
    }

    /** @param words null to leave them out */
    static String answer(int code, String words) {
        String status = code == 0 ? "no answer" : "answer " + code;
        return words == null || words.isBlank() ? status : status + " " + words;
    }

    /**
     * An attempt has worked.
     *
     * @return whether the destination is back after it had failed for a while, so that what waits need not wait longer
     */
    synchronized boolean worked() {
        workedAt = clocks.ticks();
        boolean back = now != null && workedAt - beganAt >= CALM_MS && workedAt >= askedUntil;
        now = null;
        return back;
    }

    /** Nothing is left that could tell whether it still fails: the last of it gave up, or was erased. */
    synchronized void nothingWaits() {
        now = null;
        if (toldSince > 0) {
            LOG.info("{}: nothing waits for it any more; it had failed since {}, {} attempts", destination,
                    Instant.ofEpochMilli(toldSince), toldAttempts);
            toldSince = 0;
        }
    }

    /**
     * Has to be called every second or so: tells that a spell is over.
     *
     * @return whether an attempt should be made ahead of its time
     */
    synchronized boolean check() {
        long at = clocks.ticks();
        if (now == null) {
            if (toldSince > 0 && at - failedAt >= CALM_MS) {
                LOG.info("{}: works again; it had failed since {}, {} attempts", destination,
                        Instant.ofEpochMilli(toldSince), toldAttempts);
                toldSince = 0;
            }
            return false;
        }
        boolean due = at - failedAt >= PROBE_MS && at >= askedUntil;
        if (due) {
            failedAt = at;
        }
        return due;
    }

    synchronized Now now() {
        return now;
    }

    synchronized long seconds() {
        return now == null ? 0 : Math.max(0, Duration.ofMillis(clocks.now() - now.since()).toSeconds());
    }
}
