package io.subrelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.vendors.Fault;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

/**
 * What people come to the console for, each beginning at its first page and done in a few steps: a step is a click, a
 * choice, or something typed and sent.
 */
abstract class ConsoleTasks extends ConsoleInBrowser {

    private static final int MOST_STEPS = 4;

    private int steps;

    @BeforeEach
    void begin() {
        steps = 0;
    }

    @AfterEach
    void inAFewSteps() {
        assertThat(steps).isLessThanOrEqualTo(MOST_STEPS);
    }

    private void find(String typed) {
        steps++;
        WebElement field = browser.await("#q");
        field.clear();
        field.sendKeys(typed, Keys.ENTER);
    }

    private void open(String page) {
        steps++;
        browser.driver().findElement(By.linkText(page)).click();
    }

    private void click(String button) {
        steps++;
        browser.button(button).click();
    }

    private void clickAt(String destination, String button) {
        steps++;
        labelled("section[aria-label=" + destination + "] button", button).click();
    }

    private void choose(String filter, String value) {
        steps++;
        redrawn().until(() -> {
            new Select(labelled(".filters label", filter).findElement(By.tagName("select"))).selectByVisibleText(value);
            return true;
        });
    }

    /** The element whose text begins so, once it is there. */
    private static WebElement labelled(String css, String text) {
        return redrawn().until(() -> browser.driver().findElements(By.cssSelector(css)).stream()
                .filter(each -> each.getText().startsWith(text)).findFirst().orElse(null), Objects::nonNull);
    }

    /** What is found may be drawn anew before it is used. */
    private static ConditionFactory redrawn() {
        return await().ignoreExceptionsInstanceOf(WebDriverException.class);
    }

    @Test
    void whichEventsOfMayaAreNotAtSegmentAndWhy() {
        find(EMAIL);
        browser.awaitText("segment dead");
        assertThat(browser.await(".mark[data-state=dead]").getText()).contains("It refused the request as wrong.");
        steps++;
        browser.driver().findElement(By.xpath("//li[.//li[@data-state='dead']]//a")).click();
        browser.awaitText("timestamp is too old");
    }

    @Test
    void sendEverythingAgainThatAmplitudeRefusedYesterdayForThisReason() {
        open("Dead letters");
        choose("Destination", "amplitude");
        choose("When", "Yesterday");
        redrawn().until(() -> browser.texts(".cards h2").equals(List.of("amplitude 400")));
        int before = deadAtAmplitude();
        String button = browser.texts(".cards button").get(0);
        int count = Integer.parseInt(button.replaceAll("\\D", ""));
        assertThat(count).isLessThan(before);
        click("Send these");
        browser.awaitText(count + " events are on the way to amplitude.");
        await().until(() -> deadAtAmplitude() == before - count);
    }

    @Test
    void whatDidWeEarnAndDidAllOfItArrive() {
        open("Books");
        browser.awaitText("Accepted");
        browser.awaitText("USD");
        assertThat(browser.texts(".cards h2")).isNotEmpty()
                .allSatisfy(each -> assertThat(each).endsWith("closes").doesNotContain("not"));
        assertThat(browser.text()).contains("Not delivered", "timestamp is too old", "Send again");
        click("Day before");
        browser.awaitText("3,600 events, ");
    }

    private static int deadAtAmplitude() {
        return destination("amplitude").path("dead").asInt();
    }

    private static JsonNode destination(String name) {
        return json("/api/destinations").findParents("name").stream()
                .filter(each -> each.path("name").asText().equals(name)).findFirst().orElseThrow();
    }

    private static JsonNode json(String path) {
        try {
            return JSON.readTree(runner.api("GET", path).body());
        } catch (java.io.IOException e) {
            throw new AssertionError(path, e);
        }
    }

    @Test
    void whereIsTheEventWhoseIdBeginsLikeThis() {
        find(purchase.substring(0, 8).toLowerCase());
        browser.awaitText(purchase);
        assertThat(browser.text()).contains("initial purchase", "The request that it got");
    }

    @Test
    void whoBoughtWithThisTransaction() throws Exception {
        find(JSON.readTree(example("initial_purchase", null)).path("event").path("original_transaction_id").asText());
        browser.awaitText("History");
        assertThat(browser.await("h1").getText()).isEqualTo("Customer");
    }

    /** The vendor asks for an hour, so that nothing goes by itself. */
    @Test
    void whatFailsSinceWhenAndWhatWaitsForWhatAndTryItNow() throws Exception {
        runner.vendors().onesignal().always(Fault.answer(503, Map.of("Retry-After", "3600"), "We are closed"));
        accept("trial_started", "tove");
        String second = accept("trial_converted", "tove");
        await().until(() -> !destination("onesignal").path("failing").isNull());
        browser.awaitText("2 deliveries wait");
        assertThat(browser.await("section[aria-label=onesignal]").getText()).contains("Since ", "1 attempt failed",
                "We are closed");
        find(second);
        browser.awaitText("waits behind an earlier event of the customer, which is retried (");
        runner.vendors().onesignal().recover();
        open("Destinations");
        clickAt("onesignal", "Retry now");
        await().until(() -> destination("onesignal").path("failing").isNull()
                && destination("onesignal").path("retrying").asInt() == 0);
        browser.awaitText("Nothing has failed since.");
    }

