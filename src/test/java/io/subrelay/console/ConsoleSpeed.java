package io.subrelay.console;

import io.subrelay.harness.TempFolders;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prints how long each page of the console takes to be drawn with many stored events, in a real browser. The goal is a
 * median below 300 ms: {@code docs/performance.md}.
 */
public final class ConsoleSpeed {

    private static final int TIMES = 7;
    private static final List<String> DESTINATIONS = List.of("amplitude", "onesignal", "segment", "statsig");
    /** The chart of the last destination: all are drawn at once. */
    private static final String CHARTS = ".card:nth-child(" + DESTINATIONS.size() + ") .chart svg";

    private final Map<String, List<Long>> millis = new LinkedHashMap<>();
    private final ConsoleRunner runner;
    private final Browser browser;
    private final int stored;

    private ConsoleSpeed(ConsoleRunner runner, Browser browser, int stored) {
        this.stored = stored;
        this.runner = runner;
        this.browser = browser;
    }

    /**
     * Measures a runner in a folder of its own.
     *
     * @param stored how many events are stored
     */
    public static void print(int stored) throws Exception {
        Path folder = TempFolders.create();
        StoredEvents.write("jdbc:h2:file:" + folder.resolve("data/subrelay"), stored);
        try (ConsoleRunner runner = new ConsoleRunner(folder);
                Browser browser = new Browser(folder.resolve("profile"))) {
            browser.look(1280, 900, "light");
            new ConsoleSpeed(runner, browser, stored).measure();
        }
    }

    /**
     * The very first view of a browser that has nothing yet, of a runner that was just started, then several of each
     * page: each is loaded anew by its address, and is of another event or customer, from the oldest on.
     */
    private void measure() {
        // with the password, which the browser knows from then on
        long first = Math.round(browser.millisUntil(runner.urlWithPassword("/"), CHARTS));
        for (int i = 0; i < TIMES; i++) {
            int old = stored / TIMES * i;
            see("destinations", "#/destinations", CHARTS);
            see("events", "#/events", "ol.events > li:nth-child(50)");
            see("customer", "#/customer/stored-user-" + (17 + 700 * i), "ol.events > li:nth-child(20)");
            see("event", "#/event/stored-" + (old + 40 + i), ".cards pre");
            see("dead letter", "#/event/stored-" + (old / 1000 * 1000 + 7), ".cards pre");
            String destination = DESTINATIONS.get(i % DESTINATIONS.size());
            see("dead events", "#/events?state=dead&destination=" + destination, "ol.events > li:nth-child(50)");
            see("skipped", "#/events?state=skipped&kind=renewal&destination=" + destination,
                    "ol.events > li:nth-child(50)");
            see("dead letters", "#/dead-letters?destination=" + destination, ".cards .card");
            see("search", "#/search/stored-user-" + (17 + i), "ol.events > li:nth-child(10)");
            see("books", "#/books", "main .chart svg");
            see("imports", "#/imports", "main h2 + p");
            see("preview", "#/preview", "form.preview option:nth-child(20)");
        }
        System.out.printf("Console, ms until drawn with %d events: %d for the very first view%n", stored, first);
        millis.forEach((page, all) -> System.out.printf("%-14s median %d of %s%n", page,
                all.stream().sorted().toList().get(TIMES / 2), all));
    }

    private void see(String page, String view, String css) {
        millis.computeIfAbsent(page, it -> new ArrayList<>())
                .add(Math.round(browser.millisUntil(runner.url("/" + view), css)));
    }
}
