package io.subrelay.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code books}: asks the runner that runs for the books of a day, or of several, and prints them. */
@Command(name = "books", exitCodeOnExecutionException = 2,
        description = "Tells whether every event of a day was delivered, and the revenue that it told of.")
final class BooksCommand extends SubrelayCommand {

    private static final List<String> COLUMNS =
            List.of("meant", "delivered", "skipped", "previewed", "dead", "deleted", "waiting", "missing");

    @Option(names = "--day", paramLabel = "<day>", defaultValue = "",
            description = "The first day, such as 2026-11-26; today without it.")
    private String day;
    @Option(names = "--days", paramLabel = "<n>", defaultValue = "", description = "How many days; 1 without it.")
    private String days;
    @Option(names = "--zone", paramLabel = "<zone>", defaultValue = "",
            description = "Where days begin, such as Europe/Berlin; UTC without it.")
    private String zone;
    @Option(names = "--json", description = "Print them as JSON.")
    private boolean json;

    /** @return the exit status: 0 if the books close, 1 if they do not, 2 if that cannot be told */
    @Override
    public Integer call() throws InterruptedException {
        String query = "day=%s&days=%s&zone=%s".formatted(encoded(day), encoded(days), encoded(zone));
        JsonNode books = new RunnerClient(settings.get()).get("/api/books?" + query);
        if (json) {
            out().println(books.toPrettyString());
        } else {
            print(books, out());
        }
        return books.path("closes").asBoolean() ? 0 : 1;
    }

    private static void print(JsonNode books, PrintWriter out) {
        out.printf("Accepted from %s to %s (%s)%n", books.path("from").asText(), books.path("to").asText(),
                books.path("zone").asText());
        for (JsonNode each : books.path("accepted")) {
            out.printf("  %-10s %s, %s%n", each.path("environment").asText(),
                    count(each.path("events").asLong(), "event"), money(each.path("revenue")));
        }
        for (JsonNode each : books.path("destinations")) {
            out.printf(Locale.ROOT, "%n%s, %s: %s%n", each.path("destination").asText(),
                    each.path("environment").asText(),
                    each.path("closes").asBoolean() ? "closes" : "DOES NOT CLOSE");
            out.printf("  %s%n", COLUMNS.stream().filter(name -> each.path(name).asLong() != 0 || name.equals("meant"))
                    .map(name -> String.format(Locale.ROOT, "%,d %s", each.path(name).asLong(), name))
                    .collect(Collectors.joining(", ")).replaceFirst(", ", " = "));
            each.path("skipped_by_reason").properties().forEach(reason -> out.printf(Locale.ROOT,
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
        String currencies = revenue.path("purchased").properties().stream()
                .map(each -> amount(each.getValue()) + " " + each.getKey()).collect(Collectors.joining(", "));
        return amount(revenue.path("usd")) + " USD" + (currencies.isEmpty() ? "" : " (" + currencies + ")");
    }

    private static String amount(JsonNode amount) {
        return amount.decimalValue().toPlainString();
    }
}
