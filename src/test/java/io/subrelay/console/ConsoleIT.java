package io.subrelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.vendors.Fault;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chromium.ChromiumNetworkConditions;
import org.openqa.selenium.support.ui.Select;

/** What the views of the console show and do, in a real browser. */
class ConsoleIT extends ConsoleInBrowser {

    @BeforeAll
    static void start() throws Exception {
        start(400);
    }

    @Test
    void destinationsTellHowEachStands() {
        browser.awaitText("It refused the request as wrong.");
        assertThat(browser.texts(".cards h2")).containsExactly("amplitude live", "onesignal live", "segment live",
                "statsig preview");
        assertThat(browser.text())
                .contains(
                        "Switched off: adjust, airship, appsflyer, branch, braze, clevertap, customer-io, discord, firebase, intercom, iterable, meta, mixpanel, mparticle, posthog, raw-webhook, signed-webhook, singular, slack.");
        assertThat(browser.texts("section[aria-label=segment] .dead dd")).containsExactly("2");
        assertThat(browser.await("section[aria-label=segment] .chart svg").getAttribute("aria-label"))
                .startsWith("Deliveries to segment in the last 24 hours: ")
                .contains("delivered", "skipped", "dead letter");
        assertThat(browser.text()).contains("nothing waits", "Requests go out.");
        browser.assertNoComplaints();
    }

