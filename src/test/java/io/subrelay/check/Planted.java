package io.subrelay.check;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder with the project's routes, a destination of somebody's own, and whatever is planted there. */
final class Planted {

    static final String MINE = """
            - route:
                id: mine
                routeConfigurationId: delivery
                from:
                  uri: outbox:mine
                  parameters:
                    credentials: mine.key
                  steps:
                    - filter:
                        id: mine-sandbox
                        expression:
                          jq:
                            expression: .event.environment == "SANDBOX"
                        steps:
                          - to:
                              uri: outbox:skip
                              parameters:
                                reason: Sandbox events are not for mine
                    - transform:
                        expression:
                          jq:
                            expression: |
                              { id: .event.id,
                                when: (.happened_at_ms | iso8601) }
                    - setHeader:
                        name: Content-Type
                        expression:
                          constant:
                            expression: application/json
                    - to:
                        uri: "{{mine.url}}/in"
                        parameters:
                          httpMethod: POST
            """;
    static final String HEADER = """
                    setHeader:
                        name: Content-Type
                        expression:
                          constant:
                            expression: application/json
            """.strip();
    static final String EXAMPLE = """
            {"given": {"events": [{"event": {"id": "e1", "type": "RENEWAL", "event_timestamp_ms": 0, "app_user_id": "u",
               "purchased_at_ms": 0}}]},
             "expect": {"requests": [{"method": "POST", "path": "/in", "headers": {"content-type": "application/json"},
               "body": {"id": "e1", "when": "1970-01-01T00:00:00Z"}}]}}
            """;
    static final String FILE = "routes/destinations/mine.camel.yaml";

    final Path root;

    Planted(Path root) {
        this.root = root;
        for (String file : List.of("routes/answer.camel.yaml", "routes/1-receive.camel.yaml",
                "routes/2-delivery.camel.yaml", "routes/mapping.jq", "routes/api.camel.yaml",
                "routes/api.jq", "routes/destinations/statsig.camel.yaml")) {
            write(file, read(Path.of(file)));
        }
        for (File file : new File("routes/sql").listFiles()) {
            write("routes/sql/" + file.getName(), read(file.toPath()));
        }
        for (String webhook : List.of("renewal", "cancellation")) {
            write("examples/" + webhook + ".json", read(Path.of("src/examples", webhook + ".json")));
        }
        write(FILE, MINE);
        write("routes/destinations/mine.tests/renewal.json", EXAMPLE);
        write("application.properties", "mine.url = https://mine.example\nmine.key = k-1\n");
    }

    /** A step in the place of {@link #HEADER}. */
    static String bean(String ref, String method) {
        return "bean:\n            ref: " + ref + "\n            method: " + method;
    }

    Planted write(String file, String text) {
        try {
            Files.createDirectories(root.resolve(file).getParent());
            Files.writeString(root.resolve(file), text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Planted mine(String old, String by) {
        if (!MINE.contains(old)) {
            throw new IllegalArgumentException("not there: " + old);
        }
        return write(FILE, MINE.replace(old, by));
    }

    /** What check prints, notes on the examples of shipped destinations aside. */
    List<String> found() {
        return Check.of(new Folder(root)).found().stream().map(Fault::toString)
                .filter(line -> !line.contains("statsig.camel.yaml: note:")).toList();
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Path> files(Path folder) {
        try {
            return Files.walk(folder).filter(Files::isRegularFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
