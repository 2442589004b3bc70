package io.subrelay.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A headless Chromium with the console open in it. */
final class Browser implements AutoCloseable {

    private static final List<String> BROWSERS =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
    private static final List<String> DRIVERS =
            List.of("/usr/bin/chromedriver", "/usr/lib/chromium-browser/chromedriver", "/usr/local/bin/chromedriver");

    private final ChromeDriver driver;

    /** Whether both the browser and its driver are on this machine. */
    static boolean isThere() {
        return first(BROWSERS).isPresent() && first(DRIVERS).isPresent();
    }

    private static Optional<String> first(List<String> paths) {
        return paths.stream().filter(path -> Files.isExecutable(Path.of(path))).findFirst();
    }

    /** @param profile a folder that is not there yet */
    Browser(Path profile) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(first(BROWSERS).orElseThrow());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--force-color-profile=srgb", "--lang=en-GB", "--user-data-dir=" + profile);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.WARNING);
        options.setCapability("goog:loggingPrefs", logs);
        driver = new ChromeDriver(new ChromeDriverService.Builder()
                .usingDriverExecutable(Path.of(first(DRIVERS).orElseThrow()).toFile()).build(), options);
    }

    ChromeDriver driver() {
        return driver;
    }

    /** Loads the console anew, so that nothing of before is left, with a view open. */
    void load(String url) {
        if (url.contains("#")) {
            // else it only goes there from the view that is open
            driver.get("about:blank");
        }
        driver.get(url);
        await(".brand");
    }

    private WebDriverWait patient() {
        return new WebDriverWait(driver, Duration.ofMinutes(2), Duration.ofMillis(50));
    }

    /** Opens a view of the console that is loaded. */
    void view(String hash) {
        driver.executeScript("location.hash = arguments[0]", hash);
    }

    /** Waits for an element; of several it is the first. */
    WebElement await(String css) {
        return patient().until(it -> {
            List<WebElement> found = driver.findElements(By.cssSelector(css));
            return found.isEmpty() ? null : found.get(0);
        });
    }

    void awaitText(String text) {
        patient().withMessage(() -> "'" + text + "' in: " + text())
                .until(it -> text().contains(text));
    }

    /** What can be read on the page. */
    String text() {
        return (String) driver.executeScript("return document.body.innerText");
    }

    List<String> texts(String css) {
        return driver.findElements(By.cssSelector(css)).stream().map(WebElement::getText).toList();
    }

    WebElement button(String text) {
        return patient().withMessage("button " + text)
                .until(it -> driver.findElements(By.tagName("button")).stream()
                        .filter(each -> each.isDisplayed() && each.getText().startsWith(text)).findFirst()
                        .orElse(null));
    }

    /** Presses keys one after the other, wherever the focus is. */
    void press(CharSequence... keys) {
        for (CharSequence key : keys) {
            new Actions(driver).sendKeys(key).perform();
        }
    }

    WebElement focused() {
        return driver.switchTo().activeElement();
    }

    /** @param scheme {@code light} or {@code dark} */
    void look(int width, int height, String scheme) {
        driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        driver.executeCdpCommand("Emulation.setScrollbarsHidden", Map.of("hidden", true));
        driver.executeCdpCommand("Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** What axe-core finds wrong by WCAG 2.2 AA and its best practices: a line for each. */
    @SuppressWarnings("unchecked")
    List<String> violations() throws IOException {
        if (!(Boolean) driver.executeScript("return 'axe' in window")) {
            try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
                driver.executeScript(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return (List<String>) driver.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run(document, {resultTypes: ['violations'],
                    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
                  .then(result => done(result.violations.map(each => each.id + ': ' + each.help + ' '
                    + each.nodes.map(node => node.html.slice(0, 200) + ' ' + node.failureSummary).join(' | '))));""");
    }

    /**
     * Loads the console anew, as somebody does who opens a link, and waits until an element is drawn.
     *
     * @return milliseconds since it began to load, by the browser's clock
     */
    double millisUntil(String url, String css) {
        String script = (String) driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument",
                Map.of("source", """
                        const look = () => document.querySelector('#main')?.textContent !== 'Loading…'
                          && document.querySelector(%s)
                          ? window.drawn = performance.now() : requestAnimationFrame(look);
                        look();""".formatted('"' + css + '"'))).get("identifier");
        driver.get("about:blank");
        driver.get(url);
        double millis = new WebDriverWait(driver, Duration.ofMinutes(2), Duration.ofMillis(20)).withMessage(url + css)
                .until(it -> (Number) driver.executeScript("return window.drawn")).doubleValue();
        driver.executeCdpCommand("Page.removeScriptToEvaluateOnNewDocument", Map.of("identifier", script));
        return millis;
    }

    void screenshot(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    /** What the browser complained of since it was asked last. */
    List<String> complaints() {
        try (Stream<LogEntry> entries = driver.manage().logs().get(LogType.BROWSER).getAll().stream()) {
            return entries.map(LogEntry::getMessage).toList();
        }
    }

    void assertNoComplaints() {
        assertThat(complaints()).isEmpty();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
