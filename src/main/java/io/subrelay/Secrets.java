package io.subrelay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Takes the values of secret settings out of texts that people get to see. */
public final class Secrets {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MASK = "***";

    private final List<String> values = new ArrayList<>();

    public Secrets(Settings settings) {
        for (String secret : settings.secrets()) {
            values.add(secret);
            String json = TextNode.valueOf(secret).toString();
            values.add(json.substring(1, json.length() - 1));
            values.add(Base64.getEncoder().encodeToString((secret + ":").getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** @return the JSON with every secret in its texts replaced */
    public JsonNode mask(JsonNode json) {
        String masked = mask(json.toString());
        try {
            return JSON.readTree(masked);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a mask keeps JSON what it is", e);
        }
    }

    /** @return the text with every secret replaced; null for null */
    public String mask(String text) {
        String masked = text;
        for (String value : values) {
            if (masked != null && masked.contains(value)) {
                masked = masked.replace(value, MASK);
            }
        }
        return masked;
    }
}
