package io.subrelay.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.subrelay.webhook.WebhookReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the values of secret settings out of texts that people get to see: as they are set, and as those who were sent
 * them may send them back, escaped for JSON or an address, as hexadecimal digits, or as part of a text in base64.
 */
public final class Secrets {

    private static final ObjectMapper JSON = WebhookReader.EXACT;
    private static final String MASK = "***";
    /** Fewer characters of base64 or hexadecimal digits are found by chance. */
    private static final int MIN_ENCODED = 8;
    /** Basic authentication of a request as JSON: a user name and a secret, together encoded. */
    private static final Pattern BASIC = Pattern.compile("(?i)(\"authorization\"\\s*:\\s*\"basic )[^\"]+");

    /**
     * One way in which a secret may be written.
     *
     * @param sure its longest part that is always written so, in lower case; whoever looks for that first is spared the
     *             pattern nearly always
     */
    private record Form(Pattern pattern, String sure) {

        static Form of(Pattern pattern, String text) {
            String longest = "";
            for (String part : text.split("[^A-Za-z0-9]+")) {
                longest = part.length() > longest.length() ? part : longest;
            }
            return new Form(pattern, longest.toLowerCase(Locale.ROOT));
        }
    }

    private final List<Form> plain = new ArrayList<>();
    /** Texts in base64 that a secret is part of are masked as a whole: their other characters tell some of it. */
    private final List<Form> base64 = new ArrayList<>();

    public Secrets(Settings settings) {
        for (String secret : settings.secrets()) {
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            plain.add(Form.of(escaped(secret), secret));
            if (bytes.length * 2 >= MIN_ENCODED) {
                String hex = HexFormat.of().formatHex(bytes);
                plain.add(Form.of(Pattern.compile(hex, Pattern.CASE_INSENSITIVE), hex));
            }
            String alone = Base64.getEncoder().encodeToString((secret + ":").getBytes(StandardCharsets.UTF_8));
            plain.add(Form.of(Pattern.compile(Pattern.quote(alone)), alone));
            for (int before = 0; before < 3; before++) {
                String encoded = base64(bytes, before);
                if (encoded.length() >= MIN_ENCODED) {
                    base64.add(Form.of(escaped(encoded), encoded));
                }
            }
        }
    }

    /** Finds a text with any of its characters escaped as in JSON, in an address, or in one within the other. */
    private static Pattern escaped(String text) {
        StringBuilder pattern = new StringBuilder();
        text.codePoints().forEach(point -> {
            String character = Character.toString(point);
            pattern.append("(?:").append(Pattern.quote(character));
            if (!Character.isLetterOrDigit(point) || point > 127) {
                StringBuilder percent = new StringBuilder();
                for (byte each : character.getBytes(StandardCharsets.UTF_8)) {
                    percent.append("%(?:25)?").append(anyCase("%02X".formatted(each)));
                }
                pattern.append('|').append(percent).append('|');
                character.chars().forEach(unit -> pattern.append("\\\\+u").append(anyCase("%04X".formatted(unit))));
                pattern.append(switch (character) {
                    case " " -> "|\\+";
                    case "+" -> "|-";
                    case "/" -> "|_|\\\\+/";
                    case "\"" -> "|\\\\+\"|&quot;|&#34;";
                    case "\\" -> "|\\\\{2,4}";
                    case "&" -> "|&amp;";
                    default -> "";
                });
            }
            pattern.append(')');
        });
        return Pattern.compile(pattern.toString());
    }

    private static String anyCase(String hex) {
        return hex.replaceAll("[A-F]", "(?i:$0)");
    }

    /** The characters of base64 that these bytes alone decide, after so many others. */
    private static String base64(byte[] bytes, int before) {
        byte[] shifted = new byte[before + bytes.length];
        System.arraycopy(bytes, 0, shifted, before, bytes.length);
        String encoded = Base64.getEncoder().encodeToString(shifted);
        return encoded.substring((before * 8 + 5) / 6, shifted.length * 8 / 6);
    }

    /** @return the JSON with every secret in its texts and names replaced */
    public JsonNode mask(JsonNode json) {
        if (json instanceof ObjectNode object) {
            ObjectNode masked = object.objectNode();
            object.fields().forEachRemaining(field -> masked.set(mask(field.getKey()),
                    field.getKey().equalsIgnoreCase("authorization")
                            ? maskBasic(field.getValue()) : mask(field.getValue())));
            return masked;
        }
        if (json instanceof ArrayNode array) {
            ArrayNode masked = array.arrayNode();
            array.forEach(each -> masked.add(mask(each)));
            return masked;
        }
        if (json == null || !json.isValueNode()) {
            return json;
        }
        String text = json.asText();
        String masked = mask(text);
        return masked.equals(text) || !json.isTextual() && !masked.equals(MASK) ? json : TextNode.valueOf(masked);
    }

    private JsonNode maskBasic(JsonNode value) {
        return value.asText().regionMatches(true, 0, "basic ", 0, 6)
                ? TextNode.valueOf(value.asText().substring(0, 6) + MASK) : mask(value);
    }

    /** @return the text with every secret replaced, JSON as JSON; null for null */
    public String mask(String text) {
        if (text == null) {
            return null;
        }
        String masked = text;
        String lower = text.toLowerCase(Locale.ROOT);
        for (Form form : plain) {
            if (lower.contains(form.sure())) {
                masked = form.pattern().matcher(masked).replaceAll(Matcher.quoteReplacement(MASK));
            }
        }
        for (Form form : base64) {
            if (lower.contains(form.sure())) {
                masked = maskAround(masked, form.pattern());
            }
        }
        masked = BASIC.matcher(masked).replaceAll("$1" + Matcher.quoteReplacement(MASK));
        return masked.equals(text) || !text.matches("(?s)\\s*[\\[{].*") ? masked : maskAsJson(text, masked);
    }

    private String maskAsJson(String text, String masked) {
        try {
            return mask(JSON.readTree(text)).toString();
        } catch (JsonProcessingException e) {
            return masked;
        }
    }

    private static String maskAround(String text, Pattern pattern) {
        Matcher match = pattern.matcher(text);
        StringBuilder masked = new StringBuilder();
        int done = 0;
        while (match.find(done)) {
            int start = match.start();
            while (start > done && isBase64(text.charAt(start - 1))) {
                start--;
            }
            int end = match.end();
            while (end < text.length() && isBase64(text.charAt(end))) {
                end++;
            }
            masked.append(text, done, start).append(MASK);
            done = end;
        }
        return masked.append(text, done, text.length()).toString();
    }

    private static boolean isBase64(char character) {
        return character < 128 && Character.isLetterOrDigit(character) || "+/-_=%\\".indexOf(character) >= 0;
    }
}
