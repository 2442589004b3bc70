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
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever a webhook holds, it is taken or refused, mapped to JSON that can be read, skipped or refused: nothing fails
 * within the runner. {@code -Pfuzz} tries 100,000.
 */
class WebhookFuzzTest {

    private static final long INPUTS = Long.getLong("fuzz.inputs", 1_000);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int AT_ONCE = 4;
    /** Every so many are stored and delivered as well. */
    private static final int STORED = 5;
    private static final ObjectReader STRICT = Api.JSON.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Pattern NO_DATE = Pattern.compile("[+-]?\\d{5,}-\\d\\d-\\d\\d(T.*)?");
    private static final Pattern MAPPING =
            Pattern.compile("(JsonQuery\\w*|IllegalJsonInput|ExpressionEvaluation)Exception: ");
    private static final List<String> DESTINATIONS = List.of("segment", "amplitude", "onesignal", "statsig",
            "signed-webhook", "mixpanel", "posthog", "braze", "customer-io", "slack", "iterable", "mparticle",
            "intercom", "discord",
            "raw-webhook",
            "airship",
            "clevertap");

    private static final Map<String, String> FINDINGS = new ConcurrentHashMap<>();
    private static Relay relay;

    @BeforeAll
    static void start() {
        Map<String, String> settings = new HashMap<>();
        for (String name : DESTINATIONS) {
            settings.put(name + ".mode", "preview");
        }
        for (String key : List.of("segment.write-key", "amplitude.api-key", "amplitude.sandbox-api-key",
                "onesignal.app-id", "onesignal.api-key", "statsig.server-secret", "mixpanel.token",
                "mixpanel.sandbox-token", "posthog.api-key", "posthog.sandbox-api-key", "braze.api-key",
                "braze.sandbox-api-key", "customer-io.site-id",
                "clevertap.account-id", "clevertap.passcode", "clevertap.sandbox-account-id",
                "clevertap.sandbox-passcode", "airship.app-key", "airship.token", "airship.sandbox-app-key",
                "airship.sandbox-token", "raw-webhook.authorization", "discord.webhook-url", "intercom.access-token",
                "intercom.sandbox-access-token", "mparticle.ios.key", "mparticle.ios.secret", "iterable.api-key",
                "iterable.sandbox-api-key",
                "customer-io.api-key", "customer-io.sandbox-site-id", "customer-io.sandbox-api-key")) {
            settings.put(key, "key-of-a-test");
        }
        settings.put("signed-webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        settings.put("discord.webhook-url", "https://discord.com/api/webhooks/1/x");
        settings.put("discord.send-sandbox", "true");
        settings.put("slack.webhook-url", "https://hooks.slack.com/services/T0/B0/x");
        settings.put("segment.send-sandbox", "true");
        settings.put("slack.send-sandbox", "true");
        relay = Relay.start(Store.Kind.H2.create(), settings);
    }

    @AfterAll
    static void stop() {
        relay.close();
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
