package io.subrelay.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.http.common.HttpHelper;
import org.apache.camel.spi.InterceptSendToEndpoint;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.component.http.HttpMethods;
import org.apache.camel.component.http.helper.HttpMethodHelper;

/** The request that an endpoint would send for an exchange, as JSON: {@code method}, {@code url}, {@code headers}, {@code body}. */
final class PreviewedRequest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private PreviewedRequest() {
    }

    /** @param exchange one that was intercepted on its way to an endpoint */
    static ObjectNode of(Exchange exchange) throws Exception {
        String uri = exchange.getProperty(Exchange.INTERCEPTED_ENDPOINT, String.class);
        Endpoint endpoint = original(exchange.getContext().hasEndpoint(uri));
        String body = exchange.getMessage().getBody(String.class);
        ObjectNode request = JSON.createObjectNode();
        if (endpoint instanceof HttpEndpoint http) {
            HttpMethods method = HttpMethodHelper.createMethod(exchange, http);
            request.put("method", method.name());
            request.put("url", HttpHelper.createURI(exchange, HttpHelper.createURL(exchange, http), http).toString());
        } else {
            request.put("method", "SEND");
            request.put("url", uri);
        }
        ObjectNode headers = request.putObject("headers");
        Map<String, Object> sorted = new TreeMap<>(exchange.getMessage().getHeaders());
        sorted.forEach((name, value) -> {
            if (!name.startsWith("Camel")) {
                headers.put(name, String.valueOf(value));
            }
        });
        request.set("body", parsed(body));
        return request;
    }

    private static Endpoint original(Endpoint endpoint) {
        return endpoint instanceof InterceptSendToEndpoint intercepted ? intercepted.getOriginalEndpoint() : endpoint;
    }

    private static JsonNode parsed(String body) {
        try {
            return body == null ? null : JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return TextNode.valueOf(body);
        }
    }
}
