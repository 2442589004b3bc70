package io.subrelay.delivery;

import io.subrelay.delivery.queue.OutboxQueue;
import io.subrelay.event.Delivery;
import io.subrelay.event.DeliveryResult;
import io.subrelay.event.Ids;
import io.subrelay.event.Outcome;
import io.subrelay.event.Outcome.Verdict;
import io.subrelay.store.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes deliveries out of a destination's queue and calls its route with them. What the route does with a failure is
 * its error handling's, which keeps redeliveries by {@link io.subrelay.redelivery.DurableRedelivery}: the delivery is
 * retried later, or becomes a dead letter.
 */
final class DeliveringConsumer extends OutboxConsumer {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveringConsumer.class);
    private static final int MAX_REASON = 500;
    private static final long PAUSE_MS = 1_000;

    private final Outbox outbox;
    private final Circuit circuit;
    private final Failing failing;
    private final AtomicBoolean recovered = new AtomicBoolean();
    private OutboxQueue queue;
    private Writer writer;
    private Workers workers;
    private volatile long pausedSince;

    DeliveringConsumer(OutboxEndpoint endpoint, Processor processor, DestinationRegistry destinations, String mode,
            Outbox outbox) {
        super(endpoint, processor, destinations, mode);
        this.outbox = outbox;
        this.circuit = new Circuit(name(), destinations.clocks().steady(), this::recovered);
        this.failing = new Failing(name(), destinations.clocks());
    }

    @Override
    public Standing standing() {
        long oldestAt = queue == null ? 0 : queue.oldestPendingAt();
        long seconds = oldestAt == 0 ? 0 : Math.max(0, destinations.clocks().now() - oldestAt) / 1000;
        return new Standing(circuit.state(), circuit.untilMs(), pausedSince, failing.now(), failing.seconds(), seconds);
    }

    /** @param since milliseconds since the epoch; 0 to send again */
    void pause(long since) {
        if (since != pausedSince) {
            LOG.info(since > 0 ? "{}: paused; what is accepted meanwhile waits in order" : "{}: resumed", name());
            pausedSince = since;
            if (queue != null) {
                queue.wake();
            }
        }
    }

    @Override
    protected void doStart() throws Exception {
        workers = new Workers(endpoint.getCamelContext().getExecutorServiceManager()
                .newCachedThreadPool(this, "outbox-" + name()),
                destinations.settings().number("delivery.concurrency", 1, 1000), this::work);
        outbox.open(this);
        super.doStart();
        workers.more();
    }

    /** Has to come before it is handed events. */
    void deliverFrom(OutboxQueue opened, Writer ofResults) {
        queue = opened;
        writer = ofResults;
    }

    OutboxQueue queue() {
        return queue;
    }

    /** Lets what is being attempted end; a request that is not answered is left to go again after the next start. */
    @Override
    protected void doStop() throws Exception {
        if (queue != null) {
            queue.close();
            workers.stop(outbox.msToStop());
        }
        super.doStop();
    }

    /** Calls a destination at once that is held or left alone. */
    void tryNow() {
        circuit.tryNow();
        queue.offerRequests();
    }

    /**
     * Has to be called every second or so; sees whether a destination that fails is back.
     *
     * @return whether something has to be attempted for that, and nothing that waits is in memory
     */
    boolean probe() {
        if (!failing.check()) {
            return false;
        }
        if (queue.oldestPendingAt() == 0 && outbox.counts().nothingWaits(name())) {
            failing.nothingWaits();
            return false;
        }
        return !queue.makeDue(customer -> true, 1);
    }

    private void recovered() {
        queue.makeDue(customer -> true, Integer.MAX_VALUE);
        recovered.set(true);
    }

    /** Whether the destination has come back since this was asked. */
    boolean takeRecovery() {
        return recovered.getAndSet(false);
    }

    /** What the recovery was taken for could not be done. */
    void giveRecoveryBack() {
        recovered.set(true);
    }

    private void work() {
        // what is previewed is kept with each event, so a list would be kept as often as it has events
        int most = mode.equals("preview") ? 1 : Math.max(1, endpoint.getBatchSize());
        try {
            boolean goesOn = true;
            while (goesOn) {
                try {
                    goesOn = takeAndDeliver(most);
                } catch (RuntimeException | Error e) {
                    LOG.error("{}: a thread that delivers failed, and goes on", name(), e);
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean takeAndDeliver(int most) throws InterruptedException {
        List<Delivery> deliveries = queue.take(most, this::mayShareList,
                () -> pausedSince > 0 ? PAUSE_MS : circuit.tryAcquire(), workers::more);
        if (deliveries == null) {
            return false;
        }
        if (!deliveries.isEmpty()) {
            deliver(deliveries);
        }
        boolean leaves = workers.leaveIfTooMany(deliveries.isEmpty());
        if (leaves) {
            // what has become ready by what this thread delivered is another's to take
            queue.wake();
        }
        return !leaves;
    }

    /** A list has one redelivery, so one number of attempts. */
    private boolean mayShareList(Delivery first, Delivery other) {
        return first.attempts() == other.attempts()
                && (endpoint.getBatchBy() == null || first.event().environment().equals(other.event().environment()));
    }

    private void deliver(List<Delivery> deliveries) {
        long started = System.nanoTime();
        int begun = workers.begun();
        List<DeliveryResult> all = attempt(deliveries);
        DeliveryResult decisive = DeliveryResult.decisive(all);
        // each of these, even if one before it throws: what was taken has to be given back
        try {
            tell(decisive);
        } finally {
            try {
                circuit.answered(decisive.outcome(), all.stream().anyMatch(DeliveryResult::isOfFirstAttempt));
            } finally {
                try {
                    workers.ended(begun, System.nanoTime() - started, decisive.outcome());
                } finally {
                    giveBack(all);
                }
            }
        }
    }

    private void tell(DeliveryResult result) {
        Outcome outcome = result.outcome();
        if (isStoppingOrStopped()) {
            // what is interrupted then tells nothing
            return;
        }
        if (outcome.isTransient() || outcome.verdict() == Verdict.HOLD) {
            failing.failed(result);
        } else if (outcome.isOfTheDestination() && failing.worked()) {
            circuit.forget();
            recovered();
        }
    }

    /**
     * Gives deliveries back to their queue, dead letters once they are on the disk, which they have to be before their
     * customers' next deliveries go: else they would be repeated after a crash, and arrive behind those.
     */
    private void giveBack(List<DeliveryResult> results) {
        if (results.stream().anyMatch(DeliveryResult::isDeadLetter)) {
            writer.onceWritten(() -> {
                queue.finish(results);
                queue.wake();
            });
        } else {
            queue.finish(results);
        }
    }

    /**
     * A list that is refused because of some of its events is split until those are found.
     *
     * @return one for each delivery, in order: the last ones are not attempted if something before them has to be
     *         retried first
     */
    private List<DeliveryResult> attempt(List<Delivery> deliveries) {
        long startedAt = destinations.clocks().now();
        long started = System.nanoTime();
        List<Outcome> outcomes = call(deliveries);
        int millis = (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        boolean refused = deliveries.size() > 1 && outcomes.stream()
                .anyMatch(outcome -> outcome.verdict() == Verdict.REFUSED && outcome.responseCode() > 0);
        List<DeliveryResult> all = new ArrayList<>(deliveries.size());
        if (!refused) {
            for (int i = 0; i < outcomes.size(); i++) {
                all.add(kept(deliveries.get(i), outcomes.get(i), startedAt, millis));
            }
            return all;
        }
        int half = deliveries.size() / 2;
        List<Delivery> rest = deliveries.subList(half, deliveries.size());
        all.addAll(attempt(deliveries.subList(0, half)));
        if (mayFollow(all, rest)) {
            all.addAll(attempt(rest));
        } else {
            long delayMs = policy().delayMs(1);
            rest.forEach(delivery -> all.add(DeliveryResult.notAttempted(name(), delivery, delayMs)));
        }
        return all;
    }

    /**
     * Whether the rest of a list may go: nothing before it has to be retried, and its customers' dead letters are on
     * the disk. After a longer wait for that another runner may have taken them over.
     */
    private boolean mayFollow(List<DeliveryResult> before, List<Delivery> rest) {
        Set<Long> dead = before.stream().filter(DeliveryResult::isDeadLetter).map(DeliveryResult::customer)
                .collect(Collectors.toSet());
        return before.stream().allMatch(DeliveryResult::isFinal)
                && (rest.stream().noneMatch(delivery -> dead.contains(delivery.customer())) || outbox.flush());
    }

    /** The result, on its way to the database. */
    private DeliveryResult kept(Delivery delivery, Outcome outcome, long startedAt, int millis) {
        try {
            DeliveryResult result = result(delivery, masked(outcome), startedAt, millis);
            metrics.attempted(result);
            if (result.isDeadLetter()) {
                LOG.warn("{}: event {} is a dead letter after {} attempts, {}", name(), delivery.event().event().id(),
                        result.delivery().attempts(), Failing.answer(result.outcome()));
            }
            writer.add(result);
            return result;
        } catch (RuntimeException | Error e) {
            return result(delivery, failedWithin(delivery, e), startedAt, millis);
        }
    }

    private DeliveryResult result(Delivery delivery, Outcome outcome, long startedAt, int millis) {
        boolean held = outcome.verdict() == Verdict.HOLD;
        long ticks = destinations.clocks().ticks();
        long since = held || delivery.triedSince() > 0 ? delivery.triedSince() : ticks - millis;
        Delivery after = new Delivery(delivery.event(), delivery.origin(), delivery.attempts() + (held ? 0 : 1), since,
                delivery.scheduled() || !outcome.isFinal());
        long firstAttemptAt = since == 0 ? 0 : destinations.clocks().now() - (ticks - since);
        return new DeliveryResult(name(), after, outcome, firstAttemptAt, startedAt, millis);
    }

    private Outcome masked(Outcome outcome) {
        String reason = destinations.secrets().mask(outcome.reason());
        return new Outcome(outcome.verdict(), outcome.responseCode(),
                reason == null || reason.length() <= MAX_REASON ? reason
                        : Ids.wellFormed(reason.substring(0, MAX_REASON)),
                outcome.delayMs(), outcome.askedMs(), destinations.secrets().mask(outcome.request()));
    }
}
