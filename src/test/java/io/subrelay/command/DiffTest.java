package io.subrelay.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.Relay;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.event.Ids;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Ports;
import io.subrelay.harness.Store;
import io.subrelay.store.UnstoredEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A folder that differs from a runner that runs, or from another folder. */
class DiffTest {

    private static final String SEGMENT = "routes/destinations/segment.camel.yaml";
    private static final String STATSIG = "routes/destinations/statsig.camel.yaml";
    /** Its requests tell whether an event came late. */
    private static final String CUSTOMER_IO = "routes/destinations/customer-io.camel.yaml";
    private static final String SIGNED = "routes/destinations/signed-webhook.camel.yaml";
    /** In the order of their acceptance: three customers, two of which become one, and an event that comes late. */
    private static final List<JsonNode> EVENTS = List.of(Hooks.renewal("maya", 2), with(Hooks.renewal("maya", 1)),
            Hooks.renewal("noor", 1), Hooks.renewal("maya", 3, "noor"), hostile(), Hooks.example("cancellation"),
            sandbox());

    private static final String HOSTILE = Ids.ofEvent(Hooks.event(EVENTS.get(4)).path("id").asText());

    private static Relay relay;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        relay = Relay.start(Store.Kind.H2.create(), Map.of("admin.username", "admin", "admin.password", "pass:wörd",
                "amplitude.mode", "off", "onesignal.mode", "off", "customer-io.mode", "preview", "signed-webhook.mode",
                "preview",
                "signed-webhook.url", "https://example.com/hook", "signed-webhook.secret", "whsec_AAECAwQFBgcICQ=="));
        for (int i = 0; i < 50; i++) { // the page after the first
            ObjectNode old = Hooks.renewal("old", i);
            Hooks.event(old).put("type", "NOT_TRACKED");
            relay.api().accept(old);
        }
        relay.api().accept(EVENTS.toArray(JsonNode[]::new));
    }

    @AfterAll
    static void stop() {
        relay.close();
    }

    /** What two folders hold in common with the runner. */
    @BeforeEach
    void plant() throws IOException {
        plant(folder);
    }

    private static void plant(Path root) throws IOException {
        for (String file : List.of("routes/answer.camel.yaml", "routes/1-receive.camel.yaml",
                "routes/2-delivery.camel.yaml", "routes/mapping.jq", SEGMENT, STATSIG, CUSTOMER_IO, SIGNED)) {
            Files.createDirectories(root.resolve(file).getParent());
            Files.copy(Path.of(file), root.resolve(file));
        }
        Files.writeString(root.resolve("application.properties"),
                "customer-io.mode = preview\nsigned-webhook.mode = preview\n"
                        + "signed-webhook.url = https://example.com/hook\n"
                        + "signed-webhook.secret = whsec_AAECAwQFBgcICQ==\n");
    }

    private static ObjectNode with(ObjectNode webhook) {
        Hooks.event(webhook).putObject("subscriber_attributes").putObject("$email")
                .put("value", "maya@example.com").put("updated_at_ms", 1);
        return webhook;
    }

    private static ObjectNode sandbox() {
        ObjectNode webhook = Hooks.renewal("tester", 9);
        Hooks.event(webhook).put("environment", "SANDBOX");
        return webhook;
    }

    /** Control characters, names that mean something elsewhere, and a number that no double holds. */
    private static ObjectNode hostile() {
        ObjectNode webhook = Hooks.renewal("\u001b[31m<any>", 1);
        ObjectNode event = Hooks.event(webhook).put("product_id", "pro\u001b[2J\u202e\u0085").put("price",
                new java.math.BigDecimal("1234567890.12345678901234567890"));
        event.putObject("subscriber_attributes").putObject("a\u001b[31m@b.c").put("value", "***").put("updated_at_ms",
                1);
        return webhook;
    }

    private void change(String file, String old, String by) throws IOException {
        String text = Files.readString(folder.resolve(file));
        assertThat(text).contains(old);
        Files.writeString(folder.resolve(file), text.replace(old, by));
    }

    private void set(String line) throws IOException {
        Path settings = folder.resolve("application.properties");
        Files.writeString(settings, Files.readString(settings) + line + "\n");
    }

    private Ended diff(String... arguments) {
        return diff(relay.api().port(), "pass:wörd", arguments);
    }

    private Ended diff(int port, String password, String... arguments) {
        return Ended.of(folder, Map.of("server.host", "127.0.0.1", "server.port", String.valueOf(port),
                "admin.username", "admin", "admin.password", password),
                Stream.concat(Stream.of("diff"), Stream.of(arguments)).toArray(String[]::new));
    }

    /** Each event comes with its customer as of then, also where the customer changed since, or came late. */
    @Test
    void nothing_differs_where_nothing_was_changed() throws SQLException {
        assertThat(stored()).as("with the update of a merge").isEqualTo(50 + EVENTS.size() + 1);
        assertThat(diff()).isEqualTo(new Ended(0, stored() + " events compared, nothing differs\n", ""));
    }

    private static long stored() throws SQLException {
        return relay.store().number("select count(*) from event");
    }

    @Test
    void a_name_that_was_changed() throws Exception {
        set("segment.event-name.renewal = Renewed");
        assertThat(diff()).isEqualTo(new Ended(1, """
                segment: 5 events differ
                  requests[0].body.batch[0].event: "rc_renewal_event" -> "Renewed"
                    5 events: %s, maya-3, noor-1
                %d events compared, 1 destination differs
                """.formatted(HOSTILE, stored()), ""));
        assertThat(diff("--events", "4").out()).startsWith("segment: 1 event differs\n")
                .endsWith("4 events compared, the newest (see --events), 1 destination differs\n");
        try (Connection connection = relay.store().connect(); Statement update = connection.createStatement()) {
            update.execute("update event set received_at = received_at - 259200000 where seq <= 3");
        }
        assertThat(diff("--since", "2d").out())
                .endsWith("\n" + (stored() - 3) + " events compared, 1 destination differs\n");
    }

    @Test
    void a_field_whose_values_are_personal_is_masked_unless_they_are_asked_for() throws IOException {
        change(SEGMENT, "grace_period_expires_at:", "mail: \"to \\(.aliases)\", grace_period_expires_at:");
        change(SEGMENT, "userId: $purchase.app_user_id", "userId: (\"x-\" + $purchase.app_user_id), old: 1");
        String events = "    5 events: " + HOSTILE + ", maya-3, noor-1\n";
        assertThat(diff("--kinds", "renewal").out()).isEqualTo("segment: 5 events differ\n"
                + "  requests[0].body.batch[0].userId: \"***\" -> \"***\"\n" + events
                + "  requests[0].body.batch[0].properties.mail: nothing -> \"***\"\n" + events
                + "  requests[0].body.batch[0].old: nothing -> 1\n" + events
                + "  requests[0].body.batch[1].userId: \"***\" -> \"***\"\n" + events
                + "  requests[0].body.batch[1].old: nothing -> 1\n" + events
                + "6 events compared, 1 destination differs\n");
        assertThat(diff("--kinds", "renewal", "--show-values").out()).contains(
                "  requests[0].body.batch[0].userId: \"maya\" -> \"x-maya\"\n    3 events: maya-3, maya-1, maya-2\n",
                "].properties.mail: nothing -> \"to [\\\"maya\\\",\\\"noor\\\"]\"\n    1 event: maya-3\n");
    }

    @Test
    void a_skip_that_was_added_and_a_reason_that_changed() throws IOException {
        change(SEGMENT, "is_sandbox and setting", ".event.product_id == \"p-1\" or is_sandbox and setting");
        change(SEGMENT, "Sandbox events are not sent to Segment", "\"Not for ${jq(.event.app_user_id)}\"");
        assertThat(diff("--destination", "segment", "--kinds", "renewal,cancellation")).isEqualTo(new Ended(1, """
                segment: 3 events differ
                  decision: "send" -> "skip: Not for ***"
                    2 events: noor-1, maya-1
                  decision: "skip: Sandbox events are not sent to Segment" -> "skip: Not for ***"
                    1 event: tester-9
                7 events compared, 1 destination differs
                """, ""));
    }

    @Test
    void a_destination_that_was_added_one_that_was_removed_and_one_that_goes_live() throws IOException {
        Files.delete(folder.resolve(STATSIG));
        Files.writeString(folder.resolve("routes/destinations/mine.camel.yaml"), """
                - route:
                    id: mine
                    routeConfigurationId: delivery
                    from:
                      uri: outbox:mine
                      steps:
                        - to: {uri: "https://mine.example/in", parameters: {httpMethod: POST}}
                """);
        set("segment.write-key = k");
        assertThat(diff("--kinds", "cancellation")).isEqualTo(new Ended(1, """
                mine: 1 event differs, mode off -> live
                  decision: nothing -> "send"
                    1 event: %1$s
                segment: 0 events differ, mode preview -> live
                statsig: 1 event differs, mode preview -> off
                  decision: "send" -> nothing
                    1 event: %1$s
                1 event compared, 3 destinations differ
                """.formatted(Hooks.event(EVENTS.get(5)).path("id").asText()), ""));
    }

    @Test
    void json_has_the_same_and_no_event_does_anything_to_the_terminal() throws Exception {
        change(SEGMENT, "grace_period_expires_at:", "extra: (.price * 1), "
                + "product_identifier: .product_id, grace_period_expires_at:");
        change(SEGMENT, "{ last_seen_app_user_id,", "(.subscriber_attributes | del(.[\"$email\"])) + { "
                + "last_seen_app_user_id,");
        String out = diff("--json", "--events", "3").out();
        assertThat(out.replaceAll("[\r\n]", "")).doesNotContainPattern("[\\p{Cc}\\p{Cf}]");
        JsonNode segment = Api.json(out).at("/destinations/segment");
        assertThat(segment.path("events").asInt()).isEqualTo(2);
        assertThat(Api.json(out).path("newest_only").asBoolean()).isTrue();
        assertThat(segment.path("mode")).isEqualTo(Api.json("{\"before\":\"preview\",\"after\":\"preview\"}"));
        assertThat(segment.path("changes").get(0)).isEqualTo(Api.json("""
                {"field": "requests[0].body.batch[0].properties.extra", "after": 0, "events": 1,
                  "event_ids": ["%s"]}""".formatted(Hooks.event(EVENTS.get(5)).path("id").asText())));
        out = diff("--show-values").out();
        assertThat(out.replaceAll("[\r\n]", "")).doesNotContainPattern("[\\p{Cc}\\p{Cf}]");
        assertThat(out).contains("1234567890.1234567", "pro\\u001B[2J\\u202E\\u0085", "[\"a\\u001B[31m@b.c\"]",
                HOSTILE);
    }

    /** Of a field that differs in each event three changes are told, and how many others there are. */
    @Test
    void two_folders_and_a_file_need_no_runner(@TempDir Path before) throws IOException {
        plant(before);
        change(SEGMENT, "userId: $purchase", "userId: \"x-\" + $purchase");
        Path kept = folder.resolve("kept.jsonl");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            lines.add(Hooks.renewal("c" + i, 1).toString());
        }
        lines.add(lines.get(0));
        lines.add(" ");
        Files.write(kept, lines);
        String[] arguments = {"--against", before.toString(), "--events-file", kept.toString(), "--show-values"};
        String others = "].userId: other values\n    57 events: c3-1, c4-1, c5-1\n";
        Ended ended = diff(0, "", arguments);
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).startsWith("segment: 60 events differ\n  requests[0].body.batch[0" + others
                + "  requests[0].body.batch[1" + others
                + "  requests[0].body.batch[0].userId: \"c0\" -> \"x-c0\"\n    1 event: c0-1\n")
                .endsWith("60 events compared, 1 destination differs\n");

        Files.writeString(kept, "{\"event\":{}}\n");
        assertThat(diff(0, "", arguments)).isEqualTo(
                new Ended(2, "", kept + ":1: event.id is missing or not a string\n"));
        Files.writeString(kept, "\n");
        assertThat(diff(0, "", arguments)).isEqualTo(new Ended(2, "", "there is no event to compare\n"));
        Files.delete(kept);
        assertThat(diff(0, "", arguments)).isEqualTo(new Ended(2, "", kept + ": this file cannot be read\n"));
    }

    @Test
    void says_why_it_cannot_compare() throws IOException {
        int nobody = Ports.free();
        assertThat(diff(nobody, "pass:wörd")).isEqualTo(new Ended(2, "", "the runner at http://127.0.0.1:" + nobody
                + " does not answer (ConnectException): start it in this folder, and run this again\n"));
        Ended wrong = diff(relay.api().port(), "s3cret");
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.err()).contains(" answers 401").doesNotContain("s3cret");
        assertThat(diff("--destination", "segmnt")).isEqualTo(
                new Ended(2, "", "there is no destination segmnt\n"));
        change(SEGMENT, "split:", "spilt:");
        assertThat(diff()).isEqualTo(
                new Ended(2, "", folder + ": " + SEGMENT + ":23: there is no step spilt; did you mean split?\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    --quick           | diff does not understand '--quick'
                    segment           | diff does not understand 'segment'
                    --since           | diff: Missing required parameter for option '--since' (<time>)
                    --since --json    | diff: Expected parameter for option '--since' but found '--json'
                    --since 7         | diff: Invalid value for option '--since': '7' is no time such as 12h or 7d
                    --since many      | diff: Invalid value for option '--since': 'many' is no time such as 12h or 7d
                    --events 0        | diff: --events accepts a whole number from 1 on
                    --events many     | diff: Invalid value for option '--events': 'many' is not an int
                    --against x       | diff: Error: Missing required argument(s): --events-file=<file>
                    --events-file x   | diff: Error: Missing required argument(s): --against=<folder>
                    --against x --events-file y --since 7d |\
                    diff: --since is for stored events: a file does not say when it was stored
                    """)
    void arguments_that_are_not_understood(String arguments, String message) {
        assertThat(diff(0, "", arguments.split(" ")))
                .isEqualTo(new Ended(2, "", message + "; --help tells what it does\n"));
    }

    /** The commands of {@code docs/change-with-confidence.md}, and what they print. */
    @Test
    void the_guide(@TempDir Path before) throws Exception {
        plant(before);
        String guide = Files.readString(Path.of("docs/change-with-confidence.md"));
        List<String> blocks = Pattern.compile("```\\w*\\n(.*?)```", Pattern.DOTALL).matcher(guide).results()
                .map(block -> block.group(1)).toList();
        set(blocks.get(0));
        Files.writeString(folder.resolve("kept.jsonl"), EVENTS.get(5) + "\n" + EVENTS.get(6) + "\n");
        List<String> commands = blocks.stream().flatMap(String::lines).filter(line -> line.startsWith("java -jar"))
                .map(line -> line.replace("java -jar subrelay.jar ", "").replace("../before", before.toString())
                        .replace("kept.jsonl", folder.resolve("kept.jsonl").toString()))
                .toList();
        assertThat(commands).hasSize(4);
        for (String command : commands) {
            if (command.equals("check")) {
                assertThat(Ended.of(folder, Map.of(), command).status()).isZero();
            } else {
                assertThat(diff(command.replaceFirst("diff ", "").split(" "))).isEqualTo(new Ended(1, blocks.get(2)
                        .replace("8 events", command.contains("--against") ? "2 events" : stored() + " events"), ""));
            }
        }
    }

    /** Under names that tell nothing of a person, and in the address of a request, no id of the event is left. */
    @Test
    void what_is_masked() throws IOException {
        ObjectNode webhook = with(Hooks.renewal("maya", 1));
        EnrichedEvent event = new UnstoredEvents().enrich(Event.of(webhook, webhook.toString()), 0);
        assertThat(new Personal(event).mask("", Api.json("""
                {"url": "https://a.example:8/v1/users/maya/by/9e2b7c41/x%40y/2/track?id=maya&t=1", "method": "POST",
                 "body": {"event": "renewal of maya", "reason": "b@c.de is unknown", "url": "https://a.example/users",
                   "maya": {"price": 1, "plan": "x"}, "list": ["x", 2, null], "attributes": {"age": 7, "name": "x"}}}
                """), false)).isEqualTo(Api.json("""
                {"url": "https://a.example:8/v1/users/***/by/***/***/2/track?id=***&t=***", "method": "POST",
                 "body": {"event": "renewal of ***", "reason": "*** is unknown", "url": "***",
                   "***": {"price": 1, "plan": "***"}, "list": ["***", 2, null],
                   "attributes": {"age": "***", "name": "***"}}}
                """));
    }

    /** What the console shows of a person, and what this prints, is one decision. */
    @Test
    void the_same_names_are_harmless_as_in_the_console() throws IOException {
        String console = Files.readString(Path.of("src/main/resources/io/subrelay/console/personal.js"));
        String names = console.substring(console.indexOf("'^(' + [") + 8, console.indexOf("].join('|')"));
        assertThat(names.replaceAll("[\\s']", "").replaceAll(",$", "").replace(',', '|'))
                .isEqualTo(Personal.HARMLESS.pattern());
    }
}
