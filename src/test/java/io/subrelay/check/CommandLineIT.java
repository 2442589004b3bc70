package io.subrelay.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as people use it: processes in a folder of their own. {@link CommandLineTest} has the rest. */
class CommandLineIT {

    private static final String FIRST = """
            {"event": {"id": "e1", "type": "INITIAL_PURCHASE", "event_timestamp_ms": 1, "app_user_id": "u",
              "subscriber_attributes": {"$email": {"value": "a@b.c", "updated_at_ms": 1}}}}""";
    private static final String LAST =
            """
                    {"event": {"id": "e2", "type": "RENEWAL", "event_timestamp_ms": 2, "app_user_id": "u", "purchased_at_ms": 0}}""";

    @TempDir
    Path folder;
    private Planted planted;

    @BeforeEach
    void plant() {
        planted = new Planted(folder);
        planted.write("first.json", FIRST).write("last.json", LAST);
    }

    private record Ended(int status, String output) {
    }

    private Ended run(List<String> properties, String... arguments) throws Exception {
        try (Launched launched = new Launched(folder, properties, arguments)) {
            return new Ended(launched.status(), launched.output());
        }
    }

    @Test
    void check_says_each_fault_and_fails() throws Exception {
        planted.mine("transform:", "transfrom:");
        Ended ended = run(List.of("server.port=many"), "check");
        assertThat(ended.output()).isEqualTo(
                """
                        server.port is 'many': it accepts a whole number from 0 to 65535
                        routes/destinations/mine.camel.yaml:19: there is no step transfrom; did you mean transform?
                        routes/destinations/mine.camel.yaml: note: its examples were not run, because of the faults
                        routes/destinations/statsig.camel.yaml: note: this destination has no example; put one into routes/destinations/statsig.tests/
                        2 faults
                        """);
        assertThat(ended.status()).isEqualTo(1);
    }

    @Test
    void preview_prints_what_each_destination_would_be_sent_for_the_last_webhook() throws Exception {
        planted.mine("when: (.happened_at_ms | iso8601) }",
                "email: attribute(\"$email\"), key: \"{{mine.key}}-{{mine.secret}}\" }");
        planted.write("application.properties",
                Planted.read(folder.resolve("application.properties")) + "mine.secret = hush-hush\n");
        Ended ended = run(List.of("statsig.mode=off"), "preview", "first.json", "last.json");
        assertThat(ended.status()).as(ended.output()).isZero();
        JsonNode previews = new ObjectMapper().readTree(ended.output());
        assertThat(previews.fieldNames()).toIterable().containsExactly("mine");
        assertThat(previews.at("/mine/decision").asText()).isEqualTo("send");
        assertThat(previews.at("/mine/requests/0/url").asText()).isEqualTo("https://mine.example/in");
        assertThat(previews.at("/mine/requests/0/body/id").asText()).isEqualTo("e2");
        assertThat(previews.at("/mine/requests/0/body/email").asText()).isEqualTo("a@b.c");
        assertThat(previews.at("/mine/requests/0/body/key").asText()).endsWith("***");
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void a_start_stops_for_whatever_check_knows_to_do_harm() throws Exception {
        planted.mine("    routeConfigurationId: delivery\n", "");
        planted.write("routes/destinations/klaviyo.yaml", Planted.MINE);
        planted.write("application.properties", """
                mine.url = https://mine.example/?token=t0ps3cret
                mine.key = k-1
                mine.mod = preview
                statsig.mdoe = preview
                statsig.url = statsig.example
                of.my.own = 1
                """);
        Ended ended = run(List.of("server.port=0", "management.port=0", "statsig.evnt-type=rc"));
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.output().lines().map(line -> line.replaceFirst(".*Subrelay does not start: ", "").strip()))
                .containsExactly(
                        "nothing reads the setting -Dstatsig.evnt-type; did you mean statsig.event-type?",
                        "application.properties:1: mine.url is 'https://mine.example/?…': it accepts an address that a path can"
                                + " follow: without a query, and without / at its end",
                        "application.properties:3: nothing reads the setting mine.mod; did you mean mine.mode?",
                        "application.properties:4: nothing reads the setting statsig.mdoe; did you mean statsig.mode?",
                        "application.properties:5: statsig.url is 'statsig.example': it accepts an address such as https://host or"
                                + " http://host:8080",
                        "routes/destinations/klaviyo.yaml: this file is not loaded: the name of a route file ends with .camel.yaml",
                        "routes/destinations/mine.camel.yaml:2: this route lacks \"routeConfigurationId: delivery\", which says what"
                                + " becomes of requests that fail");
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void what_is_not_understood() throws Exception {
        assertThat(run(List.of(), "chekc")).isEqualTo(
                new Ended(2, "Subrelay does not understand 'chekc', did you mean check? --help tells what it does\n"));
        assertThat(run(List.of(), "--help").output()).contains("check", "preview", "--dev", "--version");
    }
}
