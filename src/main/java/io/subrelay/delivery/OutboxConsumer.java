package io.subrelay.delivery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.delivery.queue.Finished;
import io.subrelay.delivery.queue.Lanes;
import io.subrelay.delivery.queue.OutboxQueue;
import io.subrelay.event.Delivery;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Outcome;
import io.subrelay.event.Outcome.Verdict;
import io.subrelay.redelivery.DurableRedelivery;
import io.subrelay.store.Mark;
import io.subrelay.time.Clocks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers to one destination with threads of its own. A route that ends without a failure has delivered. What a
 * failure means is decided by Camel's error handling of the route, see {@link DurableRedelivery}: the delivery is
 * retried later, or becomes a dead letter.
 */
public final class OutboxConsumer extends DefaultConsumer {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxConsumer.class);
    private static final int MAX_REASON = 500;
    private static final long PAUSE_MS = 1_000;

    private final OutboxEndpoint endpoint;
    private final Outbox outbox;
    private final Clocks clocks;
    private final DeliveryMetrics metrics;
    private final Circuit circuit;
    private final Failing failing;
    private final AtomicBoolean recovered = new AtomicBoolean();
    private String mode = "off";
    private volatile OutboxQueue queue;
    private Workers workers;
    private SharedPolicy policy;

    OutboxConsumer(OutboxEndpoint endpoint, Processor processor, Outbox outbox) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.outbox = outbox;
        this.clocks = outbox.clocks();
        this.circuit = new Circuit(endpoint.getName(), clocks.steady(), this::recovered);
        this.failing = new Failing(endpoint.getName(), clocks);
        this.metrics = new DeliveryMetrics(outbox.meters(), endpoint.getName());
    }

    public String name() {
        return endpoint.getName();
    }

    /** {@code live}, {@code preview} or {@code off}. */
    public String mode() {
        return mode;
    }

    /** Whether it is to be told how customers stand where no event of theirs does. */
    boolean takesCustomerUpdates() {
        return endpoint.isCustomerUpdates() && outbox.settings().customerUpdates(name());
    }

    /** {@code closed}, {@code open}, {@code half_open} or {@code held}. */
    public String circuit() {
        return circuit.state();
    }

    /** In how many milliseconds a destination that is held or left alone is called again; 0 where it is not known. */
    public long circuitMs() {
        return circuit.untilMs();
    }

    /** How the destination fails now; null while it works, and while nothing is known. */
    public Failing.Now failing() {
        return failing.now();
    }

    long failingSeconds() {
        return failing.seconds();
    }

    /** How long the oldest event that is not settled has been waiting, seconds; 0 if there is none. */
    public long oldestPendingSeconds() {
        long at = queue == null ? 0 : queue.oldestPendingAt();
        return at == 0 ? 0 : Math.max(0, clocks.now() - at) / 1000;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        mode = outbox.settings().mode(name(), endpoint.credentialNames());
        metrics.bind(this);
        policy = new SharedPolicy(endpoint.getCamelContext());
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (mode.equals("off")) {
            outbox.closed(this);
            return;
        }
        outbox.open(this);
        if (queue == null) {
            return;
        }
        workers = new Workers(getEndpoint().getCamelContext().getExecutorServiceManager()
                .newCachedThreadPool(this, "outbox-" + name()),
                outbox.settings().number("delivery.concurrency", 1, 1000), this::work);
        workers.more();
    }

    void deliverFrom(OutboxQueue opened) {
        queue = opened;
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

    long longestWaitMs() {
        return policy.longestWaitMs();
    }

    void takeNoMore() {
        if (queue != null) {
            queue.close();
        }
    }

    void offer(List<EnrichedEvent> events, long fromSeq, long toSeq) {
        if (queue != null) {
            queue.offer(events, fromSeq, toSeq);
        }
    }

    void acquire(int slice, long position) {
        if (queue != null) {
            queue.acquire(slice, position);
        }
    }

    /** @return whether nothing of the slice is being attempted any more */
    boolean release(int slice) {
        return queue == null || queue.release(slice);
    }

    void offerRequests() {
        if (queue != null) {
            queue.offerRequests();
        }
    }

    void forget(Set<Long> customers) {
        if (queue != null) {
            queue.forget(customers);
        }
    }

    /** Attempts now what waits of these customers for its next attempt. */
    void retryNow(Set<Long> customers) {
        if (queue != null && !customers.isEmpty()) {
            queue.makeDue(lanes -> lanes.makeDueOf(customers));
        }
    }

    /** Calls a destination at once that is held or left alone. */
    void tryNow() {
        circuit.tryNow();
        offerRequests();
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
        if (queue.oldestPendingAt() == 0 && outbox.nothingWaits(name())) {
            failing.nothingWaits();
            return false;
        }
        return !queue.makeDue(Lanes::makeNextDue);
    }

    private void recovered() {
        queue.makeDue(Lanes::makeAllDue);
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

    Map<Integer, Long> positions() {
        return queue == null ? Map.of() : queue.positions();
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
        List<Delivery> deliveries = queue.take(most, this::mayShareList, circuit, workers::more);
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
        List<Finished> finished = new ArrayList<>(deliveries.size());
        List<Outcome> outcomes = attempt(deliveries, finished);
        List<Delivery> attempted = deliveries.subList(0, outcomes.size());
        long again = policy.delayMs(1);
        deliveries.subList(attempted.size(), deliveries.size())
                .forEach(delivery -> finished.add(Finished.again(delivery, again)));
        boolean first = attempted.stream().anyMatch(delivery -> delivery.attempts() == 0);
        Outcome decided = Outcome.decisive(outcomes);
        Outcome decisive = masked(decided);
        // each of these, whatever becomes of the others: what was taken has to be given back
        try {
            tell(decisive, attempted.get(outcomes.indexOf(decided)));
        } finally {
            try {
                circuit.answered(decisive, first);
            } finally {
                try {
                    workers.ended(begun, System.nanoTime() - started, decisive);
                } finally {
                    outbox.giveBack(finished, queue);
                }
            }
        }
    }

    private void tell(Outcome outcome, Delivery delivery) {
        if (isStoppingOrStopped()) {
            // what is interrupted then tells nothing
            return;
        }
        if (outcome.isTransient() || outcome.verdict() == Verdict.HOLD) {
            failing.failed(outcome, delivery);
        } else if (outcome.isOfTheDestination() && failing.worked()) {
            circuit.forget();
            recovered();
        }
    }

    /**
     * A list that is refused because of some of its events is split until those are found.
     *
     * @param  finished gets how they came back
     * @return          the results, without those of the last ones if these were not attempted: something before them
     *                  has to be retried first
     */
    private List<Outcome> attempt(List<Delivery> deliveries, List<Finished> finished) {
        long startedAt = clocks.now();
        long started = System.nanoTime();
        List<Outcome> outcomes = run(deliveries);
        int millis = (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        boolean refused = deliveries.size() > 1 && outcomes.stream()
                .anyMatch(outcome -> outcome.verdict() == Verdict.REFUSED && outcome.responseCode() > 0);
        if (!refused) {
            for (int i = 0; i < outcomes.size(); i++) {
                finished.add(finishOrFail(deliveries.get(i), outcomes.get(i), startedAt, millis));
            }
            return outcomes;
        }
        int half = deliveries.size() / 2;
        List<Delivery> rest = deliveries.subList(half, deliveries.size());
        List<Outcome> all = new ArrayList<>(attempt(deliveries.subList(0, half), finished));
        if (all.size() == half && outbox.mayFollow(finished, rest)) {
            all.addAll(attempt(rest, finished));
        }
        return all;
    }

    /** What fails here beside the route must not cost its customers their turn: the attempt failed, and is retried. */
    List<Outcome> run(List<Delivery> deliveries) {
        try {
            Exchange exchange = createExchange(false);
            List<Outcome> outcomes =
                    new Attempt(exchange, endpoint, deliveries, mode, clocks, clocks.now()).call(getProcessor())
                            .outcomes(policy);
            releaseExchange(exchange, false);
            return outcomes;
        } catch (RuntimeException | Error e) {
            logFailure(deliveries.get(0), e);
            String reason = "the runner failed, see its log: " + e.getClass().getSimpleName();
            return Collections.nCopies(deliveries.size(),
                    policy.undecided(deliveries.get(0), 0, new Answer(0, reason)));
        }
    }

    private void logFailure(Delivery delivery, Throwable e) {
        LOG.error("{}: the attempt to deliver event {} failed within the runner, and is retried",
                name(), delivery.event().event().id(), e);
    }

    /**
     * What the route would send for an event at the time of its acceptance, without sending it.
     *
     * @return {@code {"decision":"send","requests":[…]}}, {@code {"decision":"skip","reason":…}} or the same with
     *         {@code refuse} or {@code error}
     */
    public ObjectNode preview(EnrichedEvent event) {
        Exchange exchange = createExchange(false);
        List<Delivery> one = List.of(Delivery.of(event));
        ObjectNode preview = new Attempt(exchange, endpoint, one, "preview", clocks, event.receivedAt())
                .call(getProcessor()).preview();
        releaseExchange(exchange, false);
        return preview;
    }

    private Finished finishOrFail(Delivery delivery, Outcome outcome, long at, int millis) {
        try {
            return finish(delivery, outcome, at, millis);
        } catch (RuntimeException | Error e) {
            logFailure(delivery, e);
            Delivery failed = delivery.failed(delivery.attempts() + 1, triedSince(delivery, millis));
            return Finished.again(failed, policy.delayMs(failed.attempts()));
        }
    }

    private Finished finish(Delivery delivery, Outcome outcome, long at, int millis) {
        int attempts = delivery.attempts() + 1;
        Outcome shown = masked(outcome);
        metrics.attempted(outcome);
        if (outcome.isFinal()) {
            return settle(delivery, attempts, at, millis, shown);
        }
        boolean held = outcome.verdict() == Verdict.HOLD;
        Delivery failed = held ? delivery.failed(delivery.attempts(), delivery.triedSince())
                : delivery.failed(attempts, triedSince(delivery, millis));
        long now = clocks.now();
        long first = failed.triedSince() == 0 ? 0 : now - (clocks.ticks() - failed.triedSince());
        long wait = held ? 1 : outcome.delayMs();
        outbox.mark(new Mark.Failed(failed, name(), first, at, millis, now + wait, shown));
        return Finished.again(failed, wait);
    }

    private long triedSince(Delivery delivery, int millis) {
        return delivery.triedSince() > 0 ? delivery.triedSince() : clocks.ticks() - millis;
    }

    private Finished settle(Delivery delivery, int attempts, long at, int millis, Outcome outcome) {
        String state = switch (outcome.verdict()) {
            case DELIVERED -> "delivered";
            case SKIPPED -> "skipped";
            case PREVIEWED -> "previewed";
            default -> "dead";
        };
        if (state.equals("dead")) {
            LOG.warn("{}: event {} is a dead letter after {} attempts, {}", name(),
                    delivery.event().event().id(), attempts, Failing.answer(outcome));
        }
        metrics.settled(state, delivery.event().receivedAt());
        outbox.mark(new Mark.Settled(delivery, name(), state, attempts, at + millis, millis, outcome));
        return Finished.ended(delivery, state.equals("dead"));
    }

    private Outcome masked(Outcome outcome) {
        return new Outcome(outcome.verdict(), outcome.responseCode(), shorten(outcome.reason()), outcome.delayMs(),
                outcome.askedMs(), outbox.secrets().mask(outcome.request()));
    }

    private String shorten(String reason) {
        String masked = outbox.secrets().mask(reason);
        return masked == null || masked.length() <= MAX_REASON ? masked : masked.substring(0, MAX_REASON);
    }
}
