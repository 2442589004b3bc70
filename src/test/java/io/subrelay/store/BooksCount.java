package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the books should hold, counted event by event. */
final class BooksCount {

    /** @param ends how its delivery to each destination ended, by name */
    record Booked(String id, String customer, long at, String environment, BigDecimal usd, BigDecimal amount,
            String currency, Map<String, String> ends) {
    }

    private BooksCount() {
    }

    /** That the books of some days close, and hold what was counted. */
    static void check(Collection<Booked> booked, ZoneId zone, LocalDate first, int days, JsonNode books) {
        assertThat(books.path("closes").asBoolean()).as(books.toPrettyString()).isTrue();
        Map<String, Object> expected = new TreeMap<>();
        booked.stream().filter(it -> {
            LocalDate day = Instant.ofEpochMilli(it.at).atZone(zone).toLocalDate();
            return !day.isBefore(first) && day.isBefore(first.plusDays(days));
        }).forEach(it -> {
            count(expected, it.environment + " accepted");
            money(expected, it.environment + " accepted", it);
            it.ends.forEach((name, end) -> {
                String side = it.environment + " " + name + " ";
                count(expected, side + "meant");
                money(expected, side + "meant", it);
                count(expected, side + switch (end) {
                    case "erased" -> "deleted";
                    case "not tracked", "no one" -> "skipped for " + end;
                    default -> end;
                });
                if (end.equals("delivered")) {
                    money(expected, side + "delivered", it);
                }
            });
        });
        Map<String, Object> told = new TreeMap<>();
        books.path("accepted").forEach(it -> {
            String side = it.path("environment").asText() + " accepted";
            told.put(side, it.path("events").asLong());
            tellMoney(told, side, it.path("revenue"));
        });
        books.path("destinations").forEach(it -> {
            String side = it.path("environment").asText() + " " + it.path("destination").asText() + " ";
            for (String entry : List.of("meant", "delivered", "previewed", "dead", "deleted", "waiting")) {
                tell(told, side + entry, it.path(entry));
            }
            it.path("skipped_by_reason").fields().forEachRemaining(
                    reason -> tell(told, side + "skipped for " + reason.getKey(), reason.getValue()));
            tellMoney(told, side + "meant", it.path("revenue_meant"));
            tellMoney(told, side + "delivered", it.path("revenue_delivered"));
        });
        assertThat(told).as(first + " " + days).isEqualTo(expected);
    }

    private static void count(Map<String, Object> counts, String name) {
        counts.merge(name, 1L, (one, more) -> (long) one + (long) more);
    }

    private static void money(Map<String, Object> counts, String name, Booked it) {
        add(counts, name + " in dollars", it.usd);
        add(counts, name + " in " + it.currency, it.amount);
    }

    /** Without those that come to nothing. */
    private static void add(Map<String, Object> counts, String name, BigDecimal money) {
        BigDecimal sum = ((BigDecimal) counts.getOrDefault(name, BigDecimal.ZERO)).add(money).stripTrailingZeros();
        if (sum.signum() == 0) {
            counts.remove(name);
        } else {
            counts.put(name, sum);
        }
    }

    private static void tell(Map<String, Object> told, String name, JsonNode count) {
        if (count.asLong() != 0) {
            told.put(name, count.asLong());
        }
    }

    private static void tellMoney(Map<String, Object> told, String name, JsonNode revenue) {
        add(told, name + " in dollars", new BigDecimal(revenue.path("usd").asText("0")));
        revenue.path("purchased").fields().forEachRemaining(
                each -> add(told, name + " in " + each.getKey(), new BigDecimal(each.getValue().asText())));
    }
}
