package io.subrelay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes the values of secret settings out of texts that people get to see. */
public final class Secrets {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MASK = "***";
    /** What of a secret address is the secret, whatever host it is sent to. */
    private static final Pattern ADDRESS = Pattern.compile("https?://[^/]+(/.{4,})");
    /** Basic authentication of a request as JSON: a user name and a secret, together encoded. */
    private static final Pattern BASIC = Pattern.compile("(?i)(\"authorization\"\\s*:\\s*\"basic )[^\"]+");

    private final List<String> values = new ArrayList<>();

    public Secrets(Settings settings) {
        for (String secret : settings.secrets()) {
            values.add(secret);
            String json = TextNode.valueOf(secret).toString();
            values.add(json.substring(1, json.length() - 1));
            values.add(Base64.getEncoder().encodeToString((secret + ":").getBytes(StandardCharsets.UTF_8)));
            Matcher address = ADDRESS.matcher(secret);
            if (address.matches()) {
                values.add(address.group(1));
            }
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
        return masked == null ? null : BASIC.matcher(masked).replaceAll("$1" + MASK);
    }
}
