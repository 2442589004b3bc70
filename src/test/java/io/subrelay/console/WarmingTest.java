package io.subrelay.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.subrelay.Settings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WarmingTest {

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Map<String, String> answers = Map.of(
            "/api/destinations", "[{\"name\":\"segment\"},{\"name\":\"a b\"}]",
            "/api/events?limit=50", "[{\"event_id\":\"e/1\"},{\"event_id\":\"e2\"}]",
            "/api/events/e%2F1", "{\"customer\":{\"app_user_id\":\"$who?\"}}");
    private HttpServer runner;

    @BeforeEach
    void listen() throws Exception {
        runner = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        runner.createContext("/", exchange -> {
            String path = exchange.getRequestURI().toString();
            asked.add(path + " " + exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] answer = answers.getOrDefault(path, "[]").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        runner.start();
    }

    @AfterEach
    void close() {
        runner.stop(0);
    }

    private void warm(String host, String username, String password) throws Exception {
        Properties properties = new Properties();
        properties.putAll(Map.of("server.host", host, "server.port", String.valueOf(runner.getAddress().getPort()),
                "admin.username", username, "admin.password", password));
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getPropertiesComponent().setInitialProperties(properties);
            new Warming(new Settings(context.getPropertiesComponent())).run();
        }
    }

    @Test
    void asksWhatThePagesAskAsTheAdministrator() throws Exception {
        warm("0.0.0.0", "admin", "secret");
        assertThat(asked).allMatch(it -> it.endsWith(" Basic YWRtaW46c2VjcmV0"));
        assertThat(asked.stream().map(it -> it.substring(0, it.indexOf(' ')))).contains(
                "/", "/console/app.js", "/api/destinations/segment/timeline", "/api/destinations/a%20b/timeline",
                "/api/events?state=dead", "/api/events/e%2F1/preview", "/api/customers/%24who%3F",
                "/api/customers/%24who%3F/history");
    }

    @Test
    void goesWithoutAPasswordAndWithoutAnAnswer() throws Exception {
        warm("127.0.0.1", "", "");
        assertThat(asked).isNotEmpty().allMatch(it -> it.endsWith(" null"));
        asked.clear();
        runner.stop(0);
        warm("127.0.0.1", "", "");
        assertThat(asked).isEmpty();
    }
}
