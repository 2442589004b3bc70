package io.subrelay.delivery;

import io.subrelay.delivery.Outcome.Verdict;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.support.DefaultProducer;

/** Ends a delivery without sending it, and with it the route of its exchange. */
final class OutboxProducer extends DefaultProducer {

    private final OutboxEndpoint endpoint;
    private final Expression reason;

    OutboxProducer(OutboxEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        String text = endpoint.getReason() == null ? endpoint.getName() + " by the route" : endpoint.getReason();
        this.reason = endpoint.getCamelContext().resolveLanguage("simple").createExpression(text);
        if (!endpoint.getName().matches("skip|refuse")) {
            throw new IllegalArgumentException("to: outbox:" + endpoint.getName()
                    + ": there is only outbox:skip and outbox:refuse");
        }
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Attempt attempt = Attempt.of(exchange);
        String said = reason.evaluate(exchange, String.class);
        attempt.say(exchange, endpoint.getName().equals("skip")
                ? Outcome.skipped(said) : Outcome.failed(Verdict.REFUSED, 0, said, 0));
        exchange.getMessage().setBody(null);
        exchange.setRouteStop(true);
    }
}
