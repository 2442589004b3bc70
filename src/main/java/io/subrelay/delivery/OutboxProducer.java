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
        if (!endpoint.getName().matches("skip|refuse|preview")) {
            throw new IllegalArgumentException("to: outbox:" + endpoint.getName()
                    + ": there is only outbox:skip, outbox:refuse and outbox:preview");
        }
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Attempt attempt = Attempt.of(exchange);
        switch (endpoint.getName()) {
            case "skip" -> {
                attempt.say(exchange, Outcome.skipped(reason.evaluate(exchange, String.class)));
                end(exchange);
            }
            case "refuse" -> {
                attempt.say(exchange, Outcome.failed(Verdict.REFUSED, 0, reason.evaluate(exchange, String.class), 0));
                end(exchange);
            }
            default -> attempt.wouldSend(PreviewedRequest.of(exchange));
        }
    }

    private static void end(Exchange exchange) {
        exchange.getMessage().setBody(null);
        exchange.setRouteStop(true);
    }
}
