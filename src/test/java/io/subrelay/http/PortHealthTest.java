package io.subrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import javax.net.SocketFactory;
import org.apache.camel.health.HealthCheck;
import org.junit.jupiter.api.Test;

class PortHealthTest {

    private interface Answer {
        void to(Socket client) throws IOException;
    }

    @Test
    void isUpOnlyWhereThePortAnswers() throws Exception {
        assertThat(health(client -> client.getOutputStream().write(
                "HTTP/1.1 401 Unauthorized\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))).isEqualTo("UP null");
        assertThat(health(client -> {})).matches("DOWN port \\d+ closes connections without an answer");
        // as where no thread is left to answer: the system takes the connection
        assertThat(health(null)).matches("DOWN port \\d+ does not answer: Read timed out");
        assertThat(health("127.0.0.1", Ports.free())).matches("DOWN port \\d+ does not answer: .*refused.*");
        assertThat(health("127.0.0.1", 0)).isEqualTo("UP null");
    }

    @Test
    void isAskedByLoopbackWhereItListensAtEveryAddress() throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            CompletableFuture.runAsync(() -> answer(server, client -> client.getOutputStream().write('H')));
            assertThat(health("0.0.0.0", server.getLocalPort())).isEqualTo("UP null");
        }
    }

    /** @param answer null to take no connection */
    private static String health(Answer answer) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            if (answer != null) {
                CompletableFuture.runAsync(() -> answer(server, answer));
            }
            return health("127.0.0.1", server.getLocalPort());
        }
    }

    private static void answer(ServerSocket server, Answer answer) {
        try (Socket client = server.accept()) {
            client.getInputStream().read(new byte[200]);
            answer.to(client);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String health(String host, int port) {
        HealthCheck.Result result = new PortHealth(host, port, SocketFactory.getDefault()).call();
        return result.getState() + " " + result.getMessage().orElse(null);
    }
}
