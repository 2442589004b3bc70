package io.subrelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.harness.Skip;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.support.ui.Select;

/** The tasks, and the console with hostile texts, without a mouse, on small screens and read aloud. */
class ConsoleForEverybodyIT extends ConsoleTasks {

    /** What is chosen where there is no room for it: the same choice alone takes more. */
    private static final String CUT_OFF = """
            return [...document.querySelectorAll('.filters select')].filter(each => {
              const alone = each.cloneNode(false);
              alone.append(each.selectedOptions[0].cloneNode(true));
              alone.style.cssText = 'width: max-content; max-width: none; position: absolute';
              each.after(alone);
              const cut = alone.offsetWidth > each.offsetWidth;
              alone.remove();
              return cut;
            }).map(each => each.selectedOptions[0].text)""";

    @BeforeAll
    static void start() throws Exception {
        start(8_000);
    }

    @Test
    void textOfOthersStaysText() throws IOException {
        JsonNode webhook = hostile(JSON.readTree(Files.readString(Path.of("src/examples/initial_purchase.json"))), "");
        ((ObjectNode) webhook.path("event")).put("app_user_id", "hostile " + SCRIPT);
        refuseNext("wrong: " + SCRIPT);
        assertThat(runner.webhook(webhook.toString()).statusCode()).isEqualTo(200);
        await().until(() -> runner.api("GET", "/api/events?state=dead&destination=segment&limit=1").body()
                .contains("hacked"));
        String id = encoded(webhook.path("event").path("id").asText());
        tellOfImport("hostile " + SCRIPT, "done", 1);
        browser.button("Show personal data").click();
        List<String> views = List.of("#/events", "#/customer/" + encoded("hostile " + SCRIPT), "#/event/" + id,
                "#/destinations", "#/dead-letters", "#/search/hostile", "#/imports", "#/preview");
        for (String view : views) {
            browser.view(view);
            browser.await(view.equals("#/preview") ? "form.preview option:nth-child(2)"
                    : view.equals("#/destinations") ? ".chart svg"
                            : view.matches("#/(dead-letters|imports)") ? ".cards" : "main li");
            if (view.equals("#/preview")) {
                new Select(browser.await("form.preview select")).selectByIndex(1);
                browser.button("Preview").click();
                browser.await(".cards");
            }
            assertThat(browser.driver().findElements(By.cssSelector(
                    "main img, main script, main iframe, main [onerror]"))).as(view).isEmpty();
            await(view).until(() -> view.equals("#/events") || ((String) browser.driver().executeScript(
                    "return document.querySelector('main').textContent")).contains("onerror="));
        }
        browser.assertNoComplaints();
    }

