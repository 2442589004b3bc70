package io.subrelay.delivery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opentelemetry.api.trace.Span;
import io.subrelay.event.Delivery;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Outcome;
import io.subrelay.time.Clocks;
import java.util.Collections;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The consumer of a destination's route. By itself it only previews: that of a destination that is off, for one. */
public class OutboxConsumer extends DefaultConsumer {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxConsumer.class);

    protected final OutboxEndpoint endpoint;
    protected final DestinationRegistry destinations;
    protected final String mode;
    protected final DeliveryMetrics metrics;
    private SharedPolicy policy;
    private Traces traces;

    OutboxConsumer(OutboxEndpoint endpoint, Processor processor, DestinationRegistry destinations, String mode) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.destinations = destinations;
        this.mode = mode;
        this.metrics = new DeliveryMetrics(destinations.meters(), endpoint.getName());
    }

    public final String name() {
        return endpoint.getName();
    }

    /** {@code live}, {@code preview} or {@code off}. */
    public final String mode() {
        return mode;
    }

    /** Whether it is to be told how customers stand where no event of theirs does. */
    final boolean takesCustomerUpdates() {
        return endpoint.isCustomerUpdates() && destinations.settings().customerUpdates(name());
    }

    public Standing standing() {
        return Standing.IDLE;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        policy = new SharedPolicy(endpoint.getCamelContext());
        traces = new Traces(endpoint.getCamelContext());
        metrics.bind(this);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        destinations.add(this);
    }

    final SharedPolicy policy() {
        return policy;
    }

    /**
     * What an attempt to deliver these together comes to, for each of them. What fails here beside the route must not
     * cost its customers their turn: the attempt failed, and is retried.
     */
    final List<Outcome> call(List<Delivery> deliveries) {
        try {
            Exchange exchange = createExchange(false);
            Clocks clocks = destinations.clocks();
            Attempt attempt = new Attempt(exchange, endpoint, deliveries, mode, clocks, clocks.now());
            List<Span> spans = traces.resume(exchange, name(), deliveries);
            List<Outcome> outcomes = attempt.call(getProcessor()).outcomes(policy);
            spans.forEach(Span::end);
            releaseExchange(exchange, false);
            return outcomes;
        } catch (RuntimeException | Error e) {
            return Collections.nCopies(deliveries.size(), failedWithin(deliveries.get(0), e));
        }
    }

    final Outcome failedWithin(Delivery delivery, Throwable e) {
        LOG.error("{}: the attempt to deliver event {} failed within the runner, and is retried",
                name(), delivery.event().event().id(), e);
        String reason = "the runner failed, see its log: " + e.getClass().getSimpleName();
        return policy.undecided(delivery, 0, new Answer(0, reason));
    }

    /**
     * What the route would send for an event at the time of its acceptance, without sending it.
     *
     * @return {@code {"decision":"send","requests":[…]}}, {@code {"decision":"skip","reason":…}} or the same with
     *         {@code refuse} or {@code error}; secrets are not masked
     */
    public final ObjectNode preview(EnrichedEvent event) {
        Exchange exchange = createExchange(false);
        List<Delivery> one = List.of(Delivery.of(event));
        Attempt attempt = new Attempt(exchange, endpoint, one, "preview", destinations.clocks(), event.receivedAt());
        traces.leaveOut(exchange);
        ObjectNode preview = attempt.call(getProcessor()).preview();
        releaseExchange(exchange, false);
        return preview;
    }
}