    @Test
    void holdBackWhatGoesToAVendorUntilItIsMended() throws Exception {
        clickAt("segment", "Pause");
        browser.awaitText("segment is paused since");
        String waiting = accept("expiration", "paul");
        assertThat(browser.texts("section[aria-label=segment] h2")).containsExactly("segment paused");
        find(waiting);
        browser.awaitText("waits until the destination is resumed, paused since ");
        open("Destinations");
        clickAt("segment", "Resume");
        await().until(() -> runner.api("GET", "/api/events/" + waiting).body()
                .contains("\"destination\":\"segment\",\"state\":\"delivered\""));
        redrawn().until(() -> browser.texts("section[aria-label=segment] h2").equals(List.of("segment live")));
    }

    @Test
    void showAColleagueTheRenewalsThatOneSignalSkipped() {
        open("Events");
        choose("Kind", "renewal");
        choose("Destination", "onesignal");
        choose("State", "skipped");
        redrawn().until(() -> browser.texts("ol.events > li").size() >= 50
                && browser.texts("ol.events > li .mark").stream().anyMatch(mark -> mark.contains("onesignal skipped")));
        List<String> seen = browser.texts("ol.events > li > p > a:first-child");
        String link = browser.driver().getCurrentUrl();
        assertThat(link).contains("kind=renewal", "destination=onesignal", "state=skipped");
        browser.load(link);
        redrawn().until(() -> browser.texts("ol.events > li > p > a:first-child").equals(seen));
        assertThat(browser.texts("ol.events > li > p").get(0)).contains("monthly", "app store");
    }

    @Test
    void whatWouldBeSentForAnEvent() {
        open("Preview");
        steps++;
        browser.await("form.preview option:nth-child(2)");
        new Select(browser.await("form.preview select")).selectByIndex(1);
        browser.awaitText("Personal data is masked here");
        click("Preview");
        browser.awaitText("What would be sent");
        assertThat(browser.texts(".cards h3")).contains("segment send");
    }

    @Test
    void tellAVendorHowEachCustomerStandsAndStopIt() {
        clickAt("amplitude", "State backfill");
        browser.awaitText("amplitude will be told of");
        click("Tell of ");
        clickAt("amplitude", "Stop");
        // what is drawn anew may move the button away from under the mouse
        redrawn().until(() -> {
            browser.driver().findElements(By.cssSelector("section[aria-label=amplitude] button")).stream()
                    .filter(each -> each.getText().startsWith("Stop")).forEach(WebElement::click);
            return destination("amplitude").path("backfill").path("state").asText().equals("stopped");
        });
    }

    /** Somebody began it by mistake, while nothing is sent to the destination. */
    @Test
    void stopTheBackfillThatSomebodyBegan() {
        runner.api("POST", "/api/destinations/statsig/pause");
        int events = number(runner.api("POST", "/api/destinations/statsig/backfill").body());
        open("Imports");
        clickAt("'Backfill of statsig'", "Stop");
        browser.awaitText((events - 1000) / 1000 + "," + "%03d".formatted(events % 1000) + " events dropped");
        assertThat(browser.texts("section[aria-label='Backfill of statsig']").get(0)).contains("1,000 of", "stopped");
        // it stays paused: nobody waits for the thousand
    }

    private static int number(String answer) {
        return Integer.parseInt(answer.replaceAll("\\D", ""));
    }

    @Test
    void followAnImportAndStopIt() {
        tellOfImport("ids.csv", "running", 0.4);
        open("Imports");
        browser.awaitText("40 %: 4,000 lines, of which 3,800 new, 150 updated, 40 unchanged, 10 refused");
        steps++;
        browser.driver().findElement(By.cssSelector("section[aria-label='Import of ids.csv'] button")).click();
        browser.awaitText("stopping");
        assertThat(tellOfImport("ids.csv", "running", 0.5)).isEqualTo("{\"stop\":true}");
        tellOfImport("ids.csv", "stopped", 0.5);
        await().until(() -> browser.texts("section[aria-label='Import of ids.csv'] .badge").contains("stopped"));
        assertThat(browser.text()).contains("The last lines that it refused", "Customers by status");
    }

    /** All answers are those of an empty store, but for the event, which is taken in. */
    @Test
    void beginWithATestEvent() {
        emptyStore();
        browser.awaitText("Begin here");
        assertThat(browser.text()).contains(runner.url("/webhooks/revenuecat"), "webhook.authorization");
        click("Take in a test event");
        browser.awaitText("It has arrived");
        steps++;
        browser.driver().findElement(By.partialLinkText("see what each destination makes of it")).click();
        browser.awaitText("Nothing is sent");
        assertThat(browser.await("main h2").getText()).isEqualTo("test TEST");
    }

    static void emptyStore() {
        browser.driver().executeScript(
                """
                        const fetched = window.fetch;
                        window.fetch = async (url, options) => {
                          const answer = await fetched(url, options);
                          if (url.pathname === '/api/destinations') {
                            const none = {last_error: null};
                            'pending retrying delivered skipped previewed dead'.split(' ')
                              .forEach(it => { none[it] = 0; });
                            const all = await answer.json();
                            return new Response(JSON.stringify(all.map(each => ({...each, ...none}))));
                          }
                          const list = url.search === '?limit=1' || url.pathname.endsWith('timeline');
                          return list ? new Response('[]') : answer;
                        };""");
        browser.view("#/gaps");
        browser.awaitText("Gaps");
        browser.view("#/destinations");
    }
}
