package io.subrelay.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.subrelay.harness.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;

/** RevenueCat's REST API, with the customers of {@link Customers}, or the answers that it is given. */
public final class RestStandIn implements AutoCloseable {

    private static final int STALL = -1;

    private final HttpServer server;
    private final ConcurrentLinkedQueue<Integer> failures = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private final ConcurrentHashMap<String, String> answers = new ConcurrentHashMap<>();
    private volatile String key;

    public RestStandIn(String key) {
        this.key = key;
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", Ports.free()), 100);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.createContext("/v1/subscribers/", this::handle);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    void accept(String key) {
        this.key = key;
    }

    /** The next requests are answered with these statuses, and are to come again a second later. */
    void failNext(int... statuses) {
        for (int status : statuses) {
            failures.add(status);
        }
    }

    void answer(String id, String answer) {
        answers.put(id, answer);
    }

    /** The ids that were answered, in order. */
    List<String> asked() {
        return new ArrayList<>(asked);
    }

    /** The next answer never ends. */
    void stallNext() {
        failures.add(STALL);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String id = URLDecoder.decode(exchange.getRequestURI().getRawPath()
                .substring("/v1/subscribers/".length()), StandardCharsets.UTF_8);
        Integer failure = failures.poll();
        if (failure != null && failure == STALL) {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
        } else if (failure != null) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            answer(exchange, failure, "{}");
        } else if (!("Bearer " + key).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            answer(exchange, 401, "{\"message\":\"Invalid API Key.\"}");
        } else {
            asked.add(id);
            String told = answers.get(id);
            if (told == null && id.startsWith("app:user/")) {
                told = Customers.answer(Integer.parseInt(id.substring("app:user/".length()))).toString();
            }
            answer(exchange, told == null ? 201 : 200, told == null ? "{\"subscriber\":{}}" : told);
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
