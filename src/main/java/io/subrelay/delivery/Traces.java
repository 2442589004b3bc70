package io.subrelay.delivery;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.subrelay.event.Delivery;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.CamelContextHelper;

/**
 * The trace of each event, from the span in which it was accepted to those of its deliveries. Does nothing where traces
 * are off.
 */
final class Traces {

    /** What Camel's tracer puts into each message, and goes on with. */
    static final String HEADER = "traceparent";

    private static final Pattern TRACEPARENT = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    /** Of a trace that nobody keeps. */
    private static final String NOT_SAMPLED = "00-00000000000000000000000000000001-0000000000000001-00";

    private final Tracer tracer;

    Traces(CamelContext context) {
        tracer = CamelContextHelper.findSingleByType(context, Tracer.class);
    }

    /** The span that an exchange is in; null where there is none. */
    String current(Exchange exchange) {
        String traceparent = tracer == null ? null : exchange.getMessage().getHeader(HEADER, String.class);
        return traceparent != null && TRACEPARENT.matcher(traceparent).matches() ? traceparent : null;
    }

    /** Keeps what an exchange does out of all traces. */
    void leaveOut(Exchange exchange) {
        if (tracer != null) {
            exchange.getMessage().setHeader(HEADER, NOT_SAMPLED);
        }
    }

    /**
     * Makes the call of a route part of the first event's trace.
     *
     * @return spans in the traces of the others, each with a link to the first: to be ended after the call
     */
    List<Span> resume(Exchange exchange, String destination, List<Delivery> deliveries) {
        if (tracer == null) {
            return List.of();
        }
        List<Span> others = new ArrayList<>();
        SpanContext first = null;
        for (Delivery delivery : deliveries) {
            String traceparent = delivery.event().event().traceparent();
            if (traceparent != null) {
                String[] parts = traceparent.split("-");
                SpanContext accepted = SpanContext.createFromRemoteParent(parts[1], parts[2],
                        TraceFlags.fromHex(parts[3], 0), TraceState.getDefault());
                if (first == null) {
                    first = accepted;
                    exchange.getMessage().setHeader(HEADER, traceparent);
                } else {
                    Span span = tracer.spanBuilder("outbox:" + destination)
                            .setParent(Context.root().with(Span.wrap(accepted))).addLink(first).startSpan();
                    OutboxSpanDecorator.tags(delivery).forEach(span::setAttribute);
                    others.add(span);
                }
            }
        }
        return others;
    }
}
