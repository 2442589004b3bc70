package io.subrelay.vendors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * A request that a fake vendor got.
 *
 * @param at      when
 * @param path    as sent, still encoded, without the query
 * @param headers by name in lower case
 * @param body    the body as JSON; missing if it is none
 * @param text    the body as sent (after gzip)
 * @param size    bytes of the body (after gzip)
 * @param status  what was answered; 0 = no answer
 */
public record Received(Instant at, String method, String path, Map<String, String> headers, JsonNode body, String text,
        int size, int status) {

    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static Received of(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        byte[] bytes = exchange.getRequestBody().readAllBytes();
        if ("gzip".equals(headers.get("content-encoding"))) {
            bytes = new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        return new Received(Instant.now(), exchange.getRequestMethod(), exchange.getRequestURI().getRawPath(),
                Map.copyOf(headers), parse(text), text, bytes.length, 0);
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    Received answered(int with) {
        return new Received(at, method, path, headers, body, text, size, with);
    }

    /** The value of a header, blank if it was not sent. */
    public String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    boolean isJsonByItsContentType() {
        return header("content-type").toLowerCase(Locale.ROOT).matches("application/json\\s*(;.*)?");
    }

    /** The parts of the path, still encoded. */
    List<String> segments() {
        return List.of(path.replaceFirst("^/", "").split("/", -1));
    }
}
