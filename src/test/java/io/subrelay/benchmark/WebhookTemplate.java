package io.subrelay.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The example of a renewal, 1.5 KB, made another one each time. */
final class WebhookTemplate {

    private final String text;

    WebhookTemplate() {
        try {
            text = Files.readString(Path.of("src/examples/renewal.json")).replaceAll("\\n *", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param at when it happens, milliseconds since the epoch */
    byte[] fill(String id, int customer, long at) {
        return text.replace("00B6E67A-7A2A-4C2B-8180-60A7DA1DE808", id).replace("340002031185947", id)
                .replace("maya-7f3a", "customer-" + customer)
                .replace("91d44a7f8e63d17a20c9b4f6", String.valueOf(customer))
                .replace("340001987654321", String.valueOf(340_001_000_000_000L + customer))
                .replace("1770879775640", String.valueOf(at)).replace("1770879768000", String.valueOf(at - 7_000))
                .replace("1773298968000", String.valueOf(at + TimeUnit.DAYS.toMillis(30)))
                .getBytes(StandardCharsets.UTF_8);
    }
}
