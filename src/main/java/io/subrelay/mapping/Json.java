package io.subrelay.mapping;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.util.List;

/** Trees from and to text. Decimals stay as they were written: 0.70 does not become 0.7. */
final class Json {

    static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Json() {
    }

    /** @throws IllegalArgumentException if it is text or bytes that are not JSON */
    static JsonNode tree(Object value) {
        if (value instanceof JsonNode node) {
            return node;
        }
        if (value instanceof List<?> list) {
            ArrayNode array = MAPPER.createArrayNode();
            list.forEach(each -> array.add(each instanceof JsonNode node ? node : MAPPER.<JsonNode>valueToTree(each)));
            return array;
        }
        try {
            JsonNode parsed;
            if (value == null) {
                return NullNode.getInstance();
            } else if (value instanceof String text) {
                parsed = MAPPER.readTree(text);
            } else if (value instanceof byte[] bytes) {
                parsed = MAPPER.readTree(bytes);
            } else if (value instanceof InputStream in) {
                parsed = MAPPER.readTree(in);
            } else {
                parsed = MAPPER.valueToTree(value);
            }
            return parsed == null || parsed.isMissingNode() ? NullNode.getInstance() : parsed;
        } catch (IOException e) {
            throw new IllegalArgumentException("the input is not JSON", e);
        }
    }

    /** What arithmetic made of numbers beyond a double is written as jq writes it: the largest there is, or null. */
    static String write(JsonNode node) {
        try {
            String text = MAPPER.writeValueAsString(node);
            // as Jackson writes such numbers; a text may hold these words as well
            return text.contains("NaN") || text.contains("Infinity") ? writeFinite(node) : text;
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String writeFinite(JsonNode node) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = new JsonGeneratorDelegate(MAPPER.createGenerator(text)) {
            @Override
            public void writeNumber(double value) throws IOException {
                if (Double.isNaN(value)) {
                    writeNull();
                } else {
                    super.writeNumber(Math.max(-Double.MAX_VALUE, Math.min(Double.MAX_VALUE, value)));
                }
            }
        }) {
            MAPPER.writeTree(generator, node);
        }
        return text.toString();
    }
}
