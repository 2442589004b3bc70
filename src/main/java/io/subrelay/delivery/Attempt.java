package io.subrelay.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.event.Delivery;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Outcome;
import io.subrelay.redelivery.DurableRedelivery;
import io.subrelay.time.Clocks;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Processor;

/**
 * One call of a destination's route with a delivery or a list of them, and what the route says of these: which it
 * skips, refuses or holds, and in preview the requests that it would have sent.
 */
final class Attempt {

    private static final String PROPERTY = "SubrelayAttempt";

    private final Exchange exchange;
    private final List<Delivery> deliveries;
    private final boolean preview;
    private final long retriedMs;
    private final Outcome[] said;
    private final ArrayNode requests = JsonNodeFactory.instance.arrayNode();

    /**
     * @param mode {@code live} or {@code preview}
     * @param now  the time of the attempt, milliseconds since the epoch
     */
    Attempt(Exchange exchange, OutboxEndpoint endpoint, List<Delivery> deliveries, String mode, Clocks clocks,
            long now) {
        this.exchange = exchange;
        this.deliveries = deliveries;
        this.preview = mode.equals("preview");
        this.said = new Outcome[deliveries.size()];
        exchange.setProperty(PROPERTY, this);
        Delivery first = deliveries.get(0);
        // a list is retried until all of it has been for long enough
        long since = first.attempts() == 0 ? 0 : deliveries.stream().mapToLong(Delivery::triedSince).max().getAsLong();
        this.retriedMs = since == 0 ? 0 : clocks.ticks() - since;
        if (first.attempts() > 0) {
            DurableRedelivery.resume(exchange, first.attempts(), retriedMs);
        }
        exchange.setVariable("mode", mode);
        exchange.setVariable("now_ms", now);
        exchange.setVariable("age_seconds", (now - first.event().receivedAt()) / 1000);
        if (endpoint.getBatchSize() == 0) {
            fill(first.event());
        } else {
            fill(endpoint);
        }
    }

    private void fill(EnrichedEvent event) {
        exchange.setVariable("kind", event.event().kind());
        exchange.setVariable("environment", event.environment());
        exchange.setVariable("store", event.event().event().path("store").asText(""));
        exchange.setVariable("event_id", event.event().id());
        exchange.setVariable("webhook", event.event().text());
        exchange.getMessage().setBody(event.body());
    }

    private void fill(OutboxEndpoint endpoint) {
        if (endpoint.getBatchBy() != null) {
            exchange.setVariable("environment", deliveries.get(0).event().environment());
        }
        List<ObjectNode> bodies = new ArrayList<>(deliveries.size());
        for (Delivery delivery : deliveries) {
            bodies.add(delivery.event().body());
        }
        exchange.getMessage().setBody(bodies);
    }

    /** The first of the deliveries of an exchange; null where it does not come from an outbox. */
    static Delivery first(Exchange exchange) {
        Attempt attempt = exchange.getProperty(PROPERTY, Attempt.class);
        return attempt == null ? null : attempt.deliveries.get(0);
    }

    /** @throws IllegalStateException if the exchange does not come from an outbox */
    static Attempt of(Exchange exchange) {
        Attempt attempt = exchange.getProperty(PROPERTY, Attempt.class);
        if (attempt == null) {
            throw new IllegalStateException("outbox:skip, refuse and hold belong in a route from outbox:");
        }
        return attempt;
    }

    Attempt call(Processor route) {
        try {
            route.process(exchange);
        } catch (Exception | Error e) {
            exchange.setException(e);
        }
        // what a route interrupts is its own waiting: the thread goes on to the next
        Thread.interrupted();
        return this;
    }

    /** Says how the deliveries of the exchange end that nothing was said of, or that of an element of a split list. */
    void say(Exchange part, Outcome outcome) {
        if (part == exchange) {
            for (int i = 0; i < said.length; i++) {
                said[i] = said[i] == null ? outcome : said[i];
            }
            return;
        }
        int index = said.length == 1 ? 0 : part.getProperty(ExchangePropertyKey.SPLIT_INDEX, -1, Integer.class);
        if (index < 0 || index >= said.length) {
            throw new IllegalStateException("This is neither the list of the outbox nor an element of its split");
        }
        said[index] = outcome;
    }

    void wouldSend(JsonNode request) {
        requests.add(request);
    }

    /** @return one for each delivery, in order */
    List<Outcome> outcomes(SharedPolicy policy) {
        List<Outcome> outcomes = new ArrayList<>(said.length);
        Outcome ofTheRest = null;
        for (Outcome each : said) {
            if (each == null && ofTheRest == null) {
                ofTheRest = ofTheRest(policy);
            }
            outcomes.add(each == null ? ofTheRest : each);
        }
        return outcomes;
    }

    private Outcome ofTheRest(SharedPolicy policy) {
        if (exchange.getException() != null) {
            return policy.outcome(exchange, deliveries.get(0), retriedMs);
        }
        return preview ? Outcome.previewed(requests.toString()) : Outcome.delivered(Answer.of(exchange).status());
    }

    /** @return see {@link OutboxConsumer#preview} */
    ObjectNode preview() {
        ObjectNode shown = JsonNodeFactory.instance.objectNode();
        if (said[0] != null) {
            shown.put("decision", said[0].verdict() == Outcome.Verdict.SKIPPED ? "skip" : "refuse");
            return shown.put("reason", said[0].reason());
        }
        if (exchange.getException() != null) {
            shown.put("decision", "error");
            return shown.put("reason", Answer.of(exchange, exchange.getException()).text());
        }
        shown.put("decision", "send");
        return shown.set("requests", requests);
    }
}