    /** The bars of each hour, from the bottom: as tall as their numbers, and where their hour is. */
    @Test
    @SuppressWarnings("unchecked")
    void chartsDrawTheNumbersOfTheHours() {
        List<String> states = List.of("delivered", "skipped", "dead");
        Pattern bar = Pattern.compile("M([\\d.]+) ([\\d.]+)h.8v-?([\\d.]+)h-.8z");
        // an hour may begin, or a delivery end, between the page and the answer
        await().untilAsserted(() -> {
            browser.await("section[aria-label=amplitude] .chart svg");
            List<List<String>> page = (List<List<String>>) browser.driver().executeScript(
                    """
                            const all = (css, value) => [...document.querySelectorAll('section[aria-label=amplitude] ' + css)].map(value);
                            return [all('svg rect', each => each.getAttribute('x')), all('svg title', each => each.textContent),
                              all('.scale span', each => each.textContent), all('svg path[class]:not(.lines)', each => each.getAttribute('d')),
                              all('svg path[class]:not(.lines)', each => each.getAttribute('class'))];""");
            JsonNode hours = JSON.readTree(runner.api("GET", "/api/destinations/amplitude/timeline?hours=24").body());
            Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS);
            double top = Double.parseDouble(page.get(2).get(0).replace(",", ""));
            assertThat(page.get(4)).isEqualTo(states);
            assertThat(hours.size()).isGreaterThan(2).isEqualTo(page.get(0).size());
            List<Matcher> bars = page.get(3).stream().map(bar::matcher).toList();
            for (int i = 0; i < hours.size(); i++) {
                JsonNode hour = hours.get(i);
                long x = 23 - ChronoUnit.HOURS.between(Instant.parse(hour.path("hour").asText()), now);
                assertThat(page.get(0).get(i)).isEqualTo(String.valueOf(x));
                assertThat(page.get(1).get(i).replace(",", "")).endsWith(": " + states.stream()
                        .map(state -> hour.path(state).asInt() + (state.equals("dead") ? " dead letters" : " " + state))
                        .collect(Collectors.joining(" ")));
                double bottom = top;
                for (int state = 0; state < states.size(); state++) {
                    Matcher drawn = bars.get(state);
                    int number = hour.path(states.get(state)).asInt();
                    assertThat(drawn.find()).isTrue();
                    assertThat(Double.parseDouble(drawn.group(1))).isEqualTo(x + 0.1, offset(0.001));
                    assertThat(Double.parseDouble(drawn.group(2))).isEqualTo(bottom);
                    assertThat(Double.parseDouble(drawn.group(3))).isEqualTo(number);
                    bottom -= number;
                }
                assertThat(bottom).as("what is above the bars").isNotNegative();
            }
        });
    }

    @Test
    void backfillSaysItsNumberBeforeAndItsProgressMeanwhile() {
        // it was in preview so far
        browser.await("section[aria-label=statsig]");
        browser.driver().findElements(By.cssSelector("section[aria-label=statsig] button")).get(3).click();
        browser.awaitText("events will be delivered to statsig");
        browser.button("Deliver ").click();
        browser.await("section[aria-label=statsig] progress, #said:not(:empty)");
        await()
                .until(() -> runner.api("GET", "/api/destinations").body().contains("\"requested\":0"));
    }

    @Test
    void stateBackfillSaysItsNumberBeforeAndIsOfferedWhereStateIsHeld() {
        browser.await("section[aria-label=amplitude]");
        assertThat(browser.texts("section[aria-label=statsig] button")).noneMatch(text -> text.contains("State"));
        browser.driver().findElement(By.cssSelector("section[aria-label=amplitude] button:last-child")).click();
        browser.awaitText("amplitude will be told of");
        browser.button("Tell of ").click();
        await().until(
                () -> runner.api("GET", "/api/destinations").body().contains("\"backfill\":{\"state\":\"done\""));
    }

    @Test
    void deadLettersAreShownAndRedelivered() {
        browser.await("section[aria-label=segment] .dead a").click();
        browser.awaitText("dead or retrying");
        browser.await("ol.events a").click();
        browser.awaitText("The request that it got");
        browser.button("Redeliver to segment").click();
        browser.awaitText("The event is on the way to segment.");
        await().until(() -> runner.vendors().segment().itemCount() > 0);
        browser.await("section[aria-label=segment] .mark[data-state=delivered]");
        // for the other tests it is dead again
        refuseNext("timestamp is too old");
        runner.api("POST", "/api/events/" + dead + "/redeliver?destination=segment");
        await().until(() -> runner.api("GET", "/api/events/" + dead).body().contains("\"dead\""));
    }

    /** The vendor asks for an hour, so that nothing goes by itself. */
    @Test
    void whatFailsAndWhatWaitsIsToldAndGoesNow() throws IOException {
        runner.vendors().onesignal().always(Fault.answer(503, Map.of("Retry-After", "3600"), "We are closed"));
        String first = accept("trial_started", "ines");
        String second = accept("trial_converted", "ines");
        await().until(() -> runner.api("GET", "/api/events/" + first).body().contains("\"retrying\""));
        browser.load(runner.urlWithPassword("/"));
        browser.awaitText("We are closed");
        assertThat(browser.texts("section[aria-label=onesignal] h2")).containsExactly("onesignal failing");
        assertThat(browser.await("section[aria-label=onesignal]").getText()).contains("1 attempt failed",
                "2 deliveries wait", "It has trouble of its own.", "Status 503", "Requests go out, and fail");
        assertThat(browser.violations()).isEmpty();

        browser.view("#/event/" + second);
        browser.awaitText("waits behind an earlier event of the customer, which is retried (");
        browser.await("section[aria-label=onesignal] .mark a").click();
        browser.awaitText("waits for its next attempt (");
        assertThat(browser.violations()).isEmpty();
        browser.view("#/customer/ines-7f3a");
        browser.awaitText("waits behind an earlier event of the customer");
        runner.vendors().onesignal().recover();
        browser.button("Retry now what waits").click();
        browser.awaitText("1 delivery is attempted now.");
        await().until(() -> runner.vendors().onesignal().accepted().size() >= 2);

        browser.view("#/destinations");
        browser.awaitText("Nothing has failed since.");
        await().untilAsserted(
                () -> assertThat(browser.texts("section[aria-label=onesignal] h2")).containsExactly("onesignal live"));
        assertThat(browser.texts("section[aria-label=onesignal] dd.dead")).isEmpty();
        browser.assertNoComplaints();
    }

    @Test
    void aBannerNamesWhatNeedsSomebody() {
        browser.awaitText("segment has 2 dead letters.");
        answerAll(
                """
                        new Response(JSON.stringify([{mode: 'live', circuit: 'held', pending: 3, retrying: 1, delivered: 0, skipped: 0,
                          previewed: 0, dead: 0, oldest_pending_seconds: 9, requested: 0, last_error: null, name: 'locked',
                          failing: {since: '2026-01-01T00:00:00Z', attempts: 7, response_code: 401, answer: 'invalid', event_id: 'e'}},
                          {mode: 'live', circuit: 'closed', pending: 0, retrying: 1, delivered: 0, skipped: 0, previewed: 0, dead: 0,
                          oldest_pending_seconds: 9, requested: 0, last_error: null, name: 'away',
                          failing: {since: '2026-01-01T00:00:00Z', attempts: 2, response_code: null, answer: 'refused'}}]))""");
        browser.view("#/events");
        browser.view("#/destinations");
        browser.awaitText("locked does not let us in: check its key.");
        assertThat(browser.texts(".needs li")).hasSize(2)
                .anyMatch(text -> text.startsWith("away has been failing since"));
        assertThat(browser.texts("section.card h2")).contains("locked held", "away failing");
    }

    @Test
    void customerIsFoundByAnyIdAndMaskedUntilAskedFor() {
        browser.await("#q").sendKeys("$RCAnonymousID:5b8f0c2e91d44a7f8e63d17a20c9b4f6", Keys.ENTER);
        browser.awaitText("History");
        assertThat(browser.text()).contains("pro", "tidepool_pro:yearly", "favourite_practice", "•••")
                .doesNotContain(EMAIL, CUSTOMER, "breathing");
        assertThat(browser.texts("ol.events > li:last-child .mark")).hasSize(4);
        assertThat(browser.texts("ol.events > li .mark")).anyMatch(text -> text.contains("segment dead"));
        browser.button("Show personal data").click();
        browser.awaitText(EMAIL);
        assertThat(browser.text()).contains(CUSTOMER, "breathing");
        browser.button("Show personal data").click();
        assertThat(browser.text()).doesNotContain(EMAIL);
        browser.view("#/customer/nobody");
        browser.awaitText("No customer is known by this id.");
    }

    @Test
    void eventShowsWebhookRequestsAndAttempts() {
        browser.view("#/event/" + purchase);
        browser.awaitText("The request that it got");
        assertThat(browser.text()).contains("/v1/batch", "/2/httpapi", "200: It took the request.", "initial purchase")
                .doesNotContain(EMAIL, CUSTOMER, "amplitude-key");
        browser.button("Show personal data").click();
        browser.awaitText(CUSTOMER);
        browser.view("#/event/none");
        browser.awaitText("No event is stored under this id.");
        browser.view("#/event");
        browser.awaitText("Find one above by its id");
    }

    @Test
    void previewShowsTheRequestsSideBySideAndWhatIsWrong() throws IOException {
        browser.view("#/preview");
        WebElement webhook = browser.await("#webhook");
        webhook.sendKeys("{not json");
        browser.button("Preview").click();
        browser.awaitText("This is not JSON");
        assertThat(webhook.getAttribute("aria-invalid")).isEqualTo("true");
        webhook.clear();
        webhook.sendKeys("{}");
        browser.button("Preview").click();
        browser.awaitText("The runner says: ");
        browser.driver().executeScript(
                "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))",
                webhook, example("trial_started", "emil"));
        browser.button("Preview").click();
        browser.awaitText("What would be sent");
        assertThat(browser.texts(".cards h3")).containsExactly("amplitude send", "onesignal send", "segment send",
                "statsig send");
        assertThat(browser.texts(".cards pre")).noneMatch(text -> text.contains(EMAIL));
        new Select(browser.await("form.preview select")).selectByIndex(1);
        browser.awaitText("Personal data is masked here");
        browser.button("Preview").click();
        browser.awaitText("What would be sent");
    }

    @Test
    void liveShowsEventsAsTheyArriveUntilPaused() throws IOException {
        browser.view("#/events");
        browser.await("ol.events li");
        accept("expiration", "noor");
        await().until(() -> isListed("expiration"));
        // what is told of a backfill that another test began are events too
        assertThat(browser.await("#said").getAttribute("textContent")).matches("[1-9]\\d* new events?");
        browser.button("Pause").click();
        accept("subscription_paused", "noor");
        await().during(Duration.ofMillis(2500))
                .until(() -> !isListed("subscription paused"));
        browser.button("Pause").click();
        await().until(() -> isListed("subscription paused"));
        browser.assertNoComplaints();
    }

    private static boolean isListed(String kind) {
        return (Boolean) browser.driver().executeScript("return [...document.querySelectorAll('ol.events p')]"
                + ".some(event => event.textContent.trim().startsWith(arguments[0]))", kind);
    }

    @AfterEach
    void connect() {
        browser.driver().setNetworkConditions(online(true));
    }

    @Test
    void failuresAreSaid() {
        browser.await(".chart svg");
        browser.driver().setNetworkConditions(online(false));
        browser.awaitText("The runner does not answer.");
        browser.driver().setNetworkConditions(online(true));
        await().until(() -> !browser.text().contains("does not answer"));
        answerAll("new Response('{}', {status: 401})");
        browser.view("#/events");
        browser.awaitText("User name and password are needed");
        answerAll("new Response('<html>', {status: 200})");
        browser.view("#/destinations");
        browser.awaitText("The answer is not JSON");
        browser.view("#/nothing/%E0%A4%A");
        browser.awaitText("Destinations");
    }

    @Test
    void whatIsNotThereYetIsSaid() {
        answerAll("new Response('[]')");
        browser.view("#/events");
        browser.awaitText("None yet. RevenueCat's webhooks go to " + runner.url("/webhooks/revenuecat"));
        browser.view("#/customer");
        browser.awaitText("by its app user id, original id or any alias");
        browser.view("#/event");
        browser.awaitText("The newest events");
        browser.driver().executeScript("""
                const idle = {mode: 'live', circuit: 'closed', pending: 0, retrying: 0, delivered: 0, skipped: 0,
                  previewed: 0, dead: 0, oldest_pending_seconds: 0, requested: 0, last_error: null};
                window.fetch = async url => new Response(JSON.stringify(url.pathname.endsWith('timeline') ? []
                  : [{...idle, name: 'idle'}, {...idle, name: 'asked', retrying: 3, requested: 3}]));""");
        browser.view("#/destinations");
        await().ignoreExceptions().until(() -> browser.texts("section[aria-label=idle]").get(0)
                .contains("No deliveries in the last 24 hours."));
        assertThat(browser.await("section[aria-label=idle]").getText())
                .contains("nothing waits", "No deliveries in the last 24 hours.").doesNotContain("Numbers of");
        assertThat(browser.await("section[aria-label=asked]").getText())
                .contains("3 asked-for deliveries to go", "only what was asked for waits");
        browser.assertNoComplaints();
    }

    private static void answerAll(String response) {
        browser.driver().executeScript("window.fetch = async () => " + response);
    }

    private static ChromiumNetworkConditions online(boolean online) {
        ChromiumNetworkConditions conditions = new ChromiumNetworkConditions();
        conditions.setOffline(!online);
        conditions.setLatency(Duration.ZERO);
        conditions.setDownloadThroughput(-1);
        conditions.setUploadThroughput(-1);
        return conditions;
    }

    @Test
    void onlyTheAdministratorGetsInAndNoOtherSite() {
        for (String path : List.of("/", "/console/app.js", "/api/events")) {
            var answer = runner.send("GET", path, "");
            assertThat(answer.statusCode()).as(path).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Basic ");
        }
        var page = runner.api("GET", "/");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'", "frame-ancestors 'none'").doesNotContain("unsafe");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(runner.api("GET", "/console/..%2Fdefaults.properties").statusCode()).isEqualTo(404);
        assertThat(runner.send("POST", "/api/destinations/segment/redeliver", "", "Origin", "https://other.example",
                "Authorization", page.request().headers().firstValue("Authorization").orElseThrow()).statusCode())
                .isEqualTo(403);
        assertThat(browser.driver().executeScript(
                "return performance.getEntriesByType('resource').map(each => new URL(each.name).host)"
                        + ".filter(host => host !== location.host)"))
                .asInstanceOf(InstanceOfAssertFactories.LIST).isEmpty();
    }
}