    /** The same with markup in every text and every name, where the webhook stays one that is taken. */
    private static JsonNode hostile(JsonNode json, String name) {
        if (json.isObject()) {
            ObjectNode object = JSON.createObjectNode();
            json.fields().forEachRemaining(field -> object.set(
                    name.equals("subscriber_attributes") ? field.getKey() + SCRIPT : field.getKey(),
                    hostile(field.getValue(), field.getKey())));
            return object;
        }
        if (json.isArray()) {
            var array = JSON.createArrayNode();
            json.forEach(each -> array.add(hostile(each, name)));
            return array;
        }
        return json.isTextual() && !List.of("type", "api_version", "environment", "store").contains(name)
                ? JSON.getNodeFactory().textNode(json.asText() + SCRIPT) : json;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Test
    void everythingCanBeDoneByKeyboard() {
        browser.await(".chart svg");
        browser.press(Keys.TAB);
        assertThat(browser.focused().getText()).isEqualTo("Skip to content");
        browser.press(Keys.ENTER);
        assertThat(browser.focused().getAttribute("id")).isEqualTo("main");
        tabTo("Backfill");
        browser.press(Keys.ENTER);
        browser.await("dialog[open]");
        browser.press(Keys.ESCAPE);
        await().until(() -> browser.driver().findElements(By.cssSelector("dialog[open]")).isEmpty());
        assertThat(browser.focused().getText()).startsWith("Backfill");

        browser.load(runner.urlWithPassword("/"));
        tabTo("Imports");
        browser.press(Keys.TAB, CUSTOMER, Keys.ENTER);
        browser.awaitText("History");
        assertThat(browser.focused().getAttribute("id")).isEqualTo("main");
        browser.load(runner.urlWithPassword("/#/customer/" + CUSTOMER));
        browser.awaitText("History");
        tabTo("Show personal data");
        browser.press(Keys.SPACE);
        browser.awaitText(EMAIL);
    }

    /** Tabs on until something that says so has the focus; a ring that can be seen is around it. */
    private static void tabTo(String text) {
        for (int i = 0; i < 60; i++) {
            browser.press(Keys.TAB);
            if (browser.focused().getText().startsWith(text)) {
                assertThat(browser.focused().getCssValue("outline-style")).isEqualTo("solid");
                return;
            }
        }
        throw new AssertionError("Tab does not lead to " + text);
    }

    @Test
    void axeFindsNothingAndNothingIsCutOff() throws IOException {
        List<String> found = new ArrayList<>();
        Map<String, String> views = new LinkedHashMap<>(VIEWS);
        views.put("#/event/" + dead, "pre");
        views.put("#/events?state=dead&destination=segment", "ol.events li");
        views.put("#/customer/nobody", "main p[role=status]");
        Map<Integer, String> looks = Map.of(360, "light", 1280, "dark");
        for (int width : looks.keySet()) {
            String scheme = looks.get(width);
            browser.look(width, 900, scheme);
            for (Map.Entry<String, String> view : views.entrySet()) {
                browser.view(view.getKey());
                browser.await(view.getValue());
                browser.driver()
                        .executeScript("document.querySelectorAll('details').forEach(each => each.open = true)");
                String where = view.getKey() + " " + width + " " + scheme + " ";
                browser.violations().forEach(each -> found.add(where + each));
                long across = (Long) browser.driver().executeScript("return document.documentElement.scrollWidth");
                if (across > width) {
                    found.add(where + "is " + across + " wide");
                }
                ((List<?>) browser.driver().executeScript(CUT_OFF))
                        .forEach(chosen -> found.add(where + "cuts off " + chosen));
            }
            browser.view("#/destinations");
            browser.await(".chart svg");
            browser.button("Backfill").click();
            browser.awaitText("Cancel");
            browser.violations().forEach(each -> found.add("dialog " + width + " " + scheme + " " + each));
            browser.button("Cancel").click();
            // pressed, and under the mouse
            browser.button("Show personal data").click();
            browser.violations().forEach(each -> found.add("pressed " + width + " " + scheme + " " + each));
            browser.button("Show personal data").click();
        }
        assertThat(found).isEmpty();
    }

    @Test
    void picturesAreTakenWhereAsked() throws IOException {
        String to = System.getProperty("screenshots", "");
        if (to.isEmpty()) {
            Skip.because("no pictures of the console are taken without -Dscreenshots=<folder>");
        }
        tellOfImport("ids.csv", "running", 0.4);
        runner.api("POST", "/api/destinations/statsig/pause");
        runner.api("POST", "/api/destinations/statsig/backfill");
        for (String scheme : List.of("light", "dark")) {
            for (boolean phone : new boolean[] {true, false}) {
                browser.look(phone ? 390 : 1280, phone ? 844 : 900, scheme);
                browser.load(runner.urlWithPassword("/"));
                String how = (phone ? "-phone-" : "-desktop-") + scheme + ".png";
                for (Map.Entry<String, String> view : VIEWS.entrySet()) {
                    // what a state backfill tells is not what the list is for
                    browser.view(view.getKey().equals("#/events") ? "#/events?destination=segment" : view.getKey());
                    browser.await(view.getValue());
                    if (view.getKey().equals("#/preview")) {
                        browser.driver().executeScript("const text = document.querySelector('#webhook');"
                                + "text.value = arguments[0]; text.dispatchEvent(new Event('input'))",
                                example("trial_started", "emil"));
                        browser.button("Preview").click();
                        browser.awaitText("What would be sent");
                        browser.driver().executeScript("document.querySelector('main h2').scrollIntoView()");
                    }
                    browser.screenshot(Path.of(to, "console-" + view.getKey().split("/")[1] + how));
                }
                emptyStore();
                browser.awaitText("Begin here");
                browser.screenshot(Path.of(to, "console-begin" + how));
            }
        }
    }
}
