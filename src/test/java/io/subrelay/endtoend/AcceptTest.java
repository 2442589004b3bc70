package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.subrelay.Relay;
import io.subrelay.brokers.Guide;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.RouteFiles;
import io.subrelay.harness.Store;
import io.subrelay.harness.TempFolders;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code outbox:accept} in a route of one's own: one webhook or a list of them, in whatever form of JSON. */
class AcceptTest {

    private static final Path FOLDER = TempFolders.create();
    private static Relay relay;
    private static Api api;

    @BeforeAll
    static void start() throws IOException {
        for (String name : List.of("file-in", "destinations/archive")) {
            Files.writeString(FOLDER.resolve(name.replace("destinations/", "") + ".camel.yaml"), Guide.file(name)
                    .replace("uri: file:data/", "uri: file:" + FOLDER + "/"));
        }
        Files.writeString(FOLDER.resolve("intake.camel.yaml"), route("bytes", "")
                + route("text", "- convertBodyTo: {type: String}")
                + route("tree", "- transform: {expression: {jq: {expression: '.[0]', resultType: "
                        + "com.fasterxml.jackson.databind.JsonNode}}}")
                + route("array", "- transform: {expression: {jq: {expression: .}}}")
                + route("list", "- transform: {expression: {jq: {expression: ., resultType: java.util.List}}}")
                + route("texts", "- transform: {expression: {jq: {expression: 'map(tojson)', "
                        + "resultType: java.util.List}}}"));
        relay = Relay.start(Store.Kind.H2.create(), Map.of(RouteFiles.SETTING,
                RouteFiles.pattern(List.of()) + ",file:" + FOLDER + "/*.camel.yaml"));
        api = relay.api();
    }

    private static String route(String name, String step) {
        return """
                - route:
                    id: intake-%s
                    routeConfigurationId: answer
                    from:
                      uri: platform-http:/intake/%s
                      steps:
                        - removeHeaders: {pattern: "*"}
                        - convertBodyTo: {type: "byte[]"}
                %s        - to: {uri: outbox:accept}
                %s
                """.formatted(name, name, step.isEmpty() ? "" : "        " + step + "\n",
                name.matches("array|list|texts") ? "        - transform: {expression: {jq: {expression: tojson}}}"
                        : "");
    }

    @AfterAll
    static void stop() {
        relay.close();
    }

    private static HttpResponse<String> post(String name, JsonNode body) {
        return api.call("POST", "/intake/" + name, body.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void takesOneWebhook() {
        String customer = Hooks.customer();
        assertThat(post("bytes", Hooks.renewal(customer, 1)).body()).isEqualTo("accepted");
        assertThat(post("text", Hooks.renewal(customer, 2)).body()).isEqualTo("accepted");
        assertThat(post("tree", Api.JSON.createArrayNode().add(Hooks.renewal(customer, 3))).body())
                .isEqualTo("accepted");
        assertThat(post("text", Hooks.renewal(customer, 1)).body()).isEqualTo("duplicate");
        assertThat(api.history(customer)).hasSize(3);
    }

    @Test
    void takesAListInOrder() {
        String customer = Hooks.customer();
        ArrayNode webhooks = Api.JSON.createArrayNode();
        for (int n = 1; n <= 300; n++) {
            webhooks.add(Hooks.renewal(customer, n));
        }
        assertThat(Api.json(post("array", webhooks).body())).hasSize(300)
                .allSatisfy(result -> assertThat(result.asText()).isEqualTo("accepted"));
        webhooks.insert(0, Hooks.renewal(customer, 301));
        assertThat(post("list", webhooks).body()).startsWith("[\"accepted\",\"duplicate\",\"duplicate\"");
        webhooks.removeAll().add(Hooks.renewal(customer, 302)).add(Hooks.renewal(customer, 302));
        assertThat(post("texts", webhooks).body()).isEqualTo("[\"accepted\",\"duplicate\"]");
        assertThat(api.history(customer).get(0).path("event_id").asText()).isEqualTo(Hooks.id(customer, 302));
    }

    /** The file drop of {@code docs/esb.md}, and its archive. */
    @Test
    void takesTheLinesOfAFileAllOrNone() throws IOException {
        String customer = Hooks.customer();
        drop("1.jsonl", Hooks.renewal(customer, 1), Hooks.renewal(customer, 2), Hooks.renewal(customer, 1));
        drop("2.jsonl", Hooks.renewal(customer, 3), Api.JSON.nullNode());
        drop("3.jsonl", Hooks.renewal(customer, 4));
        await().until(() -> Files.exists(FOLDER.resolve("inbox/.done/3.jsonl")));
        assertThat(FOLDER.resolve("inbox/.done/1.jsonl")).exists();
        assertThat(FOLDER.resolve("inbox/.failed/2.jsonl")).exists();
        assertThat(api.history(customer)).extracting(event -> event.path("event_id").asText())
                .containsExactly(Hooks.id(customer, 4), Hooks.id(customer, 2), Hooks.id(customer, 1));

        await().until(() -> api.delivery(Hooks.id(customer, 4), "archive").path("state").asText().equals("delivered"));
        List<String> ids = new ArrayList<>();
        for (Path day : files(FOLDER.resolve("archive"))) {
            for (String line : Files.readAllLines(day)) {
                ids.add(Api.json(line).at("/event/id").asText());
            }
        }
        assertThat(ids).containsSubsequence(Hooks.id(customer, 1), Hooks.id(customer, 2), Hooks.id(customer, 4));
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static void drop(String name, JsonNode... webhooks) throws IOException {
        Path written = FOLDER.resolve(name + ".tmp");
        Files.writeString(written, Stream.of(webhooks).map(webhook -> webhook + "\n").collect(Collectors.joining()));
        Files.move(written, FOLDER.resolve("inbox").resolve(name));
    }

    @Test
    void takesNothingOfAListWithOneThatIsNone() {
        String customer = Hooks.customer();
        ArrayNode webhooks = Api.JSON.createArrayNode().add(Hooks.renewal(customer, 1)).add("no webhook");
        HttpResponse<String> answer = post("list", webhooks);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Api.json(answer.body()).path("error").asText()).startsWith(
                "webhook 2 of the list: the body is not JSON");
        assertThat(post("list", Api.JSON.createArrayNode()).body()).isEqualTo("[]");
        assertThat(post("bytes", Api.JSON.nullNode()).statusCode()).isEqualTo(400);
        assertThat(api.call("GET", "/api/customers/" + customer, null).statusCode()).isEqualTo(404);
    }
}
