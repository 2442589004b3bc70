package io.subrelay.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.VertxInternal;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The connections to the runner's ports: up to a number, and none stays that sends its head or its body too slowly.
 * When there are as many as may be, the one that has been silent for longest makes room.
 */
public final class Connections {

    private static final long SWEEP_MS = 500;

    /** One connection; its fields are written on its event loop. */
    private final class Peer {
        /** When it was opened, or its last request began or was answered; nanoseconds. */
        private volatile long since = System.nanoTime();
        private volatile HttpServerRequest last;
        private volatile boolean isBeingAnswered;

        boolean isTooSlow(long now) {
            long waited = TimeUnit.NANOSECONDS.toMillis(now - since);
            HttpServerRequest request = last;
            if (request == null) {
                return waited > headMs;
            }
            return !request.isEnded() ? waited > bodyMs : !isBeingAnswered && waited > keepAliveMs;
        }
    }

    private final int most;
    private final long headMs;
    private final long bodyMs;
    private final long keepAliveMs;
    private final Map<HttpConnection, Peer> peers = new ConcurrentHashMap<>();
    private final AtomicLong closedAsSlow = new AtomicLong();
    private final AtomicLong closedAsTooMany = new AtomicLong();

    /**
     * @param most how many there may be at a time, at all ports together
     * @param head how long the first head of a connection may take
     * @param body how long the body of a request may take
     * @param keepAlive how long one is kept after an answer; while an answer is worked on it is kept in any case
     */
    public Connections(int most, Duration head, Duration body, Duration keepAlive) {
        this.most = most;
        this.headMs = head.toMillis();
        this.bodyMs = body.toMillis();
        this.keepAliveMs = keepAlive.toMillis();
    }

    /** How many there are, and how often one had to be closed. */
    public void measure(MeterRegistry meters) {
        Gauge.builder("subrelay.http.connections", peers, Map::size)
                .description("Connections to the ports of the runner").register(meters);
        Map.of("slow", closedAsSlow, "too many", closedAsTooMany).forEach((reason, closed) -> FunctionCounter
                .builder("subrelay.http.connections.closed", closed, AtomicLong::get)
                .description("Connections that the runner closed, by the reason").tag("reason", reason)
                .register(meters));
    }

    /** A Vert.x whose HTTP servers have these bounds: Camel, which makes the servers, has no option for them. */
    public Vertx vertx(VertxOptions options) {
        Vertx vertx = Vertx.vertx(options);
        vertx.setPeriodic(SWEEP_MS, timer -> closeSlow());
        return (Vertx) Proxy.newProxyInstance(Connections.class.getClassLoader(), new Class<?>[] {VertxInternal.class},
                (proxy, method, arguments) -> {
                    try {
                        if (method.getName().equals("createHttpServer") && arguments != null) {
                            return server(vertx, (HttpServerOptions) arguments[0]);
                        }
                        return method.invoke(vertx, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private HttpServer server(Vertx vertx, HttpServerOptions options) {
        // with HTTP/2, one connection would be many
        options.setHttp2ClearTextEnabled(false).setUseAlpn(false);
        return vertx.createHttpServer(options).connectionHandler(this::opened);
    }

    private void opened(HttpConnection connection) {
        if (peers.size() >= most) {
            closedAsTooMany.incrementAndGet();
            if (!closeMostSilent()) {
                connection.close();
                return;
            }
        }
        peers.put(connection, new Peer());
        connection.closeHandler(closed -> peers.remove(connection));
    }

    private boolean closeMostSilent() {
        var silent = peers.entrySet().stream().filter(peer -> !peer.getValue().isBeingAnswered)
                .min(Comparator.comparingLong(peer -> peer.getValue().since));
        silent.ifPresent(peer -> {
            peers.remove(peer.getKey());
            peer.getKey().close();
        });
        return silent.isPresent();
    }

    /** To be called once the head of a request is there. */
    public void began(RoutingContext request) {
        Peer peer = peers.get(request.request().connection());
        if (peer != null) {
            peer.since = System.nanoTime();
            peer.last = request.request();
            peer.isBeingAnswered = true;
            request.addEndHandler(ended -> {
                peer.since = System.nanoTime();
                peer.isBeingAnswered = false;
            });
        }
    }

    private void closeSlow() {
        long now = System.nanoTime();
        peers.forEach((connection, peer) -> {
            if (peer.isTooSlow(now)) {
                // one that has been answered is only no longer needed
                if (peer.last == null || !peer.last.isEnded()) {
                    closedAsSlow.incrementAndGet();
                }
                peers.remove(connection);
                connection.close();
            }
        });
    }
}
