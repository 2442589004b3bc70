package io.subrelay.imports;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.config.Settings;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** {@code books}: asks the runner that runs for the books of a day, or of several, and prints them. */
public final class BooksCommand {

    private static final Set<String> OPTIONS = Set.of("--day", "--zone", "--days");
    private static final List<String> COLUMNS =
            List.of("meant", "delivered", "skipped", "previewed", "dead", "deleted", "waiting", "missing");

    private BooksCommand() {
    }

    /** Whether these are what the command takes: {@code --day}, {@code --zone} and {@code --days}, {@code --json}. */
    public static boolean understands(List<String> arguments) {
        Iterator<String> each = arguments.iterator();
        while (each.hasNext()) {
            String option = each.next();
            if (!option.equals("--json")
                    && !(OPTIONS.contains(option) && each.hasNext() && !each.next().startsWith("-"))) {
                return false;
            }
        }
        return true;
    }

    /** @return the exit status: 0 if the books close, 1 if they do not, 2 if that cannot be told */
    public static int run(Settings settings, List<String> arguments, PrintStream out, PrintStream err) {
        try {
            JsonNode books = new RunnerClient(settings, Duration.ZERO).get("/api/books" + query(arguments));
            if (arguments.contains("--json")) {
                out.println(books.toPrettyString());
            } else {
                print(books, out);
            }
            return books.path("closes").asBoolean() ? 0 : 1;
        } catch (ImportStopped | Settings.InvalidSetting e) {
            err.println(e.getMessage());
            return 2;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 2;
        }
    }

    private static String query(List<String> arguments) {
        List<String> parameters = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            if (OPTIONS.contains(arguments.get(i))) {
                parameters.add(arguments.get(i).substring(2) + "="
                        + URLEncoder.encode(arguments.get(++i), StandardCharsets.UTF_8));
            }
        }
        return parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
    }

    private static void print(JsonNode books, PrintStream out) {
        out.printf("Accepted from %s to %s (%s)%n", books.path("from").asText(), books.path("to").asText(),
                books.path("zone").asText());
        for (JsonNode each : books.path("accepted")) {
            out.printf(Locale.ROOT, "  %-10s %,d events, %s%n", each.path("environment").asText(),
                    each.path("events").asLong(), money(each.path("revenue")));
        }
        for (JsonNode each : books.path("destinations")) {
            out.printf(Locale.ROOT, "%n%s, %s: %s%n", each.path("destination").asText(),
                    each.path("environment").asText(),
                    each.path("closes").asBoolean() ? "closes" : "DOES NOT CLOSE");
            out.printf("  %s%n", COLUMNS.stream().filter(name -> each.path(name).asLong() != 0 || name.equals("meant"))
                    .map(name -> String.format(Locale.ROOT, "%,d %s", each.path(name).asLong(), name))
                    .collect(Collectors.joining(", ")).replaceFirst(", ", " = "));
            each.path("skipped_by_reason").fields().forEachRemaining(reason -> out.printf(Locale.ROOT,
                    "  %,d skipped: %s%n", reason.getValue().asLong(), reason.getKey()));
            out.printf("  revenue: %s meant, %s delivered%n", money(each.path("revenue_meant")),
                    money(each.path("revenue_delivered")));
        }
        if (!books.path("not_delivered").isEmpty()) {
            out.printf("%nNot delivered; POST /api/events/<id>/redeliver?destination=<name> sends one again:%n");
        }
        for (JsonNode each : books.path("not_delivered")) {
            out.printf("  %-8s %s at %s%s%n", each.path("state").asText(), each.path("event_id").asText(),
                    each.path("destination").asText(),
                    each.path("reason").isNull() ? "" : ": " + each.path("reason").asText());
        }
    }

    /** For example {@code 118.88 USD (100.00 EUR, 10.90 USD)}. */
    private static String money(JsonNode revenue) {
        if (revenue.isMissingNode()) {
            return "0.00 USD";
        }
        Iterable<Map.Entry<String, JsonNode>> purchased = () -> revenue.path("purchased").fields();
        String currencies = StreamSupport.stream(purchased.spliterator(), false)
                .map(each -> amount(each.getValue()) + " " + each.getKey()).collect(Collectors.joining(", "));
        return amount(revenue.path("usd")) + " USD" + (currencies.isEmpty() ? "" : " (" + currencies + ")");
    }

    private static String amount(JsonNode amount) {
        return amount.decimalValue().toPlainString();
    }
}
