package io.subrelay.benchmark;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/**
 * The floor: what a program costs that is written for the benchmark's webhooks alone, without Camel, jq or a store. A
 * webhook is answered once it is in four queues in memory. The bodies are those of the shipped routes, Segment and
 * Amplitude get lists. Whatever fails is lost, and ends the process.
 */
final class Handwritten {

    private static final String KEY = "benchmark";
    private static final int LIST = 100;
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final CloseableHttpClient client = HttpClients.custom().disableAutomaticRetries().disableCookieManagement()
            .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create().build()).build();
    private final List<BlockingQueue<JsonNode>> queues = new ArrayList<>();

    private Handwritten() {
    }

    public static void main(String[] args) {
        Handwritten program = new Handwritten();
        String basic = Base64.getEncoder().encodeToString((KEY + ":").getBytes(StandardCharsets.UTF_8));
        program.to("segment", 1, LIST, webhooks -> request("POST", "segment", "/v1/batch", segment(webhooks),
                Map.of("Authorization", "Basic " + basic)));
        program.to("amplitude", 1, LIST,
                webhooks -> request("POST", "amplitude", "/2/httpapi", amplitude(webhooks, KEY), Map.of()));
        program.to("onesignal", 2, 1, webhooks -> request("PATCH", "onesignal", "/apps/" + KEY
                + "/users/by/onesignal_id/" + attributes(webhooks.get(0).get("event")).get("$onesignalUserId").asText(),
                oneSignal(webhooks.get(0)), Map.of("Authorization", "Key " + KEY)));
        program.to("statsig", 2, 1, webhooks -> request("POST", "statsig", "/v1/webhooks/revenuecat_webhook",
                webhooks.get(0), Map.of("statsig-api-key", KEY, "Authorization", "Bearer " + KEY)));
        Vertx.vertx(new VertxOptions().setBlockedThreadCheckInterval(60_000)).createHttpServer()
                .requestHandler(request -> request.bodyHandler(body -> {
                    program.accept(body.getBytes());
                    request.response().putHeader("Content-Type", "application/json").end("{\"status\":\"accepted\"}");
                })).listen(Integer.getInteger("server.port"), "127.0.0.1")
                .onSuccess(server -> System.out.println("By hand is ready"));
    }

    /** Waits while a queue is full. */
    private void accept(byte[] body) {
        try {
            JsonNode webhook = JSON.readTree(body);
            for (BlockingQueue<JsonNode> queue : queues) {
                queue.put(webhook);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void to(String destination, int threads, int most, Function<List<JsonNode>, HttpUriRequestBase> request) {
        BlockingQueue<JsonNode> queue = new ArrayBlockingQueue<>(1000);
        queues.add(queue);
        for (int i = 0; i < threads; i++) {
            new Thread(() -> send(queue, most, request), destination).start();
        }
    }

    private void send(BlockingQueue<JsonNode> queue, int most, Function<List<JsonNode>, HttpUriRequestBase> request) {
        try {
            while (true) {
                List<JsonNode> webhooks = new ArrayList<>();
                webhooks.add(queue.take());
                queue.drainTo(webhooks, most - 1);
                client.execute(request.apply(webhooks), answer -> {
                    String text = EntityUtils.toString(answer.getEntity());
                    if (answer.getCode() >= 300 || text.contains("<html")) {
                        throw new IOException(answer.getCode() + " " + text);
                    }
                    return null;
                });
            }
        } catch (IOException | InterruptedException e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static HttpUriRequestBase request(
            String method, String destination, String path, JsonNode body, Map<String, String> headers) {
        try {
            HttpUriRequestBase request = new HttpUriRequestBase(
                    method, URI.create(System.getProperty(destination + ".url") + path));
            headers.forEach(request::setHeader);
            request.setEntity(new ByteArrayEntity(JSON.writeValueAsBytes(body), ContentType.APPLICATION_JSON));
            return request;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static ObjectNode segment(List<JsonNode> webhooks) {
        ObjectNode body = NODES.objectNode();
        ArrayNode batch = body.putArray("batch");
        for (JsonNode webhook : webhooks) {
            JsonNode event = webhook.get("event");
            ObjectNode properties = purchase(event);
            properties.set("price_in_purchased_currency", event.get("price_in_purchased_currency"));
            properties.set("purchased_currency", event.get("currency"));
            properties.put("purchased_at", seconds(event, "purchased_at_ms"));
            properties.put("expires_at", seconds(event, "expiration_at_ms"));
            properties.set("entitlement", event.get("entitlement_id"));
            properties.set("entitlements", event.get("entitlement_ids"));
            properties.set("revenue", event.get("price"));
            properties.put("currency", "USD");
            copyPresent(event, properties, "country_code", "offer_code", "renewal_number", "experiments");
            call(batch, event, "track").put("event", "rc_renewal_event").set("properties", properties);
            ObjectNode traits = call(batch, event, "identify").putObject("traits");
            traits.set("last_seen_app_user_id", event.get("app_user_id"));
            traits.set("aliases", event.get("aliases"));
            traits.put("rc_subscription_status", "active");
            traits.set("rc_active_entitlements", event.get("entitlement_ids"));
        }
        return body;
    }

    private static ObjectNode call(ArrayNode batch, JsonNode event, String type) {
        ObjectNode call = batch.addObject();
        call.set("userId", event.get("app_user_id"));
        call.put("timestamp", time(event, "purchased_at_ms"));
        ObjectNode context = call.putObject("context").put("environment", "production");
        context.putObject("library").put("name", "RevenueCat Segment events").put("version", "1.0");
        return call.put("type", type).put("messageId", "subrelay:" + event.get("id").asText() + ":" + type);
    }

    static ObjectNode amplitude(List<JsonNode> webhooks, String key) {
        ObjectNode body = NODES.objectNode().put("api_key", key);
        ArrayNode events = body.putArray("events");
        for (JsonNode webhook : webhooks) {
            JsonNode event = webhook.get("event");
            ObjectNode sent = events.addObject();
            sent.set("device_id", attributes(event).get("$amplitudeDeviceId"));
            sent.set("time", event.get("purchased_at_ms"));
            sent.set("revenue", event.get("price"));
            sent.put("event_type", "rc_renewal_event").put("partner_id", "revenuecat");
            sent.set("insert_id", event.get("id"));
            sent.put("platform", "iOS").set("productId", event.get("product_id"));
            ObjectNode properties = purchase(event);
            properties.set("entitlement_id", event.get("entitlement_id"));
            properties.set("entitlement_ids", event.get("entitlement_ids"));
            properties.put("purchased_at", time(event, "purchased_at_ms"));
            properties.put("expiration_at", time(event, "expiration_at_ms"));
            copyPresent(event, properties, "country_code", "offer_code", "renewal_number", "experiments");
            properties.set("revenue", event.get("price"));
            copyPresent(event, properties, "currency", "price_in_purchased_currency");
            sent.set("event_properties", properties);
            sent.putObject("user_properties").put("rc_subscription_status", "active")
                    .set("rc_active_entitlements", event.get("entitlement_ids"));
        }
        body.putObject("options").put("min_id_length", 1);
        return body;
    }

    static ObjectNode oneSignal(JsonNode webhook) {
        JsonNode event = webhook.get("event");
        List<String> entitlements = new ArrayList<>();
        event.get("entitlement_ids").forEach(id -> entitlements.add(id.asText()));
        ObjectNode body = NODES.objectNode();
        ObjectNode tags = body.putObject("properties").putObject("tags");
        copyPresent(event, tags, "app_user_id");
        tags.put("last_event_type", "renewal");
        tags.put("last_event_at", String.valueOf(seconds(event, "event_timestamp_ms")));
        tags.put("entitlement_ids", String.join(",", entitlements));
        tags.set("product_id", event.get("product_id"));
        tags.put("purchased_at", String.valueOf(seconds(event, "purchased_at_ms")));
        tags.set("period_type", event.get("period_type"));
        tags.put("expiration_at", String.valueOf(seconds(event, "expiration_at_ms")));
        tags.put("active_subscription", "true");
        copyPresent(event, tags, "store", "environment");
        tags.put("subscription_status", "active");
        return body;
    }

    private static ObjectNode purchase(JsonNode event) {
        ObjectNode fields = NODES.objectNode();
        for (String field : List.of("app_user_id", "original_app_user_id", "aliases")) {
            fields.set(field, event.get(field));
        }
        fields.set("subscriber_attributes", attributes(event));
        for (String field : List.of("store", "product_id", "period_type", "environment", "presented_offering_id",
                "transaction_id", "original_transaction_id", "app_id")) {
            fields.set(field, event.get(field));
        }
        return fields;
    }

    private static ObjectNode attributes(JsonNode event) {
        ObjectNode attributes = NODES.objectNode();
        event.get("subscriber_attributes").properties()
                .forEach(each -> attributes.set(each.getKey(), each.getValue().get("value")));
        return attributes;
    }

    private static void copyPresent(JsonNode from, ObjectNode to, String... fields) {
        for (String field : fields) {
            if (from.hasNonNull(field)) {
                to.set(field, from.get(field));
            }
        }
    }

    private static long seconds(JsonNode event, String field) {
        return event.get(field).longValue() / 1000;
    }

    private static String time(JsonNode event, String field) {
        return Instant.ofEpochMilli(event.get(field).longValue()).toString();
    }
}
