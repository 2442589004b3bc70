package io.subrelay.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Webhooks to send. */
public final class Hooks {

    private static final long BASE_MS = System.currentTimeMillis() - 30L * 24 * 3600 * 1000;
    /** Ids of one length, in the order in which they are given: of events of one time the greater id is the newer. */
    private static final AtomicInteger COUNT = new AtomicInteger(100_000);

    private Hooks() {
    }

    /** The id of a customer that no other test has. */
    public static String customer() {
        return "customer" + COUNT.incrementAndGet();
    }

    /** The {@code n}th renewal of a customer, which all four destinations track; {@link Receipts} finds it there. */
    public static ObjectNode renewal(String customer, int n) {
        ObjectNode webhook = Api.JSON.createObjectNode().put("api_version", "1.0");
        ObjectNode event = webhook.putObject("event");
        long at = BASE_MS + n * 1000L;
        event.put("type", "RENEWAL").put("id", id(customer, n)).put("event_timestamp_ms", at)
                .put("app_id", "app1").put("app_user_id", customer).put("original_app_user_id", customer);
        event.putArray("aliases").add(customer);
        event.putObject("subscriber_attributes").putObject("$onesignalUserId")
                .put("value", "os-" + customer).put("updated_at_ms", BASE_MS);
        event.put("product_id", "p-" + n).put("period_type", "NORMAL")
                .put("purchased_at_ms", at).put("expiration_at_ms", at + 30L * 24 * 3600 * 1000 * 12)
                .put("store", "APP_STORE").put("environment", "PRODUCTION").put("is_trial_conversion", false)
                .put("price", 9.99).put("price_in_purchased_currency", 9.99).put("currency", "USD")
                .put("transaction_id", customer + "-t" + n).put("original_transaction_id", customer + "-t");
        event.putArray("entitlement_ids").add("pro");
        return webhook;
    }

    /** The event id of {@link #renewal}. */
    public static String id(String customer, int n) {
        return customer + "-" + n;
    }

    /** A renewal that says that a customer has had other ids. */
    public static ObjectNode renewal(String customer, int n, String... aliases) {
        ObjectNode webhook = renewal(customer, n);
        for (String alias : aliases) {
            event(webhook).withArray("aliases").add(alias);
        }
        return webhook;
    }

    /** The event in a webhook, to be changed. */
    public static ObjectNode event(JsonNode webhook) {
        return (ObjectNode) webhook.path("event");
    }

    /** One of the examples that are shipped: the name is that of its kind. */
    public static ObjectNode example(String kind) {
        return (ObjectNode) read(Path.of("src/examples", kind + ".json"));
    }

    /** The JSON files of a folder. */
    public static List<Path> files(String folder) {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static JsonNode read(Path file) {
        try {
            return Api.JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
