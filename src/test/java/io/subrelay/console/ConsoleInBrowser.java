package io.subrelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.subrelay.harness.Skip;
import io.subrelay.vendors.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A runner with stored events and a browser for its console. */
abstract class ConsoleInBrowser {

    static final String CUSTOMER = "maya-7f3a";
    static final String EMAIL = "maya.lind@example.com";
    static final String SCRIPT = "\"><img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";
    static final ObjectMapper JSON = new ObjectMapper();

    /** Each view: its address, and what is there once it is drawn. */
    static final Map<String, String> VIEWS = new LinkedHashMap<>();

    @TempDir
    static Path folder;

    static ConsoleRunner runner;
    static Browser browser;
    static String dead;
    static String purchase;

    /** @param stored how many events are stored before the runner starts; newer ones, which are real, follow */
    static void start(int stored) throws Exception {
        if (!Browser.isThere()) {
            Skip.because("the console is not tested: there is no chromium with chromedriver on this machine");
        }
        StoredEvents.write("jdbc:h2:file:" + folder.resolve("data/subrelay"), stored);
        runner = new ConsoleRunner(folder);
        browser = new Browser(folder.resolve("profile"));
        browser.look(1280, 900, "light");
        refuseNext("timestamp is too old");
        dead = accept("cancellation", null);
        await().until(() -> runner.api("GET", "/api/events/" + dead).body().contains("\"dead\""));
        purchase = accept("initial_purchase", null);
        for (String example : List.of("renewal", "billing_issue", "uncancellation", "product_change")) {
            accept(example, null);
        }
        await().until(
                () -> !runner.api("GET", "/api/customers/" + CUSTOMER + "/history").body().contains("\"pending\""));
        VIEWS.put("#/destinations", ".chart svg");
        VIEWS.put("#/customer/" + CUSTOMER, "ol.events li");
        VIEWS.put("#/event/" + purchase, "pre");
        VIEWS.put("#/preview", "form.preview option:nth-child(2)");
        VIEWS.put("#/gaps", "main h1");
        VIEWS.put("#/events", "ol.events li:nth-child(50)");
        VIEWS.put("#/dead-letters", ".cards .card");
        VIEWS.put("#/search/stored-user-1", "ol.events li");
        VIEWS.put("#/books", ".cards .card");
        tellOfImport("customers.csv", "done", 1);
        VIEWS.put("#/imports", ".cards .card");
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
            browser = null;
        }
        if (runner != null) {
            runner.close();
            runner = null;
        }
    }

    /** Tells the runner of an import as the command does; returns the answer. */
    static String tellOfImport(String name, String state, double done) {
        String id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
        var told = JSON.createObjectNode().put("name", name).put("state", state).put("done", done)
                .put("read", 4000).put("new", 3800).put("updated", 150).put("unchanged", 40).put("refused", 10);
        told.putObject("statuses").put("active", 2100).put("expired", 1700);
        told.putArray("refusals").addObject().put("line", 17).put("reason", "this is not JSON (column 3) " + name);
        return runner.api("POST", "/api/imports/" + id, told.toString()).body();
    }

    static void refuseNext(String error) {
        runner.vendors().segment().next(1, Fault.answer(400, Map.of(), "{\"error\":\"" + error + "\"}"));
    }

    /** An example; of somebody else where a name is given. */
    static String example(String name, String somebody) throws IOException {
        String body = Files.readString(Path.of("src/examples/" + name + ".json"));
        return somebody == null ? body : body.replace("maya", somebody).replace("5b8f0c2e91d4", somebody);
    }

    static String accept(String example, String somebody) throws IOException {
        String body = example(example, somebody);
        assertThat(runner.webhook(body).statusCode()).isEqualTo(200);
        return JSON.readTree(body).path("event").path("id").asText();
    }

    @BeforeEach
    void open() {
        browser.look(1280, 900, "light");
        browser.load(runner.urlWithPassword("/"));
        browser.complaints();
    }

    @AfterEach
    void nothingRan() {
        assertThat(browser.driver().executeScript("return window.hacked")).isNull();
    }
}
