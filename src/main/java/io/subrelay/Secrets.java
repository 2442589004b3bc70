package io.subrelay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Takes the values of secret settings out of texts that people get to see. */
public final class Secrets {

    private static final String MASK = "***";

    private final List<String> values = new ArrayList<>();

    public Secrets(Settings settings) {
        for (String secret : settings.secrets()) {
            values.add(secret);
            values.add(Base64.getEncoder().encodeToString((secret + ":").getBytes(StandardCharsets.UTF_8)));
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
