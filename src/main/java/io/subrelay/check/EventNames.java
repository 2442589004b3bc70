package io.subrelay.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.config.Nearest;
import io.subrelay.event.Kind;
import io.subrelay.store.UnstoredEvents;
import io.subrelay.webhook.Rejected;
import io.subrelay.webhook.WebhookReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names in expressions that no event has: kinds, and fields of the event and of the customer. A field is known if a
 * webhook of {@code examples/} has it. A name that is like no known one may be newer than this release, and passes.
 */
final class EventNames {

    /** The kind of an event, compared with one or with several. */
    private static final Pattern KINDS = Pattern.compile(
            "(?:\\.kind\\b\\)?|\\$\\{variable\\.kind}|variable\\(\"kind\"\\))\\s*(?:==|!=|!?in\\b|\\|\\s*IN)\\s*"
                    + "(\\([^)]*\\)|\"[^\"]*\"|'[^']*')");
    /** {@code .event.a}, {@code .event["a"]}, <code>.event | {a, b}</code>; {@code own("a")} is either's. */
    private static final Pattern FIELDS = Pattern.compile("\\.(event|customer)"
            + "(?:\\.(\\w+)|\\[\"(\\w+)\"]|\\s*\\|\\s*\\(*\\s*\\{([^{}]*)})|\\b(own)\\(\"(\\w+)\"\\)");

    private final Set<String> event = new TreeSet<>();
    private final Set<String> customer = new TreeSet<>();
    private final Set<String> either = new TreeSet<>();

    EventNames(Folder folder) {
        WebhookReader reader = new WebhookReader();
        for (Path webhook : Examples.files(folder.webhooks())) {
            try {
                JsonNode body = new UnstoredEvents().enrich(reader.read(Files.readAllBytes(webhook)), 0).body();
                body.path("event").fieldNames().forEachRemaining(event::add);
                body.path("customer").fieldNames().forEachRemaining(customer::add);
            } catch (IOException | Rejected e) {
                // no webhook: the examples that name it say so
            }
        }
        either.addAll(event);
        either.addAll(customer);
    }

    /** @param add gets what is wrong, and the offset in the text where it is */
    void check(String text, BiConsumer<Integer, String> add) {
        Matcher compared = KINDS.matcher(text);
        while (compared.find()) {
            for (String kind : compared.group(1).replaceAll("[\"'()\\s]", "").split("[,;]")) {
                add(kind, Kind.KNOWN, "there is no kind ", compared.start(), add);
            }
        }
        Matcher read = FIELDS.matcher(text);
        while (read.find()) {
            String of = read.group(1);
            int group = of == null ? 6 : read.group(2) != null ? 2 : read.group(3) != null ? 3 : 4;
            int at = read.start(group);
            for (String field : read.group(group).split(",")) {
                // of an object only names that stand for themselves: {product_id, price: 1}
                if (field.strip().matches("\\w+")) {
                    add(field.strip(), of == null ? either : of.equals("event") ? event : customer,
                            "the " + (of == null ? "event" : of) + " has no field ",
                            at + field.length() - field.stripLeading().length(), add);
                }
                at += field.length() + 1;
            }
        }
    }

    private static void add(String name, Set<String> known, String message, int at, BiConsumer<Integer, String> add) {
        String hint = known.contains(name) ? "" : Nearest.hint(name, known);
        if (!hint.isEmpty()) {
            add.accept(at, message + name + hint);
        }
    }
}
