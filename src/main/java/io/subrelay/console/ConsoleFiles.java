package io.subrelay.console;

import io.subrelay.webhook.NotFound;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
            own("index.html"), own("console.css"), own("icon.svg"), own("app.js"), own("api.js"), own("parts.js"),
            own("chart.js"), own("personal.js"), own("destinations.js"), own("customer.js"), own("event.js"),
            own("preview.js"), own("live.js"),
            Map.entry("lit-html.js", "lit-html:lit-html.js"),
            Map.entry("chart.umd.js", "chart.js:dist/chart.umd.min.js"));

    private record File(byte[] bytes, String type, String tag) {
    }

    private final Map<String, File> loaded = new ConcurrentHashMap<>();

    private static Map.Entry<String, String> own(String name) {
        return Map.entry(name, "/io/subrelay/console/" + name);
    }

    /** What the page is made of. */
    static Set<String> names() {
        return FILES.keySet();
    }

    /**
     * Answers with a file, or with 304 if the browser has it.
     *
     * @throws NotFound if there is no such file
     */
    public void serve(Exchange exchange) {
        String name = exchange.getMessage().getHeader("file", "index.html", String.class);
        String has = exchange.getMessage().getHeader("If-None-Match", String.class);
        if (!FILES.containsKey(name)) {
            throw new NotFound("there is no such page");
        }
        File file = loaded.computeIfAbsent(name, ConsoleFiles::load);
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader("ETag", file.tag());
        if (file.tag().equals(has)) {
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 304);
            exchange.getMessage().setBody(null);
        } else {
            exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, file.type());
            exchange.getMessage().setBody(file.bytes());
        }
    }

    private static File load(String name) {
        String path = FILES.get(name);
        byte[] bytes = read(path.startsWith("/") ? path : packaged(path));
        try {
            String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 12);
            return new File(bytes, TYPES.get(name.substring(name.lastIndexOf('.') + 1)), '"' + hash + '"');
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
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

    private static byte[] read(String path) {
        try (InputStream in = open(path)) {
            return in.readAllBytes();
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
