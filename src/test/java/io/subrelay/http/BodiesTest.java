package io.subrelay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.harness.RawClient;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BodiesTest {

    private static final int MAX_SIZE = 1_000;
    private static final int MAX_OPEN = 2_000;
    private final Vertx vertx = Vertx.vertx();
    private int port;

    @BeforeEach
    void start() throws Exception {
        Router router = Router.router(vertx);
        router.route().handler(new Bodies(MAX_SIZE, MAX_OPEN)::read)
                .handler(request -> request.response().end());
        HttpServer server = vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1")
                .toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        port = server.actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void thoseThatAreOpenAtATimeAreBoundedAndWhatTheyTookIsGivenBack() {
        try (RawClient other = open("Content-Length: 1000", 900)) {
            try (RawClient one = open("Content-Length: 1000", 900)) {
                await().until(() -> status("Content-Length: 300", 300).equals("503"));
                assertThat(status("Content-Length: 100", 100)).isEqualTo("200");
            }
            // the one whose connection is lost
            await().until(() -> status("Content-Length: 1000", 1000).equals("200"));
            for (int i = 0; i < 20; i++) {
                assertThat(status("Content-Length: 1000", 1000)).isEqualTo("200");
            }
        }
    }

    @Test
    void oneThatIsTooLargeIsRefusedByItsHeadOrWhileItComes() {
        for (int i = 0; i < 5; i++) {
            assertThat(status("Content-Length: 1001", 0)).isEqualTo("413");
            assertThat(status("Content-Length: 999999999999999999", 0)).isEqualTo("413");
            assertThat(status("Transfer-Encoding: chunked", 1001)).isEqualTo("413");
            assertThat(status("Transfer-Encoding: chunked", 1000)).isEqualTo("200");
        }
    }

    private String status(String length, int bytes) {
        try (RawClient client = open(length, bytes)) {
            return client.answer().split(" ")[1];
        }
    }

    private RawClient open(String length, int bytes) {
        RawClient client = new RawClient(port);
        String body = "x".repeat(bytes);
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + length + "\r\n\r\n"
                + (length.startsWith("T") ? Integer.toHexString(bytes) + "\r\n" + body + "\r\n0\r\n\r\n" : body));
        return client;
    }
}
