package io.subrelay.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.subrelay.harness.Ports;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a command from doing anything. */
class CommandsTest {

    @TempDir
    Path folder;

    @Test
    void another_server_where_the_runner_should_be() throws Exception {
        HttpServer other = HttpServer.create(new InetSocketAddress("127.0.0.1", Ports.free()), 1);
        other.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 6);
            exchange.getResponseBody().write("<html>".getBytes());
            exchange.close();
        });
        other.start();
        int port = other.getAddress().getPort();
        Ended ended =
                Ended.of(folder, Map.of("server.host", "127.0.0.1", "server.port", String.valueOf(port)), "books");
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).isEqualTo(
                "what answers at http://127.0.0.1:" + port + " is no runner: its answer is no JSON\n");
        other.stop(0);
    }

    @Test
    void settings_that_cannot_be_read() throws Exception {
        Files.writeString(folder.resolve("application.properties"), "database.url = jdbc:h2:file:C:\\users\\me\n");
        assertThat(Ended.of(folder, Map.of(), "books").err()).startsWith(
                "application.properties:1: \\u begins the number of a character");
    }
}
