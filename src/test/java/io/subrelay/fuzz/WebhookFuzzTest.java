package io.subrelay.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever a webhook holds, it is taken or refused, mapped to JSON that can be read, skipped or refused: nothing fails
 * within the runner. {@code -Pfuzz} tries 100,000.
 */
class WebhookFuzzTest {

    private static final long INPUTS = Long.getLong("fuzz.inputs", 500);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int AT_ONCE = 4;
    /** Every so many are stored and delivered as well. */
    private static final int STORED = 5;
    private static final ObjectReader STRICT = Api.JSON.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Pattern NO_DATE = Pattern.compile("[+-]?\\d{5,}-\\d\\d-\\d\\d(T.*)?");
    private static final Pattern MAPPING =
            Pattern.compile("(JsonQuery\\w*|IllegalJsonInput|ExpressionEvaluation)Exception: ");
    private static final String SECRET =
            ".*(key|token(\\..*)?|secret|passcode|authorization|(site|app|account|dataset|bundle)-id)";
    private static final List<String> DESTINATIONS = destinations();

    private static final Map<String, String> FINDINGS = new ConcurrentHashMap<>();
    private static Relay relay;

    /** What each destination that is shipped waits for has a value, and sandbox events go wherever they may. */
    @BeforeAll
    static void start() throws IOException {
        Properties shipped = new Properties();
        try (InputStream in = Relay.class.getResourceAsStream("destinations.properties")) {
            shipped.load(in);
        }
        Map<String, String> settings = new HashMap<>();
        for (String name : shipped.stringPropertyNames()) {
            if (shipped.getProperty(name).isBlank() && name.matches(SECRET)) {
                settings.put(name, "key-of-a-test");
            } else if (name.endsWith(".webhook-url")) {
                settings.put(name, "https://hooks.example/services/T0/B0/x");
            } else if (name.endsWith(".send-sandbox")) {
                settings.put(name, "true");
            }
        }
        DESTINATIONS.forEach(name -> settings.put(name + ".mode", "preview"));
        settings.put("appsflyer.ios.app-id", "id123456789");
        settings.put("firebase.ios.app-id", "1:123:ios:0a1b2c");
        settings.put("firebase.android.app-id", "1:123:android:0a1b2c");
        settings.put("signed-webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        relay = Relay.start(Store.Kind.H2.create(), settings);
    }

    @AfterAll
    static void stop() {
        relay.close();
    }

    private static List<String> destinations() {
        try (Stream<Path> files = Files.list(Path.of("routes/destinations"))) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".camel.yaml"))
                    .map(name -> name.replace(".camel.yaml", "")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theSameSeedMakesTheSameInputs() {
        for (long n = 0; n < 200; n++) {
            assertThat(new WebhookFuzzer(SEED).input(n)).isEqualTo(new WebhookFuzzer(SEED).input(n));
        }
        assertThat(new WebhookFuzzer(SEED + 1).input(0)).isNotEqualTo(new WebhookFuzzer(SEED).input(0));
    }

    @Test
    void nothingThatAWebhookHoldsFailsWithinTheRunner() throws InterruptedException {
        WebhookFuzzer fuzzer = new WebhookFuzzer(SEED);
        AtomicLong next = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        for (int i = 0; i < AT_ONCE; i++) {
            threads.execute(() -> {
                for (long n = next.getAndIncrement(); n < INPUTS; n = next.getAndIncrement()) {
                    tryOne(fuzzer, n);
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(1, TimeUnit.HOURS)).isTrue();
        assertThat(new TreeMap<>(FINDINGS)).as("what went wrong, and with which input").isEmpty();

        String customer = Hooks.customer();
        relay.api().accept(Hooks.renewal(customer, 1));
        for (String name : DESTINATIONS) {
            await().until(
                    () -> relay.api().delivery(Hooks.id(customer, 1), name).path("state").asText(),
                    Set.of("previewed", "skipped")::contains);
            await().until(() -> relay.api().destination(name),
                    destination -> destination.path("pending").asInt() == 0
                            && destination.path("retrying").asInt() == 0);
            assertThat(relay.api().destination(name).path("previewed").asInt()).as(name + " is sent something, or"
                    + " this test lacks what it waits for").isPositive();
        }
    }

    private static void tryOne(WebhookFuzzer fuzzer, long n) {
        byte[] input = fuzzer.input(n);
        try {
            HttpResponse<String> answer = relay.api().call(
                    "POST", "/api/preview", input, "Content-Type", "application/json");
            boolean isTooLarge = input.length > 1 << 20 && answer.statusCode() == 413;
            if (answer.statusCode() != 200 && answer.statusCode() != 400 && !isTooLarge) {
                find("preview " + answer.statusCode() + " " + answer.body(), n, input);
            } else if (answer.statusCode() == 200) {
                STRICT.readTree(answer.body()).fields().forEachRemaining(
                        preview -> check(preview.getKey(), preview.getValue(), n, input));
            }
            if (n % STORED == 0) {
                int status = relay.api().post(input).statusCode();
                if (status != answer.statusCode()) {
                    find("stored " + status + " previewed " + answer.statusCode(), n, input);
                }
            }
        } catch (JsonProcessingException e) {
            find("preview is not JSON", n, input);
        } catch (RuntimeException e) {
            find(e.toString(), n, input);
        }
    }

    private static void check(String destination, JsonNode preview, long n, byte[] input) {
        String decision = preview.path("decision").asText();
        String reason = preview.path("reason").asText();
        // a mapping may find that it cannot map a value of another type: that is a dead letter
        if (!Set.of("send", "skip", "refuse").contains(decision) && !MAPPING.matcher(reason).lookingAt()) {
            find(destination + " " + decision + ": " + reason.replaceAll("(?s), in: .*", ""), n, input);
        }
        for (JsonNode request : preview.path("requests")) {
            if (!request.path("body").isContainerNode()) {
                find(destination + " sends what is not JSON", n, input);
            }
            checkValues(destination, request.path("body"), n, input);
        }
    }

    private static void checkValues(String destination, JsonNode value, long n, byte[] input) {
        if (value.isContainerNode()) {
            value.forEach(each -> checkValues(destination, each, n, input));
        } else if (value.isTextual() && NO_DATE.matcher(value.textValue()).matches()) {
            find(destination + " sends a date that is none: " + value.textValue(), n, input);
        } else if (value.isTextual() && value.textValue().matches("-?Infinity|NaN")) {
            find(destination + " sends " + value.textValue(), n, input);
        }
    }

    private static void find(String what, long n, byte[] input) {
        String kind = what.length() > 300 ? what.substring(0, 300) : what;
        if (FINDINGS.size() < 100) {
            String start = new String(input, 0, Math.min(input.length, 200), StandardCharsets.UTF_8);
            FINDINGS.putIfAbsent(kind, n + ": " + start);
        }
    }
}
