package io.subrelay.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A renewal of 1.4 KB, with what differs from one to the next left open. */
final class WebhookTemplate {

    private final String text;

    WebhookTemplate() {
        try (InputStream in = getClass().getResourceAsStream("/benchmark/webhook.json")) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("\\n *", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param at when it happens, milliseconds since the epoch */
    byte[] fill(String id, int customer, long at) {
        return text.replace("${id}", id).replace("${customer}", String.valueOf(customer)).replace("${at}", String.valueOf(at))
                .replace("${purchased_at}", String.valueOf(at - 7_000))
                .replace("${expires_at}", String.valueOf(at + TimeUnit.DAYS.toMillis(30)))
                .getBytes(StandardCharsets.UTF_8);
    }
}
