package io.subrelay.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a runner is started in: {@code routes/} and {@code application.properties}. */
public final class Folder {

    /** Where the jar file has a copy of each route file. */
    private static final String SHIPPED = "/io/subrelay/shipped/";
    /** Camel reads nothing of a file that has one, such as in {@code C:\\users}. */
    private static final Pattern NO_CHARACTER =
            Pattern.compile("(?m)^[ \\t]*+(?![#!]).*?(?<!\\\\)(?:\\\\\\\\)*\\\\u(?!\\p{XDigit}{4})");

    private final Path root;

    public Folder(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    Path root() {
        return root;
    }

    Path settings() {
        return root.resolve("application.properties");
    }

    /** The webhooks that examples name: {@code examples/} beside {@code routes/}, which in the sources is elsewhere. */
    Path webhooks() {
        Path sources = root.resolve("src/examples");
        return Files.isDirectory(sources) ? sources : root.resolve("examples");
    }

    /** All route files, in the order in which they are loaded. */
    List<RouteFile> routeFiles() {
        return inRoutes(".*" + Pattern.quote(RouteFile.SUFFIX)).stream().map(this::routeFile).toList();
    }

    /** The functions that all route files share, as they are written. */
    List<RouteFile> mappings() {
        return inRoutes(".*\\.jq").stream().map(this::routeFile).toList();
    }

    /** Files that came with this version, and are another here: changed, or left from before an upgrade. */
    List<Path> differentFromShipped() {
        return inRoutes(".*").stream().filter(Files::isRegularFile).filter(file -> {
            try (InputStream shipped = Folder.class.getResourceAsStream(SHIPPED + shown(file))) {
                return shipped != null && !Arrays.equals(shipped.readAllBytes(), Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }).toList();
    }

    /** Files that are meant as route files, as it seems, and have another name. */
    List<Path> notLoaded() {
        return inRoutes(".*(?<!\\.camel)\\.yaml|.*\\.yml");
    }

    private List<Path> inRoutes(String name) {
        Path routes = root.resolve("routes");
        if (!Files.isDirectory(routes)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(routes)) {
            return files.filter(file -> file.getFileName().toString().matches(name)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RouteFile routeFile(Path file) {
        return RouteFile.read(file, shown(file));
    }

    /** A file as it is shown to people. */
    String shown(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        return (absolute.startsWith(root) ? root.relativize(absolute) : absolute).toString().replace('\\', '/');
    }

    /** What {@code application.properties} says, as far as it can be read; empty if there is no such file. */
    Properties ownSettings() {
        Properties own = new Properties();
        if (Files.exists(settings())) {
            try {
                own.load(new StringReader(ownText()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (IllegalArgumentException e) {
                // told by checkEncoding
            }
        }
        // as Camel does
        own.replaceAll((name, value) -> ((String) value).stripTrailing());
        return own;
    }

    /** The text of {@code application.properties}, with a replacement where it is not UTF-8. */
    String ownText() throws IOException {
        return new String(Files.readAllBytes(settings()), StandardCharsets.UTF_8).replaceFirst("^\ufeff", "");
    }

    /** @throws FaultsFound if {@code application.properties} is not UTF-8, or cannot be read, with the line */
    public void checkEncoding() {
        if (!Files.exists(settings())) {
            return;
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(settings()));
            CharBuffer text = CharBuffer.allocate(bytes.remaining());
            boolean isOther = StandardCharsets.UTF_8.newDecoder().decode(bytes, text, true).isError();
            text.flip();
            Matcher character = NO_CHARACTER.matcher(text);
            if (isOther) {
                throw unreadable(text, "this is not UTF-8, which the file has to be saved as");
            } else if (text.length() > 0 && text.charAt(0) == '\ufeff') {
                throw unreadable("", "a byte order mark comes before the first name: save the file without it");
            } else if (character.find()) {
                throw unreadable(text.subSequence(0, character.end()),
                        "\\u begins the number of a character, four hexadecimal digits; write \\\\ for a backslash");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FaultsFound unreadable(CharSequence before, String message) {
        int line = 1 + (int) before.chars().filter(each -> each == '\n').count();
        return new FaultsFound(List.of(Fault.fault(shown(settings()), line, message).toString()));
    }

    /** The default of every setting that has one. */
    static Properties defaults() {
        Properties defaults = new Properties();
        for (String file : List.of("defaults.properties", "destinations.properties")) {
            try (InputStream in = Folder.class.getResourceAsStream("/io/subrelay/" + file)) {
                defaults.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return defaults;
    }
}
