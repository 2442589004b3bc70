package io.subrelay.brokers;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.TempFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A runner with route files of {@code docs/esb.md}, and the components that they need in its folder {@code ext/}. */
final class Esb implements AutoCloseable {

    private static final Path EXT = Path.of("target/ext").toAbsolutePath();

    private final RelayProcess relay;

    private Esb(RelayProcess relay) {
        this.relay = relay;
    }

    /** @param files the names of route files of the page, the only destinations there are */
    static Esb create(Map<String, String> settings, String... files) throws IOException {
        Map<String, String> all = new HashMap<>(settings);
        all.put("delivery.maximum-redelivery-delay", "1s");
        all.put("camel.opentelemetry2.enabled", "true");
        all.put("otel.traces.exporter", "none");
        RelayProcess relay = RelayProcess.create(all);
        TempFolders.delete(relay.folder().resolve("routes/destinations"));
        Files.createDirectory(relay.folder().resolve("routes/destinations"));
        for (String file : files) {
            Files.writeString(path(relay, file), Guide.file(file));
        }
        for (String example : Guide.files().keySet()) {
            Path path = relay.folder().resolve(example);
            if (example.endsWith(".json") && Files.exists(Path.of(path.getParent().toString()
                    .replaceFirst("tests$", "camel.yaml")))) {
                Files.createDirectory(path.getParent());
                Files.writeString(path, Guide.files().get(example));
            }
        }
        assertThat(EXT).as("made by mvn -Pesb,brokers verify").exists();
        Files.createSymbolicLink(relay.folder().resolve("ext"), EXT);
        return new Esb(relay);
    }

    private static Path path(RelayProcess relay, String file) {
        return relay.folder().resolve("routes/" + file + ".camel.yaml");
    }

    RelayProcess relay() {
        return relay;
    }

    void rewrite(String file, UnaryOperator<String> change) throws IOException {
        String text = Files.readString(path(relay, file));
        String changed = change.apply(text);
        assertThat(changed).isNotEqualTo(text);
        Files.writeString(path(relay, file), changed);
    }

    /** Starts it once {@code check} finds nothing to be said, and returns when it is ready. */
    RelayProcess start() throws IOException {
        assertThat(relay.command("check").lines().filter(line -> !line.contains(": note: "))).singleElement()
                .asString().startsWith("fine: ");
        relay.start();
        relay.awaitReady();
        return relay;
    }

    @Override
    public void close() {
        relay.close();
    }
}
