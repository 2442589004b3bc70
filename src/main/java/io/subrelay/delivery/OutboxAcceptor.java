package io.subrelay.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.webhook.Rejected;
import io.subrelay.webhook.WebhookReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultProducer;

/**
 * {@code to: outbox:accept}: stores the webhook that the body is, or the list of them, and goes on once they are on the
 * disk. Each is text, bytes or a tree of JSON, or was read before. The body becomes {@code accepted}, or
 * {@code duplicate} where the event had been stored before; of a list a list of these.
 */
final class OutboxAcceptor extends DefaultProducer {

    private final WebhookReader reader = new WebhookReader();
    private Outbox outbox;
    private Counter accepted;
    private Counter duplicates;
    private Traces traces;

    OutboxAcceptor(OutboxEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        CamelContext context = getEndpoint().getCamelContext();
        // there is none where routes are checked, which get no webhook
        outbox = CamelContextHelper.findSingleByType(context, Outbox.class);
        traces = new Traces(context);
        MeterRegistry meters =
                CamelContextHelper.mandatoryFindSingleByType(context, DestinationRegistry.class).meters();
        accepted = Counter.builder("subrelay.webhooks.accepted")
                .description("Events that were stored").register(meters);
        duplicates = Counter.builder("subrelay.webhooks.duplicates")
                .description("Webhooks whose event had been stored before").register(meters);
    }

    /**
     * @throws Rejected with status 400 if one of them is not a valid webhook, and then none is stored; with status 503
     *                  if they cannot be stored now, though some of them may be
     */
    @Override
    public void process(Exchange exchange) throws InterruptedException {
        Object body = exchange.getMessage().getBody();
        if (body instanceof List || body instanceof ArrayNode) {
            List<Event> events = new ArrayList<>();
            for (Object each : (Iterable<?>) body) {
                try {
                    events.add(event(each, exchange));
                } catch (Rejected e) {
                    throw new Rejected(e.getStatus(), e.getReason(),
                            "webhook " + (events.size() + 1) + " of the list: " + e.getMessage(), e.getCause());
                }
            }
            exchange.getMessage().setBody(accept(events));
        } else {
            exchange.getMessage().setBody(accept(List.of(event(body, exchange))).get(0));
        }
    }

    private Event event(Object body, Exchange exchange) {
        Event event = read(body, exchange);
        String traceparent = traces.current(exchange);
        return traceparent == null ? event : event.withTraceparent(traceparent);
    }

    private Event read(Object webhook, Exchange exchange) {
        if (webhook instanceof Event event) {
            return event;
        }
        Object text = webhook instanceof TextNode node ? node.textValue()
                : webhook instanceof JsonNode tree ? tree.toString() : webhook;
        return reader.read(exchange.getContext().getTypeConverter().convertTo(byte[].class, exchange,
                text instanceof String it ? it.getBytes(StandardCharsets.UTF_8) : text));
    }

    private List<String> accept(List<Event> events) throws InterruptedException {
        List<String> results = new ArrayList<>(events.size());
        for (EnrichedEvent stored : outbox.accept(events)) {
            (stored == null ? duplicates : accepted).increment();
            results.add(stored == null ? "duplicate" : "accepted");
        }
        return results;
    }
}
