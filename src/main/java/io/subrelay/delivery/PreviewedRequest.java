package io.subrelay.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.subrelay.webhook.WebhookReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.component.http.HttpMethods;
import org.apache.camel.component.http.helper.HttpMethodHelper;
import org.apache.camel.http.common.HttpHelper;
import org.apache.camel.spi.InterceptSendToEndpoint;
import org.apache.hc.core5.net.WWWFormCodec;

/** The request that an endpoint would send for an exchange: its method, url, headers and body, as JSON. */
final class PreviewedRequest {

    private static final ObjectMapper JSON = WebhookReader.EXACT;
    private static final String FORM = "application/x-www-form-urlencoded";

    private PreviewedRequest() {
    }

    /** @param exchange one that was intercepted on its way to an endpoint */
    static ObjectNode of(Exchange exchange) throws Exception {
        String uri = exchange.getProperty(Exchange.INTERCEPTED_ENDPOINT, String.class);
        Endpoint endpoint = endpoint(exchange.getContext(), uri);
        String body = exchange.getMessage().getBody(String.class);
        ObjectNode request = JSON.createObjectNode();
        if (endpoint instanceof HttpEndpoint http) {
            HttpMethods method = HttpMethodHelper.createMethod(exchange, http);
            request.put("method", method.name());
            request.put("url", HttpHelper.createURI(exchange, HttpHelper.createURL(exchange, http), http).toString());
        } else {
            request.put("method", "SEND");
            request.put("url", address(uri));
        }
        ObjectNode headers = request.putObject("headers");
        Map<String, Object> sorted = new TreeMap<>(exchange.getMessage().getHeaders());
        sorted.forEach((name, value) -> {
            if (!name.startsWith("Camel") && !name.equals(Traces.HEADER)) {
                headers.put(name, String.valueOf(value));
            }
        });
        if (endpoint instanceof HttpEndpoint http && http.isAuthenticationPreemptive()
                && !headers.has("Authorization")) {
            addBasicAuthorization(http, headers);
        }
        boolean form = FORM.equals(exchange.getMessage().getHeader(Exchange.CONTENT_TYPE));
        request.set("body", form && body != null ? JSON.valueToTree(decoded(body)) : parsed(body));
        return request;
    }

    /** A topic, queue or folder as routes write it: its options say how it is reached, not what is sent. */
    private static String address(String uri) {
        return uri.replaceFirst("\\?.*", "").replaceFirst("://", ":");
    }

    /** The client adds it from the endpoint's options, so that it is no header of the message. */
    private static void addBasicAuthorization(HttpEndpoint endpoint, ObjectNode headers) {
        String uri = endpoint.getEndpointUri();
        Map<String, String> options = decoded(uri.substring(uri.indexOf('?') + 1));
        if (options.containsKey("authUsername")) {
            String pair = options.get("authUsername") + ":" + options.getOrDefault("authPassword", "");
            headers.put("Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** The endpoint of an address, which cannot be looked up by it where options are encoded. */
    private static Endpoint endpoint(CamelContext context, String uri) {
        Endpoint found = context.hasEndpoint(uri);
        for (Endpoint each : found == null ? context.getEndpoints() : List.<Endpoint>of()) {
            if (uri.equals(each.getEndpointUri())) {
                found = each;
            }
        }
        return found instanceof InterceptSendToEndpoint intercepted ? intercepted.getOriginalEndpoint() : found;
    }

    /** The fields of a form, or the options of an address. */
    private static Map<String, String> decoded(String fields) {
        Map<String, String> decoded = new LinkedHashMap<>();
        WWWFormCodec.parse(fields, StandardCharsets.UTF_8)
                .forEach(field -> decoded.put(field.getName(), Objects.requireNonNullElse(field.getValue(), "")));
        return decoded;
    }

    private static JsonNode parsed(String body) {
        try {
            return body == null ? null : JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return TextNode.valueOf(body);
        }
    }
}
