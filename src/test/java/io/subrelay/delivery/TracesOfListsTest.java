package io.subrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.subrelay.event.Delivery;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** Several events that go out in one request, each with a trace of its own. */
class TracesOfListsTest {

    private static final String FIRST = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String OTHER = "5bf92f3577b34da6a3ce929d0e0e4736";

    @Test
    void areInTheTraceOfTheFirstAndNamedInThatOfEachOther() {
        DefaultCamelContext camel = new DefaultCamelContext();
        Exchange exchange = new DefaultExchange(camel);
        assertThat(new Traces(camel).resume(exchange, "segment", List.of(delivery("a", FIRST)))).isEmpty();
        assertThat(exchange.getMessage().getHeaders()).isEmpty();

        try (SdkTracerProvider provider = SdkTracerProvider.builder().build()) {
            camel.getRegistry().bind("tracer", Tracer.class, provider.get("test"));
            List<Span> spans = new Traces(camel).resume(exchange, "segment", List.of(delivery("older", null),
                    delivery("a", FIRST), delivery("b", OTHER), delivery("c", FIRST)));

            assertThat(exchange.getMessage().getHeader("traceparent")).isEqualTo(traceparent(FIRST));
            assertThat(spans).hasSize(2);
            SpanData other = ((ReadableSpan) spans.get(0)).toSpanData();
            assertThat(other.getTraceId()).isEqualTo(OTHER);
            assertThat(other.getName()).isEqualTo("outbox:segment");
            assertThat(other.getLinks()).extracting(link -> link.getSpanContext().getTraceId()).containsExactly(FIRST);
            assertThat(other.getAttributes().asMap()).extracting(Object::toString)
                    .asString().contains("subrelay.event_id=b", "subrelay.attempt_number=1");
        }
    }

    private static String traceparent(String trace) {
        return "00-" + trace + "-00f067aa0ba902b7-01";
    }

    private static Delivery delivery(String id, String trace) {
        Event event = new Event(id, "RENEWAL", "renewal", 0, 0, JsonNodeFactory.instance.objectNode(), "",
                trace == null ? null : traceparent(trace));
        return Delivery.of(new EnrichedEvent(1, 1, List.of(), event, null, 0, false, List.of("segment")));
    }
}
