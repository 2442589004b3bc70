package io.subrelay.brokers;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.harness.Api;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** What is on the other side of a broker: it sends to topics and queues, and reads them. */
final class Bus implements AutoCloseable {

    /** A message that was read. */
    record Message(Map<String, String> headers, String body) {

        JsonNode json() {
            try {
                return Api.JSON.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final ProducerTemplate producer = camel.createProducerTemplate();

    /** @param beans by their names, for endpoints to refer to */
    Bus(Map<String, Object> beans) {
        beans.forEach(camel.getRegistry()::bind);
        camel.getShutdownStrategy().setTimeout(5);
        camel.start();
    }

    /** Sends again until the broker has taken it. */
    void send(String uri, Object body, Map<String, Object> headers) {
        for (int tries = 0; tries < 1000; tries++) {
            try {
                producer.sendBodyAndHeaders(uri, body, headers);
                return;
            } catch (CamelExecutionException e) {
                // it was killed
            }
        }
        throw new IllegalStateException("the broker does not come back: " + uri);
    }

    /** What is read from now on, in the order in which it comes. */
    List<Message> read(String uri) throws Exception {
        List<Message> messages = new CopyOnWriteArrayList<>();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(uri).process(exchange -> messages.add(new Message(headers(exchange),
                        exchange.getMessage().getBody(String.class))));
            }
        });
        return messages;
    }

    private static Map<String, String> headers(Exchange exchange) {
        Map<String, String> headers = new HashMap<>();
        exchange.getMessage().getHeaders().keySet()
                .forEach(name -> headers.put(name, exchange.getMessage().getHeader(name, String.class)));
        return headers;
    }

    @Override
    public void close() {
        camel.stop();
    }
}
