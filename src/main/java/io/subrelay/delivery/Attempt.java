package io.subrelay.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;

/**
 * What a route has said about the deliveries of one exchange: which it skips, refuses or holds, and in preview mode
 * the requests that it would have sent.
 */
final class Attempt {

    private static final String PROPERTY = "SubrelayAttempt";

    private final Exchange exchange;
    private final Outcome[] said;
    private final ArrayNode requests = JsonNodeFactory.instance.arrayNode();

    /** @param deliveries how many deliveries the exchange has */
    Attempt(Exchange exchange, int deliveries) {
        this.exchange = exchange;
        this.said = new Outcome[deliveries];
        exchange.setProperty(PROPERTY, this);
    }

    /** @throws IllegalStateException if the exchange does not come from an outbox */
    static Attempt of(Exchange exchange) {
        Attempt attempt = exchange.getProperty(PROPERTY, Attempt.class);
        if (attempt == null) {
            throw new IllegalStateException("outbox:skip, outbox:refuse and outbox:hold belong in a route from outbox:");
        }
        return attempt;
    }

    /** Says how the deliveries of the exchange end of which nothing was said, or that of one element of a split list. */
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

    ArrayNode requests() {
        return requests;
    }

    /** @return null where the route has said nothing: then it was sent */
    Outcome said(int index) {
        return said[index];
    }
}
