package io.subrelay.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Webhooks that nobody would send, made of those that are sent: the same for the same seed and number. */
final class WebhookFuzzer {

    private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);
    private static final ObjectWriter ESCAPED = Api.JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);
    private static final String[] NUMBERS = {"0", "-0.0", "1e400", "-1e400", "1e-400", "1e308", "9007199254740993",
            "9223372036854775807", "9223372036854775808", "-9223372036854775809", "0.1234567890123456789012345", "1e22",
            "8640000000000000", "8640000000000001", "-62135596800001", "253402300800000", "9007199254740993000000",
            "-1",
            "0.005", "1e15", "123456789012345678901234567890", "4.35", "31556889864403199999"};
    /** Without those by which a number or a time is known that was written wrongly. */
    private static final String[] TEXTS = {"", " ", "\u0000", "a\u0000b", "\ud800", "x\udc00y", "\u2028", "\u202ertl",
            "\ud83d\ude00", "e\u0301\u0302\u0303", "&".repeat(1_500), "<".repeat(3_000), "a".repeat(9_000),
            "\\".repeat(2_000),
            "\"quoted\"", "{{segment.write-key}}", "${body}", "${exception}", "%s%n%00", "../../etc/passwd", "<script>",
            "2026-13-45T99:99:99Z", "null", "true", "-1", "1e400", "\n\r\t",
            "a b/c?d=e#f", "\u0130\u0131\u00df", "__proto__", ".", "..", "*|>~`", "\uffff\ufeff", "RefNone:x", "$"};
    private static final String[] NAMES = {"app_user_id", "price", "currency", "product_id", "environment", "store",
            "period_type", "purchased_at_ms", "expiration_at_ms", "event_timestamp_ms", "entitlement_ids", "aliases",
            "subscriber_attributes", "transferred_from", "transferred_to", "price_in_purchased_currency",
            "tax_percentage",
            "commission_percentage", "takehome_percentage", "new_product_id", "cancel_reason", "expiration_reason",
            "grace_period_expiration_at_ms", "auto_resume_at_ms", "is_trial_conversion", "original_app_user_id", "type",
            "presented_offering_id", "country_code", "offer_code", "original_transaction_id", "transaction_id",
            "metadata",
            "experiments", "renewal_number", "id"};

    /** Some destinations take nothing that is some days old. */
    private static final long TODAY = Instant.now().truncatedTo(ChronoUnit.DAYS).toEpochMilli();
    private static final Pattern ATTRIBUTE = Pattern.compile("\"(\\$[A-Za-z]+)\"");

    private final List<JsonNode> seeds;
    private final long seed;

    WebhookFuzzer(long seed) {
        this.seed = seed;
        this.seeds = Hooks.files("src/examples").stream().map(Hooks::read).toList();
        Set<String> attributes = attributes();
        for (JsonNode webhook : seeds) {
            ObjectNode known = Hooks.event(webhook).withObject("/subscriber_attributes");
            attributes.stream().filter(name -> !known.has(name))
                    .forEach(name -> known.putObject(name).put("value", "0123456789abcdef".repeat(2))
                            .put("updated_at_ms", 1));
        }
    }

    /** Those by which destinations know a customer: without its own, a destination is sent nothing. */
    private static Set<String> attributes() {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(Path.of("routes/destinations"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                ATTRIBUTE.matcher(Files.readString(file)).results().forEach(name -> names.add(name.group(1)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    /** The {@code n}th one, as it is sent. */
    byte[] input(long n) {
        Random random = new Random(seed * 1_000_003 + n);
        ObjectNode webhook = seeds.get(random.nextInt(seeds.size())).deepCopy();
        ObjectNode event = Hooks.event(webhook);
        if (random.nextInt(3) == 0) {
            event.put("event_timestamp_ms", TODAY + n).put("purchased_at_ms", TODAY + n);
        }
        for (int i = random.nextInt(6); i >= 0; i--) {
            change(webhook, event, random);
        }
        // most are to get past what is required of each
        if (random.nextInt(20) > 0) {
            event.put("id", "fuzz-" + seed + "-" + n);
            if (!event.path("type").isTextual() || event.path("type").asText().isBlank()) {
                event.put("type", "RENEWAL");
            }
            if (!event.path("event_timestamp_ms").isIntegralNumber()) {
                event.put("event_timestamp_ms", 1_700_000_000_000L + n);
            }
            webhook.set("event", event);
        }
        byte[] bytes = bytes(webhook);
        if (random.nextInt(25) == 0) {
            spoil(bytes, random);
        }
        return random.nextInt(100) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    private static void change(ObjectNode webhook, ObjectNode event, Random random) {
        ObjectNode at = random.nextInt(10) == 0 ? webhook : event;
        if (random.nextInt(4) == 0 && event.path("subscriber_attributes").isObject()) {
            at = (ObjectNode) event.path("subscriber_attributes");
            if (!at.isEmpty() && random.nextBoolean() && at.get(name(at, random)) instanceof ObjectNode attribute) {
                at = attribute;
            }
        }
        String name = random.nextInt(3) == 0 || at.isEmpty() ? NAMES[random.nextInt(NAMES.length)] : name(at, random);
        switch (random.nextInt(8)) {
            case 0 -> at.remove(name);
            case 1 -> at.set(text(random), at.path(name).isMissingNode() ? NODES.nullNode() : at.path(name));
            case 2 -> at.set(name, NODES.arrayNode().add(at.get(name)));
            case 3 -> at.set(name, NODES.objectNode().set("value", at.get(name)));
            default -> at.set(name, value(random, 0));
        }
    }

    private static String name(ObjectNode object, Random random) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names.get(random.nextInt(names.size()));
    }

    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth > 4 ? 4 : 7)) {
            case 0 -> NODES.numberNode(new BigDecimal(NUMBERS[random.nextInt(NUMBERS.length)]));
            case 1 -> NODES.numberNode(new BigInteger(random.nextInt(120) + 1, random));
            case 2 -> NODES.textNode(text(random));
            case 3 -> random.nextBoolean() ? NODES.booleanNode(random.nextBoolean()) : NODES.nullNode();
            case 4 -> {
                ArrayNode array = NODES.arrayNode();
                for (int i = random.nextInt(random.nextInt(50) == 0 ? 100 : 4); i > 0; i--) {
                    array.add(value(random, depth + 2));
                }
                yield array;
            }
            case 5 -> {
                JsonNode nested = NODES.textNode(text(random));
                for (int i = random.nextInt(200); i > 0; i--) {
                    nested = random.nextBoolean() ? NODES.arrayNode().add(nested) : NODES.objectNode().set("a", nested);
                }
                yield nested;
            }
            default -> {
                ObjectNode object = NODES.objectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(random.nextBoolean() ? NAMES[random.nextInt(NAMES.length)] : text(random),
                            value(random, depth + 1));
                }
                yield object;
            }
        };
    }

    private static String text(Random random) {
        if (random.nextInt(3) > 0) {
            return TEXTS[random.nextInt(TEXTS.length)];
        }
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            text.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000));
        }
        return text.toString();
    }

    /** Half of a pair has to be escaped, as it is no UTF-8. */
    private static byte[] bytes(JsonNode webhook) {
        try {
            return ESCAPED.writeValueAsString(webhook).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void spoil(byte[] bytes, Random random) {
        for (int i = random.nextInt(3); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
    }
}
