package io.subrelay.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.io.PrintWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command, at a runner that runs. */
class ImportTest {

    private static final String KEY = "sk_s3cr3t";

    private static FakeVendors vendors;
    private static Relay relay;
    private static Api api;
    private static RestStandIn revenueCat;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        vendors = FakeVendors.start();
        relay = Relay.start(Store.Kind.H2.create(), Relay.live(vendors, Map.of(
                "admin.username", "admin", "admin.password", "pass:wörd", "server.max-body-size", "20000")));
        api = relay.api();
        revenueCat = new RestStandIn(KEY);
    }

    @AfterAll
    static void stop() {
        relay.close();
        revenueCat.close();
        vendors.close();
    }

    private static Map<String, String> settings() {
        return Map.of("revenuecat.url", "http://127.0.0.1:" + revenueCat.port(), "revenuecat.api-key", KEY,
                "revenuecat.requests-per-minute", "100000", "server.host", "127.0.0.1",
                "server.port", String.valueOf(api.port()), "server.max-body-size", "20000",
                "admin.username", "admin", "admin.password", "pass:wörd");
    }

    private static Ended run(String... arguments) {
        return Ended.of(Path.of(""), settings(),
                Stream.concat(Stream.of("import"), Stream.of(arguments)).toArray(String[]::new));
    }

    private static JsonNode get(String path) {
        var answer = call("GET", path);
        return answer.statusCode() == 404 ? null : Api.json(answer.body());
    }

    private static JsonNode customer(String id) {
        return get("/api/customers/" + URLEncoder.encode(id, StandardCharsets.UTF_8));
    }

    private static String file(Path file) {
        return file.toString();
    }

    @Test
    void takes_customers_with_each_status_and_sends_nothing() throws IOException {
        Path file = Customers.file(folder.resolve("customers.jsonl"), 110);
        Ended dry = run("--dry-run", file(file));
        assertThat(dry.out()).startsWith("read       110\nnew        110\nupdated    0\nunchanged  0\nrefused    0\n")
                .contains("  active               10\n", "  grace_period_trial   10\n");
        assertThat(customer(Customers.id(1))).isNull();

        Ended ended = run(file(file));
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.out()).isEqualTo(dry.out());
        assertThat(ended.err()).endsWith("100 %  110\n").doesNotContain("pass:wörd");
        for (int n = 0; n < 110; n++) {
            JsonNode customer = customer(Customers.id(n));
            String status = Customers.status(n);
            assertThat(customer.path("subscription_status").asText()).isEqualTo(status);
            assertThat(customer.path("active_entitlements")).hasSize(status.startsWith("expired") ? 0 : 1);
            assertThat(customer.at("/subscriber_attributes/$onesignalUserId").asText()).isEqualTo("os-" + n);
        }
        assertThat(run(file(file)).out()).contains("unchanged  110\n");
        JsonNode history = get("/api/customers/" + URLEncoder.encode(Customers.id(1), StandardCharsets.UTF_8)
                + "/history");
        assertThat(history).hasSize(1);
        assertThat(history.at("/0/kind").asText()).isEqualTo("customer_imported");
        assertThat(history.at("/0/deliveries")).isEmpty();
        get("/api/destinations").forEach(each -> assertThat(each.path("pending").asInt()).isZero());
        assertThat(vendors.all()).allSatisfy(vendor -> assertThat(vendor.requests()).isEmpty());
    }

    @Test
    void tells_the_runner_how_far_it_is_and_is_stopped_by_it() throws IOException {
        Path file = Customers.file(folder.resolve("followed.jsonl"), 600);
        Files.writeString(file, "{no JSON\n", StandardOpenOption.APPEND);
        run("--dry-run", file(file));
        JsonNode told = imported("followed.jsonl");
        assertThat(told.path("state").asText()).isEqualTo("done");
        assertThat(told.path("dry_run").asBoolean()).isTrue();
        assertThat(told.path("done").asDouble()).isEqualTo(1);
        assertThat(told.path("read").asInt()).isEqualTo(601);
        assertThat(told.at("/refusals/0/line").asInt()).isEqualTo(601);
        assertThat(told.at("/refusals/0/reason").asText()).startsWith("this is not JSON");
        assertThat(told.at("/statuses/active").asInt()).isPositive();
        String path = "/api/imports/" + told.path("id").asText();
        assertThat(call("DELETE", path).body()).as("it is done").isEqualTo("{\"stopped\":false}");
        assertThat(call("DELETE", "/api/imports/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
        assertThat(call("POST", path).statusCode()).isEqualTo(400);

        // one that runs is told when it tells how far it is
        String id = "/api/imports/" + UUID.randomUUID();
        ImportReport report = ImportReport.passing();
        ImportProgress progress = new ImportProgress(new RunnerClient(Ended.settings(settings())),
                new ProgressBar(new PrintWriter(OutputStream.nullOutputStream()), false), id, "ids.csv", false, report);
        assertDoesNotThrow(() -> progress.show(0.4));
        assertThat(imported("ids.csv").path("done").asDouble()).isEqualTo(0.4);
        assertThat(call("DELETE", id).body()).isEqualTo("{\"stopped\":true}");
        assertThat(imported("ids.csv").path("state").asText()).isEqualTo("stopping");
        await().untilAsserted(() -> assertThatThrownBy(() -> progress.show(0.5)).hasMessageContaining("has stopped"));
        assertDoesNotThrow(() -> progress.ended("stopped"));
        assertThat(imported("ids.csv").path("state").asText()).isEqualTo("stopped");
    }

    private static HttpResponse<String> call(String method, String path) {
        return api.call(method, path, null, "Authorization", "Basic " + Base64.getEncoder()
                .encodeToString("admin:pass:wörd".getBytes(StandardCharsets.UTF_8)));
    }

    private static JsonNode imported(String name) {
        for (JsonNode each : get("/api/imports")) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError("nothing is told of " + name);
    }

    @Test
    void says_which_lines_it_refuses_and_takes_the_others() throws IOException {
        Path file = folder.resolve("mixed.jsonl");
        Files.writeString(file, Customers.answer(2001) + "\r\n\n" + "{no JSON\n" + "[1]\n" + "{\"subscriber\":{}}\n"
                + "{\"request_date_ms\":1,\"subscriber\":{\"original_app_user_id\":\"x\","
                + "\"subscriptions\":{\"m\":{\"expires_date\":\"soon\"}}}}\n"
                + "{\"event\":{\"id\":\"e\",\"type\":\"TEST\"}}\n"
                + Customers.answer(2003).put("request_date_ms", System.currentTimeMillis() + 172_800_000) + "\n"
                + Customers.answer(2004).put("request_date_ms", -1) + "\n" + "\"" + "x".repeat(30_000) + "\"\n"
                + Customers.answer(2002));
        Ended ended = run(file(file));
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).startsWith("read       10\nnew        2\nupdated    0\nunchanged  0\nrefused    8\n");
        assertThat(ended.err().lines().filter(line -> line.startsWith(file(file)))
                .map(line -> line.substring(file(file).length()))).containsExactly(
                        ":3: this is not JSON (column 2)",
                        ":4: this is neither a customer (no subscriber) nor a webhook (no event)",
                        ":5: request_date_ms is missing: it tells as of when the answer holds",
                        ":6: subscriber.subscriptions.m.expires_date is not a date such as 2026-01-31T12:00:00Z",
                        ":7: event.event_timestamp_ms is missing or not an integer of milliseconds since the epoch",
                        ":8: request_date_ms is no time until now",
                        ":9: request_date_ms is no time until now",
                        ":10: this is longer than server.max-body-size, 20000 bytes");
        assertThat(customer(Customers.id(2002))).isNotNull();
        assertThat(run(file(folder.resolve("none"))).err()).endsWith("none: this file cannot be read\n");
    }

    /** History without deliveries; what comes later is delivered with the state that it led to. */
    @Test
    void takes_webhooks_that_were_kept() throws IOException {
        String who = Hooks.customer();
        Path file = folder.resolve("webhooks.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            for (int n : new int[] {2, 1}) {
                out.write((Hooks.renewal(who, n) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        assertThat(run(file(file)).out()).isEqualTo(
                "read       2\nnew        1\nupdated    1\nunchanged  0\nrefused    0\n");
        assertThat(api.post(Hooks.renewal(who, 1)).body()).isEqualTo("{\"status\":\"duplicate\"}");
        api.accept(Hooks.renewal(who, 3));
        await().until(() -> Receipts.of(vendors, "segment").of(who).equals(List.of(3)));
        assertThat(get("/api/customers/" + who + "/history")).hasSize(3);
        assertThat(customer(who).path("subscription_status").asText()).isEqualTo("active");
        vendors.reset();
    }

    /** What waits under the number that a customer had goes first, though the import itself is not delivered. */
    @Test
    void keeps_the_order_of_customers_that_it_makes_one() throws IOException {
        vendors.reset();
        String one = Hooks.customer();
        String two = Hooks.customer();
        String other = Hooks.customer();
        vendors.segment().when(request -> request.text().contains("\"p-71\""), Integer.MAX_VALUE, Fault.answer(429));
        api.accept(Hooks.renewal(one, 70));
        api.accept(Hooks.renewal(two, 71));
        Path file = folder.resolve("merging.jsonl");
        Files.writeString(file, Hooks.renewal(two, 72, one) + "\n");
        assertThat(run(file(file)).status()).isZero();
        api.accept(Hooks.renewal(one, 73));
        api.accept(Hooks.renewal(other, 74));
        await().until(() -> Receipts.of(vendors, "segment").of(other).equals(List.of(74)));
        assertThat(Receipts.of(vendors, "segment").of(one)).containsExactly(70);
        vendors.segment().recover();
        await().until(() -> Receipts.of(vendors, "segment").of(one).equals(List.of(70, 73)));
        assertThat(Receipts.of(vendors, "segment").all().stream().map(Receipts.Receipt::n))
                .containsExactly(70, 74, 71, 73);
    }

    @Test
    void asks_the_api_for_ids() throws IOException {
        Path file = folder.resolve("export.csv");
        Files.writeString(file, "email,app_user_id\n\"a,\"\"b\"\"\",app:user/4001\n,app:user/4002\nc,nobody\n"
                + "d,app:user/4002\ne,\n");
        int before = revenueCat.asked().size();
        revenueCat.failNext(429, 503);
        Ended ended = run("--ids", file(file));
        assertThat(ended.out()).startsWith("read       3\nnew        2\nupdated    0\nunchanged  0\nrefused    1\n");
        assertThat(ended.err()).contains(file + ":4: RevenueCat did not know this id, and has made a customer of it\n");
        assertThat(customer("app:user/4002").path("subscription_status").asText()).isEqualTo(Customers.status(4002));
        assertThat(revenueCat.asked().stream().skip(before)).containsExactlyInAnyOrder(
                "app:user/4001", "app:user/4002", "nobody");

        Files.writeString(file, "app:user/4001\nwith space\n");
        revenueCat.accept("another key");
        ended = run("--ids", file(file));
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).isEqualTo("RevenueCat does not accept revenuecat.api-key (401)\n");
        revenueCat.accept(KEY);
        assertThat(run("--ids", file(file)).out())
                .startsWith("read       2\nnew        0\nupdated    0\nunchanged  1\n");
    }

    @Test
    void asks_for_none_from_a_table_without_a_known_column() throws IOException {
        int asked = revenueCat.asked().size();
        Path file = folder.resolve("other.csv");
        for (String first : List.of("email,user", "app_user_id;email", "user\tapp_user_id")) {
            Files.writeString(file, first + "\na,b\n");
            Ended ended = run("--ids", file(file));
            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err()).startsWith("the first line names none of the columns app_user_id, rc_last_seen");
        }
        Files.writeString(file, "\ufeffapp:user/4101\napp:user/4102\n");
        assertThat(run("--ids", file(file)).out()).startsWith("read       2\nnew        2\n");
        assertThat(revenueCat.asked().stream().skip(asked))
                .containsExactlyInAnyOrder("app:user/4101", "app:user/4102");
    }

    @Test
    void asks_again_where_an_answer_does_not_end() throws Exception {
        revenueCat.stallNext();
        try (RevenueCat asking = new RevenueCat(Ended.settings(settings()), Duration.ofMillis(300))) {
            assertThat(asking.customers(List.of("app:user/4201")).get(0).refused()).isNull();
        }
    }

    @Test
    void keeps_no_answer_that_is_very_long() throws Exception {
        revenueCat.answer("long", Customers.answer(4301).put("note", "x".repeat(5 << 20)).toString());
        try (RevenueCat asking = new RevenueCat(Ended.settings(settings()))) {
            assertThat(asking.customers(List.of("long")).get(0).refused())
                    .isEqualTo("RevenueCat answers with something that is no customer");
        }
    }

    @Test
    void takes_a_thousand_lines_at_a_time() {
        String path = "/api/import?dry-run=true";
        String type = "application/x-ndjson";
        assertThat(post(path, type, "[]\n".repeat(1_000)).statusCode()).isEqualTo(200);
        HttpResponse<String> many = post(path, type, "[]\n".repeat(1_000) + "[]");
        assertThat(many.statusCode()).isEqualTo(413);
        assertThat(many.body()).isEqualTo("{\"error\":\"these are more than 1,000 lines, send fewer at a time\"}");
    }

    private static HttpResponse<String> post(String path, String type, String body) {
        return api.call("POST", path, body.getBytes(StandardCharsets.UTF_8), "Content-Type", type, "Authorization",
                "Basic " + Base64.getEncoder().encodeToString("admin:pass:wörd".getBytes(StandardCharsets.UTF_8)));
    }

    /** The time of what is told is when it happened, and not when the API was asked. */
    @Test
    void tells_a_destination_of_state_when_it_happened() throws IOException {
        Path file = folder.resolve("paused.jsonl");
        Instant ended = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(2, ChronoUnit.DAYS);
        Files.writeString(file, paused(5002, ended) + "\n" + paused(5003, ended.plus(20, ChronoUnit.DAYS)));
        assertThat(run(file(file)).out()).contains("  paused  ");
        for (int n : new int[] {5002, 5003}) {
            ObjectNode update = Api.JSON.createObjectNode().put("api_version", "1.0");
            update.putObject("event").put("type", "CUSTOMER_UPDATE").put("id", "update-" + n)
                    .put("event_timestamp_ms", System.currentTimeMillis()).put("app_user_id", Customers.id(n))
                    .put("environment", "PRODUCTION");
            HttpResponse<String> previews = post("/api/preview", "application/json", update.toString());
            JsonNode tags = Api.json(previews.body()).at("/onesignal/requests/0/body/properties/tags");
            assertThat(tags.path("subscription_status").asText()).isEqualTo("paused");
            assertThat(tags.path("active_subscription").asText()).isEqualTo(n == 5002 ? "false" : "true");
            assertThat(tags.path("last_event_at").asLong())
                    .isEqualTo(n == 5002 ? ended.getEpochSecond() : ended.minus(8, ChronoUnit.DAYS).getEpochSecond());
        }
    }

    private static ObjectNode paused(int n, Instant expires) {
        ObjectNode answer = Customers.answer(n);
        ((ObjectNode) answer.at("/subscriber/subscriptions/monthly")).put("expires_date", expires.toString())
                .put("purchase_date",
                        expires.minus(expires.isAfter(Instant.now()) ? 28 : 30, ChronoUnit.DAYS).toString())
                .put("auto_resume_date", expires.plus(40, ChronoUnit.DAYS).toString());
        return answer;
    }

    /** No expiration came, and what the destinations have been told is wrong since. */
    @Test
    void heals_gaps_and_corrects_the_destinations() {
        vendors.reset();
        String who = Hooks.customer();
        ObjectNode renewal = Hooks.renewal(who, 1);
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Hooks.event(renewal).put("expiration_at_ms", now.minus(2, ChronoUnit.DAYS).toEpochMilli());
        api.accept(renewal);
        await().until(() -> vendors.segment().requests().size() == 1);
        JsonNode gaps = get("/api/gaps");
        assertThat(gaps.path("gaps").findValuesAsText("app_user_id")).containsExactly(who);
        assertThat(gaps.at("/gaps/0/missed").asText()).isEqualTo("expiration");
        assertThat(gaps.path("next").isNull()).isTrue();

        revenueCat.answer(who, """
                {"request_date_ms": %d, "subscriber": {"original_app_user_id": "%s", "entitlements": {},
                  "subscriptions": {"p-1": {"store": "app_store", "period_type": "normal", "is_sandbox": false,
                    "purchase_date": "%s", "expires_date": "%s"}}}}""".formatted(now.toEpochMilli(), who,
                now.minus(30, ChronoUnit.DAYS), now.minus(2, ChronoUnit.DAYS)));
        Ended ended = run("--gaps");
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.out()).startsWith("read       1\nnew        0\nupdated    1\n").contains("  expired  ");
        await().until(() -> vendors.segment().requests().size() == 2);
        JsonNode batch = vendors.segment().requests().get(1).body().path("batch");
        assertThat(batch.findValuesAsText("type")).containsExactly("identify");
        assertThat(batch.at("/0/traits/rc_subscription_status").asText()).isEqualTo("expired");
        assertThat(get("/api/gaps").path("gaps")).isEmpty();
        assertThat(run("--gaps").out()).startsWith("read       0\n");
        JsonNode history = get("/api/customers/" + who + "/history");
        assertThat(history.findValuesAsText("kind"))
                .containsExactly("customer_update", "customer_imported", "renewal");
    }

    @Test
    void goes_on_where_it_was_stopped() throws IOException {
        Path file = Customers.file(folder.resolve("stopped.jsonl"), 30);
        ImportReport report = ImportReport.of(file);
        report.add(Api.JSON.createObjectNode().put("read", 20).put("new", 20));
        report.done(20);
        Ended ended = run(file(file));
        assertThat(ended.err()).startsWith(file + ": goes on after line 20\n");
        assertThat(ended.out()).startsWith("read       30\n");
        assertThat(folder).isDirectoryNotContaining("glob:**.import");
        report.done(20);
        Files.writeString(file, Customers.answer(3000).toString());
        assertThat(run(file(file)).out()).as("another file").startsWith("read       1\n");
    }
}
