package io.subrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.RawClient;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectionsTest {

    private static final Duration SHORT = Duration.ofMillis(500);
    private static final int LONG_MS = 3_000;

    /** As a backfill of years does. */
    @Test
    void anAnswerThatTakesLongIsWaitedForAndAConnectionThatIsNotUsedIsClosed() throws Exception {
        Connections connections = new Connections(10, SHORT, SHORT, SHORT);
        Vertx vertx = connections.vertx(new VertxOptions());
        try {
            Router router = Router.router(vertx);
            router.route().handler(request -> {
                connections.began(request);
                vertx.setTimer(LONG_MS, timer -> request.response().end("done"));
            });
            HttpServer server = vertx.createHttpServer(new HttpServerOptions()).requestHandler(router)
                    .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
            try (RawClient client = new RawClient(server.actualPort())) {
                client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(client.answer()).contains(" 200 ");
                client.awaitEnd();
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }
}
