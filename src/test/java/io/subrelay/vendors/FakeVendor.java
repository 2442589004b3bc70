package io.subrelay.vendors;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.subrelay.harness.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A vendor's API on 127.0.0.1 that answers as the real one does, keeps what it was sent, and misbehaves on demand.
 * All methods may be called from any thread; the lists are copies, oldest first.
 */
public abstract class FakeVendor implements AutoCloseable {

    static {
        System.setProperty("sun.net.httpserver.nodelay", "true"); // else each answer may take 40 ms
        System.setProperty("sun.net.httpserver.maxIdleConnections", "1000");
    }

    /** One thing that was ingested: a call, an event, a write of tags. {@code key}: what makes it a repetition. */
    public record Item(String customer, String key, JsonNode json, Received request) {
    }

    /** What was dropped behind a success, or refused with an error. */
    public record Rejection(String reason, JsonNode json, Received request) {
    }

    /** An answer by the vendor's rules; {@code reason} is what the tests read where it is a refusal. */
    protected record Answer(int status, Map<String, String> headers, String body, String reason) {
        static Answer of(int status, String body) {
            return new Answer(status, Map.of(), body, body);
        }
    }

    private static final class Rule {
        final Predicate<Received> which;
        final Fault fault;
        int left;

        Rule(Predicate<Received> which, Fault fault, int left) {
            this.which = which;
            this.fault = fault;
            this.left = left;
        }
    }

