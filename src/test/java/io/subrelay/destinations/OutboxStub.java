package io.subrelay.destinations;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Expression;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.component.http.helper.HttpMethodHelper;
import org.apache.camel.http.common.HttpHelper;
import org.apache.camel.spi.InterceptSendToEndpoint;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/** The outbox as a route sees it, without a store: hands events to a route and notes what the route said of them. */
final class OutboxStub extends DefaultComponent {

    static final String VERDICTS = "verdicts";

    private final Map<String, StubEndpoint> consumed = new ConcurrentHashMap<>();

    @Override
    protected Endpoint createEndpoint(String uri, String name, Map<String, Object> parameters) {
        StubEndpoint endpoint = new StubEndpoint(uri, name, Map.copyOf(parameters));
        parameters.clear();
        return endpoint;
    }

    /** Hands events to the route that consumes from {@code outbox:name}, as one list if the route takes lists. */
    Exchange deliver(String name, List<? extends JsonNode> events, String mode) throws Exception {
        StubEndpoint endpoint = consumed.get(name);
        boolean lists = endpoint.parameters.containsKey("batchSize");
        Exchange exchange = endpoint.createExchange();
        JsonNode first = events.get(0);
        exchange.setVariable("mode", mode);
        exchange.setVariable("age_seconds", 0L);
        exchange.setVariable("environment", first.path("event").path("environment").textValue());
        if (!lists) {
            exchange.setVariable("kind", first.path("kind").textValue());
            exchange.setVariable("store", first.path("event").path("store").textValue());
            exchange.setVariable("event_id", first.path("event").path("id").textValue());
            exchange.setVariable("webhook", ((com.fasterxml.jackson.databind.node.ObjectNode) first).deepCopy()
                    .retain("api_version", "event").toString());
        }
        exchange.setProperty(VERDICTS, new ConcurrentHashMap<Integer, String>());
        exchange.getMessage().setBody(lists ? List.copyOf(events) : first);
        endpoint.processor.process(exchange);
        return exchange;
    }

    final class StubEndpoint extends DefaultEndpoint {

        private final String name;
        private final Map<String, Object> parameters;
        private Processor processor;

        StubEndpoint(String uri, String name, Map<String, Object> parameters) {
            super(uri, OutboxStub.this);
            this.name = name;
            this.parameters = parameters;
        }

        @Override
        public Producer createProducer() {
            Expression reason = getCamelContext().resolveLanguage("simple")
                    .createExpression(String.valueOf(parameters.get("reason")));
            reason.init(getCamelContext());
            return new DefaultProducer(this) {
                @Override
                @SuppressWarnings("unchecked")
                public void process(Exchange exchange) throws Exception {
                    int index = exchange.getProperty(ExchangePropertyKey.SPLIT_INDEX, 0, Integer.class);
                    exchange.getProperty(VERDICTS, Map.class)
                            .put(index, name + ": " + reason.evaluate(exchange, String.class));
                    exchange.getMessage().setBody(null);
                    exchange.setRouteStop(true);
                }
            };
        }

        /** Method, address and body of the HTTP request that was intercepted, as camel-http would make it. */
        static String preview(Exchange exchange) throws Exception {
            String uri = exchange.getProperty(ExchangePropertyKey.INTERCEPTED_ENDPOINT, String.class);
            HttpEndpoint http = (HttpEndpoint) exchange.getContext().getEndpoints().stream()
                    .filter(each -> uri.equals(each.getEndpointUri()))
                    .map(each -> ((InterceptSendToEndpoint) each).getOriginalEndpoint()).findFirst().orElseThrow();
            String url = HttpHelper.createURL(exchange, http);
            return HttpMethodHelper.createMethod(exchange, http) + " " + HttpHelper.createURI(exchange, url, http)
                    + " " + exchange.getMessage().getBody(String.class);
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            this.processor = processor;
            consumed.put(name, this);
            return new DefaultConsumer(this, processor);
        }
    }
}
