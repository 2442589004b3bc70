package io.subrelay.vendors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the fakes run as a process of their own: {@code GET /_fake/accepted} (or requests, items, duplicates, dropped,
 * refused) reads, {@code PUT /_fake/fault} with {@code {"way":"answer|hang|reset|slow","status","headers","body",
 * "delay_ms","times"}} breaks, {@code DELETE /_fake/fault} mends, {@code DELETE /_fake/all} forgets.
 */
final class FakeControl implements HttpHandler {

    private final FakeVendor vendor;

    FakeControl(FakeVendor vendor) {
        this.vendor = vendor;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try {
            Received call = Received.of(exchange);
            String what = call.path().substring("/_fake/".length());
            String answer = switch (call.method() + " " + what) {
                case "PUT fault" -> {
                    vendor.next(call.body().path("times").asInt(Integer.MAX_VALUE), fault(call.body()));
                    yield "{}";
                }
                case "DELETE fault" -> {
                    vendor.recover();
                    yield "{}";
                }
                case "DELETE all" -> {
                    vendor.forget();
                    yield "{}";
                }
                case "GET requests" -> requests(vendor.requests());
                case "GET accepted" -> requests(vendor.accepted());
                case "GET items" -> items(vendor.items());
                case "GET duplicates" -> items(vendor.duplicates());
                case "GET dropped" -> rejections(vendor.dropped());
                case "GET refused" -> rejections(vendor.refused());
                default -> "";
            };
            FakeVendor.send(exchange, answer.isEmpty() ? 404 : 200, Map.of(), answer);
        } finally {
            exchange.close();
        }
    }

    private static Fault fault(JsonNode given) {
        Map<String, String> headers = new HashMap<>();
        given.path("headers").fields()
                .forEachRemaining(header -> headers.put(header.getKey(), header.getValue().asText()));
        return switch (given.path("way").asText("answer")) {
            case "hang" -> Fault.hang();
            case "reset" -> Fault.reset();
            case "slow" -> Fault.slow(Duration.ofMillis(given.path("delay_ms").asLong()));
            default -> Fault.answer(given.path("status").asInt(503), headers, given.path("body").asText());
        };
    }

    private static String requests(List<Received> requests) {
        ArrayNode list = Received.JSON.createArrayNode();
        for (Received request : requests) {
            ObjectNode one = list.addObject().put("at", request.at().toString()).put("method", request.method())
                    .put("path", request.path()).put("status", request.status()).put("text", request.text());
            request.headers().forEach(one.putObject("headers")::put);
            one.set("body", request.body().isMissingNode() ? null : request.body());
        }
        return list.toString();
    }

    private static String items(List<FakeVendor.Item> items) {
        ArrayNode list = Received.JSON.createArrayNode();
        for (FakeVendor.Item item : items) {
            list.addObject().put("customer", item.customer()).put("key", item.key()).set("json", item.json());
        }
        return list.toString();
    }

    private static String rejections(List<FakeVendor.Rejection> rejections) {
        ArrayNode list = Received.JSON.createArrayNode();
        for (FakeVendor.Rejection rejection : rejections) {
            list.addObject().put("reason", rejection.reason()).put("status", rejection.request().status())
                    .set("json", rejection.json().isMissingNode() ? null : rejection.json());
        }
        return list.toString();
    }
}
