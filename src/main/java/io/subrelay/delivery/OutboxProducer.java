package io.subrelay.delivery;

import io.subrelay.event.Outcome;
import io.subrelay.event.Outcome.Verdict;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Expression;
import org.apache.camel.support.DefaultProducer;

/**
 * Ends a delivery without sending it, and with it the route of its exchange. In an {@code onException} it says what the
 * failure means, and keeps the answer.
 */
final class OutboxProducer extends DefaultProducer {

    static final Map<String, Verdict> VERBS =
            Map.of("skip", Verdict.SKIPPED, "refuse", Verdict.REFUSED, "hold", Verdict.HOLD);

    private final Verdict verdict;
    private final Expression reason;

    /** @throws IllegalArgumentException if the endpoint's name is none of the verbs */
    OutboxProducer(OutboxEndpoint endpoint) {
        super(endpoint);
        this.verdict = VERBS.get(endpoint.getName());
        if (verdict == null) {
            throw new IllegalArgumentException("to: outbox:" + endpoint.getName()
                    + ": there is only outbox:accept, outbox:skip, outbox:refuse and outbox:hold");
        }
        this.reason = endpoint.getReason() == null ? null
                : endpoint.getCamelContext().resolveLanguage("simple").createExpression(endpoint.getReason());
    }

    @Override
    public void process(Exchange exchange) {
        Attempt attempt = Attempt.of(exchange);
        Exception failure = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Exception.class);
        Answer answer = failure == null ? new Answer(0, null) : Answer.of(exchange, failure);
        String said = reason == null ? answer.text() : reason.evaluate(exchange, String.class);
        attempt.say(exchange, Outcome.ended(verdict, answer.status(), said == null ? "by the route" : said));
        exchange.getMessage().setBody(null);
        exchange.setRouteStop(true);
    }
}
