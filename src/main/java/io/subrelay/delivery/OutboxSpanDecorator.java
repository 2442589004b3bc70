package io.subrelay.delivery;

import io.subrelay.event.Delivery;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.telemetry.Span;
import org.apache.camel.telemetry.TagConstants;
import org.apache.camel.telemetry.decorators.AbstractSpanDecorator;

/** What Camel's tracer says of {@code outbox:} in a span: of which event a delivery is, and how it was answered. */
public final class OutboxSpanDecorator extends AbstractSpanDecorator {

    @Override
    public String getComponent() {
        return "outbox";
    }

    @Override
    public String getComponentClassName() {
        return OutboxComponent.class.getName();
    }

    @Override
    public String getOperationName(Exchange exchange, Endpoint endpoint) {
        return "outbox:" + ((OutboxEndpoint) endpoint).getName();
    }

    static Map<String, String> tags(Delivery delivery) {
        return Map.of("subrelay.event_id", delivery.event().event().id(),
                "subrelay.attempt_number", String.valueOf(delivery.attempts() + 1));
    }

    @Override
    public void beforeTracingEvent(Span span, Exchange exchange, Endpoint endpoint) {
        super.beforeTracingEvent(span, exchange, endpoint);
        Delivery first = Attempt.first(exchange);
        if (first != null) {
            tags(first).forEach(span::setTag);
        }
    }

    @Override
    public void afterTracingEvent(Span span, Exchange exchange) {
        super.afterTracingEvent(span, exchange);
        Exception failure = exchange.getException() != null ? exchange.getException()
                : exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Exception.class);
        int status = (failure == null ? Answer.of(exchange) : Answer.of(exchange, failure)).status();
        if (status > 0) {
            span.setTag(TagConstants.HTTP_STATUS, String.valueOf(status));
        }
    }
}