    private final int port;
    private final ExecutorService executor = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, getClass().getSimpleName());
        thread.setDaemon(true);
        return thread;
    });
    private final List<Received> requests = new ArrayList<>();
    private final List<Received> accepted = new ArrayList<>();
    private final List<Item> items = new ArrayList<>();
    private final List<Item> duplicates = new ArrayList<>();
    private final List<Rejection> dropped = new ArrayList<>();
    private final List<Rejection> refused = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private final List<Rule> rules = new ArrayList<>();
    private CountDownLatch cleared = new CountDownLatch(1);
    private Set<String> keys = Set.of();
    private HttpServer server;
    private boolean down;
    private int answering;

    /** @param port 0 for any free one */
    protected FakeVendor(int port) {
        try {
            server = listen(port == 0 ? Ports.free() : port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.port = server.getAddress().getPort();
    }

    private HttpServer listen(int at) throws IOException {
        HttpServer listening = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 1000);
        listening.setExecutor(executor);
        listening.createContext("/", this::serve);
        listening.createContext("/_fake/", new FakeControl(this));
        return listening;
    }

    public void start() {
        server.start();
    }

    /** Judges a request by the vendor's rules, and ingests or drops what is in it. Called one at a time. */
    protected abstract Answer judge(Received request);

    /** Whether the vendor ignores an item with a key that it has seen; else it is ingested again. */
    protected abstract boolean deduplicates();

    // What the rules use

    protected final boolean knowsKey(String key) {
        return !key.isEmpty() && (keys.isEmpty() || keys.contains(key));
    }

    protected final void ingest(String customer, String key, JsonNode json, Received request) {
        Item item = new Item(customer, key, json, request);
        boolean first = key.isEmpty() || seen.add(key);
        if (!first) {
            duplicates.add(item);
        }
        if (first || !deduplicates()) {
            items.add(item);
        }
    }

    protected final void drop(String reason, JsonNode json, Received request) {
        dropped.add(new Rejection(reason, json, request));
    }

    // What the tests ask

    public final int port() {
        return port;
    }

    public final String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Every request, also those that met a fault. */
    public final synchronized List<Received> requests() {
        return List.copyOf(requests);
    }

    /** The requests that were taken in: the vendor answers success (and a fault may have kept that to itself). */
    public final synchronized List<Received> accepted() {
        return List.copyOf(accepted);
    }

    /** What was ingested. */
    public final synchronized List<Item> items() {
        return List.copyOf(items);
    }

    /** What was ingested for one customer (or device), by the id that the vendor was told. */
    public final synchronized List<Item> items(String customer) {
        return items.stream().filter(item -> customer.equals(item.customer())).toList();
    }

    /** Cheaper than {@code items().size()}, for polling under load. */
    public final synchronized int itemCount() {
        return items.size();
    }

    /** What came again, in the eyes of the vendor (or of a reader, where the vendor has none). */
    public final synchronized List<Item> duplicates() {
        return List.copyOf(duplicates);
    }

    /** What the vendor drops in silence behind a success. */
    public final synchronized List<Rejection> dropped() {
        return List.copyOf(dropped);
    }

    /** What the vendor's rules answered an error to; faults are not here. */
    public final synchronized List<Rejection> refused() {
        return List.copyOf(refused);
    }

    /** Forgets all that was recorded; faults and settings stay. */
    public synchronized void forget() {
        List.of(requests, accepted, items, duplicates, dropped, refused).forEach(List::clear);
        seen.clear();
    }

    // How it misbehaves

    /** The next {@code n} requests meet the fault. */
    public final void next(int n, Fault fault) {
        when(request -> true, n, fault);
    }

    /** All requests meet the fault, until {@link #recover()}. */
    public final void always(Fault fault) {
        when(request -> true, Integer.MAX_VALUE, fault);
    }

    /** The next {@code n} such requests meet the fault; of several rules the one that was given first. */
    public final synchronized void when(Predicate<Received> which, int n, Fault fault) {
        rules.add(new Rule(which, fault, n));
    }

    /** Clears all faults; what hangs is cut off. */
    public final synchronized void recover() {
        rules.clear();
        release();
    }

    /** What is slow is answered now, and what hangs is cut off; the faults of later requests stay. */
    public final synchronized void release() {
        cleared.countDown();
        cleared = new CountDownLatch(1);
    }

    /**
     * Nobody listens at its port any more, until {@link #up()}. What was taken in is answered before, if it is soon.
     */
    public final synchronized void down() throws InterruptedException {
        down = true;
        for (int i = 0; i < 20 && answering > 0; i++) {
            wait(100);
        }
        server.stop(0);
    }

    public final synchronized void up() throws InterruptedException {
        for (int i = 0; down; i++) {
            try {
                server = listen(port == 0 ? Ports.free() : port);
                server.start();
                down = false;
            } catch (IOException e) { // somebody's outgoing connection may have been given the port
                if (i == 100) {
                    throw new UncheckedIOException(e);
                }
                wait(100);
            }
        }
    }

    /** From now on only these keys are right; none: any that is not empty. */
    public final synchronized void keys(String... right) {
        keys = Set.of(right);
    }

    @Override
    public final void close() {
        recover();
        server.stop(0);
        executor.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        Answer answer = null;
        try {
            Received request = Received.of(exchange);
            Fault fault = null;
            CountDownLatch until;
            synchronized (this) {
                if (down) {
                    return;
                }
                until = cleared;
                for (Rule rule : rules) {
                    if (rule.left > 0 && rule.which.test(request)) {
                        rule.left--;
                        fault = rule.fault;
                        break;
                    }
                }
                if (fault == null || fault.takesIn()) {
                    answer = judge(request);
                    answering++;
                    if (answer.status() < 300) {
                        accepted.add(request.answered(answer.status()));
                    } else {
                        refused.add(new Rejection(answer.reason(), request.body(), request.answered(answer.status())));
                    }
                }
                requests.add(request.answered(fault == null || fault.way() == Fault.Way.SLOW
                        ? answer.status() : fault.status()));
            }
            play(exchange, answer, fault, until);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
            if (answer != null) {
                answered();
            }
        }
    }

    private synchronized void answered() {
        answering--;
        notifyAll();
    }

    private static void play(HttpExchange exchange, Answer answer, Fault fault, CountDownLatch cleared)
            throws IOException, InterruptedException {
        if (fault == null) {
            send(exchange, answer.status(), answer.headers(), answer.body());
            return;
        }
        switch (fault.way()) {
            case ANSWER -> send(exchange, fault.status(), fault.headers(), fault.body());
            case HANG -> cleared.await();
            case RESET -> {}
            case TRUNCATED -> {
                exchange.sendResponseHeaders(fault.status(), fault.body().length() + 100);
                exchange.getResponseBody().write(fault.body().getBytes(StandardCharsets.UTF_8));
            }
            case SLOW -> {
                cleared.await(fault.delay().toMillis(), TimeUnit.MILLISECONDS);
                send(exchange, answer.status(), answer.headers(), answer.body());
            }
        }
    }

    static void send(HttpExchange exchange, int status, Map<String, String> headers, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
