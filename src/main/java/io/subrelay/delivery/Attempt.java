package io.subrelay.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.camel.Exchange;

/**
 * What a route has said about the deliveries of one exchange: which it skips or refuses, and in preview mode the
 * requests that it would have sent.
 */
final class Attempt {

    private static final String PROPERTY = "SubrelayAttempt";

    private final Outcome[] said;
    private final ArrayNode requests = JsonNodeFactory.instance.arrayNode();

    /** @param deliveries how many deliveries the exchange has */
    Attempt(int deliveries) {
        said = new Outcome[deliveries];
    }

    void attach(Exchange exchange) {
        exchange.setProperty(PROPERTY, this);
    }

    /** @throws IllegalStateException if the exchange does not come from an outbox */
    static Attempt of(Exchange exchange) {
        Attempt attempt = exchange.getProperty(PROPERTY, Attempt.class);
        if (attempt == null) {
            throw new IllegalStateException("outbox:skip and outbox:refuse belong in a route from outbox:");
        }
        return attempt;
    }

    /** Says how the delivery of this exchange, or of this element of a split list, ends without being sent. */
    void say(Exchange exchange, Outcome outcome) {
        int index = said.length == 1 ? 0 : exchange.getProperty(Exchange.SPLIT_INDEX, -1, Integer.class);
        if (index < 0 || index >= said.length) {
            throw new IllegalStateException("In a list, outbox:skip and outbox:refuse belong in a split of the body");
        }
        said[index] = outcome;
    }

    void wouldSend(JsonNode request) {
        requests.add(request);
    }

    ArrayNode requests() {
        return requests;
    }

    /** @return null where the route has said nothing: then it was sent */
    Outcome said(int index) {
        return said[index];
    }

    /** Whether there is nothing left to send. */
    boolean saidAll() {
        for (Outcome outcome : said) {
            if (outcome == null) {
                return false;
            }
        }
        return true;
    }
}
