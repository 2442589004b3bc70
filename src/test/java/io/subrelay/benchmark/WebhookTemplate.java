package io.subrelay.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A renewal of 1.2 KB, with what differs from one to the next left open. */
final class WebhookTemplate {

    private final String[] parts;

    WebhookTemplate() {
        try (InputStream in = getClass().getResourceAsStream("/benchmark/webhook.json")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            parts = text.replaceAll("\\n *", "").split("(?<=\\$\\{\\w{1,20}})|(?=\\$\\{)");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param at when it happens, milliseconds since the epoch */
    byte[] fill(String id, int customer, long at) {
        StringBuilder text = new StringBuilder(1500);
        for (String part : parts) {
            switch (part) {
                case "${id}" -> text.append(id);
                case "${customer}" -> text.append(customer);
                case "${at}" -> text.append(at);
                case "${purchased_at}" -> text.append(at - 7_000);
                case "${expires_at}" -> text.append(at + TimeUnit.DAYS.toMillis(30));
                default -> text.append(part);
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
