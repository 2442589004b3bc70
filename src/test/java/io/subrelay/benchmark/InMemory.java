package io.subrelay.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.webhook.WebhookReader;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.ProcessorEndpoint;

/**
 * The yardstick: the shipped routes of the destinations behind queues in memory, one request for each event and
 * destination. Nothing is stored, ordered, or sent again; {@code benchmark/in-memory.camel.yaml} takes the webhooks.
 */
public final class InMemory {

    private InMemory() {
    }

    public static void main(String[] args) throws Exception {
        Main main = new Main();
        main.setPropertyPlaceholderLocations(
                "classpath:benchmark/in-memory.properties,classpath:io/subrelay/destinations.properties");
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport main) {
                CamelContext context = main.getCamelContext();
                context.addComponent("outbox", new Queues());
                context.getRegistry().bind("enricher", new Enricher());
            }

            @Override
            public void afterStart(BaseMainSupport main) {
                System.out.println("In memory is ready");
            }
        });
        main.run();
    }

    /** Gives an event what the outbox gives it, with a customer who is what the event says. */
    public static final class Enricher {

        private final WebhookReader reader = new WebhookReader();

        public JsonNode enrich(byte[] body, Exchange exchange) {
            Event event = reader.read(body);
            ObjectNode customer = JsonNodeFactory.instance.objectNode();
            for (String field : List.of("app_user_id", "original_app_user_id", "aliases")) {
                customer.set(field, event.event().get(field));
            }
            customer.set("last_seen_app_user_id", event.event().get("app_user_id"));
            ObjectNode attributes = customer.putObject("subscriber_attributes");
            event.event().path("subscriber_attributes").properties()
                    .forEach(each -> attributes.set(each.getKey(), each.getValue().get("value")));
            customer.put("subscription_status", "active");
            customer.set("active_entitlements", event.event().get("entitlement_ids"));
            exchange.setVariable("mode", "live");
            exchange.setVariable("kind", event.kind());
            exchange.setVariable("environment", event.event().path("environment").asText());
            exchange.setVariable("store", event.event().path("store").asText());
            exchange.setVariable("event_id", event.id());
            exchange.setVariable("webhook", event.text());
            return new EnrichedEvent(0, 0, List.of(), event, customer, 0, false, List.of()).body();
        }

        /** For the destinations that take lists. */
        public List<JsonNode> list(JsonNode event) {
            return List.of(event);
        }
    }

    /** {@code from: outbox:…} reads a queue in memory instead. */
    private static final class Queues extends DefaultComponent {

        @Override
        protected Endpoint createEndpoint(String uri, String name, Map<String, Object> parameters) {
            boolean ends = parameters.remove("reason") != null || name.equals("preview");
            parameters.clear();
            return ends ? new ProcessorEndpoint(uri, this, exchange -> {
                throw new IllegalStateException("every event of the benchmark is to be sent");
            }) : getCamelContext().getEndpoint("seda:" + name + "?{{queue}}");
        }
    }
}
