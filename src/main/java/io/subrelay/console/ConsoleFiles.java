package io.subrelay.console;

import io.subrelay.event.Ids;
import io.subrelay.webhook.NotFound;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;

/** The files of the console's page: these and no others, so that no path can lead elsewhere. */
public final class ConsoleFiles {

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    /** Where each file is on the classpath; of libraries, without the version of the package. */
    private static final Map<String, String> FILES = Map.ofEntries(
            own("index.html"), own("console.css"), own("icon.svg"), own("first.js"), own("app.js"), own("api.js"),
            own("parts.js"), own("chart.js"), own("personal.js"), own("destinations.js"), own("customer.js"),
            own("event.js"), own("events.js"), own("filters.js"), own("dead-letters.js"), own("search.js"),
            own("begin.js"), own("preview.js"), own("gaps.js"), own("books.js"), own("imports.js"),
            own("backfills.js"), own("banner.js"),
            Map.entry("lit-html.js", "lit-html:lit-html.js"));

    private static final String PAGE = "index.html";

    private record File(String text, String type, String tag) {
    }

    private final Map<String, File> files = new TreeMap<>();
    private final String version;

    /**
     * The page names its files by a version made of all of them: a browser keeps them without asking again, and an
     * upgrade has other addresses.
     */
    public ConsoleFiles() {
        FILES.forEach((name, path) -> files.put(name, file(name, read(path.startsWith("/") ? path : packaged(path)))));
        version = hash(files.values().stream().map(File::tag).collect(Collectors.joining()));
        files.put(PAGE, file(PAGE, files.get(PAGE).text().replace("/console/", "/console/" + version + "/")));
    }

    private static Map.Entry<String, String> own(String name) {
        return Map.entry(name, "/io/subrelay/console/" + name);
    }

    static Set<String> names() {
        return FILES.keySet();
    }

    /**
     * Answers with a file, or with 304 if the browser has it.
     *
     * @throws NotFound if there is no such file
     */
    public void serve(Exchange exchange) {
        String name = exchange.getMessage().getHeader("file", PAGE, String.class);
        String has = exchange.getMessage().getHeader("If-None-Match", String.class);
        boolean named = version.equals(exchange.getMessage().getHeader("version", String.class));
        File file = files.get(name);
        if (file == null) {
            throw new NotFound("there is no such page");
        }
        exchange.getMessage().removeHeaders("*");
        // a page of before an upgrade gets the files of now, but keeps none under its own addresses
        exchange.getMessage().setHeader("Cache-Control",
                named ? "private, max-age=31536000, immutable" : "private, no-cache");
        exchange.getMessage().setHeader("ETag", file.tag());
        if (file.tag().equals(has)) {
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 304);
            exchange.getMessage().setBody(null);
        } else {
            exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, file.type());
            exchange.getMessage().setBody(file.text().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static File file(String name, String text) {
        return new File(text, TYPES.get(name.substring(name.lastIndexOf('.') + 1)), '"' + hash(text) + '"');
    }

    private static String hash(String text) {
        return Ids.hash(text).substring(0, 24);
    }

    /** The path of {@code package:file} in a package of org.webjars.npm, whatever its version. */
    private static String packaged(String path) {
        String[] parts = path.split(":");
        Properties properties = new Properties();
        try (InputStream in = open("/META-INF/maven/org.webjars.npm/" + parts[0] + "/pom.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "/META-INF/resources/webjars/" + parts[0] + "/" + properties.getProperty("version") + "/" + parts[1];
    }

    private static String read(String path) {
        try (InputStream in = open(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String path) throws IOException {
        InputStream in = ConsoleFiles.class.getResourceAsStream(path);
        if (in == null) {
            throw new IOException(path + " is not on the classpath");
        }
        return in;
    }
}
