package io.subrelay.books;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.customer.Environment;
import io.subrelay.webhook.Invalid;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.apache.camel.Header;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** The books of a day, or of several. */
public final class BooksApi {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int MAX_DAYS = 366;
    private static final int MAX_LISTED_DAYS = 31;
    private static final Comparator<Side> ORDER =
            Comparator.comparing(Side::destination).thenComparing(Side::environment);

    private final DataSource database;

    public BooksApi(DataSource database) {
        this.database = database;
    }

    /**
     * @param day  the first one, such as {@code 2026-11-26}; blank for today
     * @param zone in which days begin, such as {@code Europe/Berlin}; blank for UTC
     * @param days how many; blank for one
     */
    public String of(@Header("day") String day, @Header("zone") String zone, @Header("days") String days)
            throws SQLException {
        ZoneId where = zone(zone);
        LocalDate first = day(day, where);
        int count = days(days, MAX_DAYS);
        long from = quarter(first, where);
        long to = quarter(first.plusDays(count), where);
        try (Connection connection = database.getConnection()) {
            JdbcTemplate jdbc = oneState(connection);
            Period period = new Period(jdbc, from, to);
            ObjectNode books = JSON.objectNode().put("day", first.toString()).put("days", count)
                    .put("zone", where.getId()).put("from", Instant.ofEpochMilli(period.fromMs()).toString())
                    .put("to", Instant.ofEpochMilli(period.toMs()).toString());
            add(books, period, new Undelivered(jdbc, period));
            return books.toString();
        }
    }

    /**
     * @param day  the last one, such as {@code 2026-11-26}; blank for today
     * @param zone in which days begin, such as {@code Europe/Berlin}; blank for UTC
     * @param days how many, at most 31; blank for one
     * @return     what was accepted on each, the last day at the end
     */
    public String ofEach(@Header("day") String day, @Header("zone") String zone, @Header("days") String days)
            throws SQLException {
        ZoneId where = zone(zone);
        LocalDate last = day(day, where);
        ArrayNode list = JSON.arrayNode();
        try (Connection connection = database.getConnection()) {
            JdbcTemplate jdbc = oneState(connection);
            for (int ago = days(days, MAX_LISTED_DAYS) - 1; ago >= 0; ago--) {
                LocalDate each = last.minusDays(ago);
                Period period = new Period(jdbc, quarter(each, where), quarter(each.plusDays(1), where));
                list.addObject().put("day", each.toString()).putArray("accepted").addAll(accepted(period));
            }
        }
        return list.toString();
    }

    /** One state of the database for all that is read. */
    private static JdbcTemplate oneState(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        return new JdbcTemplate(new SingleConnectionDataSource(connection, true));
    }

    private static Collection<ObjectNode> accepted(Period period) {
        Map<Environment, ObjectNode> accepted = new TreeMap<>();
        period.sums.forEach((account, sum) -> {
            if (account.entry() == Entry.ACCEPTED) {
                Environment environment = account.side().environment();
                ObjectNode node = accepted.computeIfAbsent(environment, it -> JSON.objectNode()
                        .put("environment", it.name()).put("events", 0L));
                count(node, "events", sum.events());
                money(node, "revenue", account.currency(), sum);
            }
        });
        return accepted.values();
    }

    private static void add(ObjectNode books, Period period, Undelivered undelivered) {
        Map<Side, ObjectNode> sides = new TreeMap<>(ORDER);
        period.sums.forEach((account, sum) -> {
            Side side = account.side();
            if (account.entry() != Entry.ACCEPTED) {
                book(sides.computeIfAbsent(side, BooksApi::blank), account, sum);
            }
        });
        sides.forEach((side, node) -> close(node, undelivered.missing(side)));
        books.put("closes", sides.values().stream().allMatch(node -> node.get("closes").asBoolean()));
        books.putArray("accepted").addAll(accepted(period));
        books.putArray("destinations").addAll(sides.values());
        ArrayNode list = books.putArray("not_delivered");
        undelivered.items.forEach(item -> list.addObject().put("destination", item.side().destination())
                .put("environment", item.side().environment().name()).put("event_id", item.eventId())
                .put("kind", item.kind()).put("received_at", Instant.ofEpochMilli(item.acceptedAt()).toString())
                .put("state", item.state()).put("reason", item.reason()));
    }

    private static ObjectNode blank(Side side) {
        ObjectNode node = JSON.objectNode().put("destination", side.destination())
                .put("environment", side.environment().name());
        for (Entry entry : Entry.values()) {
            if (entry != Entry.ACCEPTED) {
                node.put(entry.stored(), 0L);
            }
        }
        node.put("waiting", 0L).putObject("skipped_by_reason");
        return node;
    }

    private static void book(ObjectNode node, Account account, Sum sum) {
        count(node, account.entry().stored(), sum.events());
        count(node, "waiting", account.open(sum));
        if (account.entry() == Entry.SKIPPED && sum.events() != 0) {
            count((ObjectNode) node.get("skipped_by_reason"), account.reason(), sum.events());
        }
        if (account.entry() == Entry.MEANT) {
            money(node, "revenue_meant", account.currency(), sum);
        } else if (account.entry() == Entry.DELIVERED) {
            money(node, "revenue_delivered", account.currency(), sum);
        }
    }

    private static void close(ObjectNode node, long missing) {
        long open = node.get("waiting").asLong();
        node.put("waiting", open - missing).put("missing", missing).put("closes", missing == 0 && open >= 0);
    }

    private static void count(ObjectNode node, String name, long events) {
        node.put(name, node.path(name).asLong() + events);
    }

    private static void money(ObjectNode node, String name, String currency, Sum sum) {
        ObjectNode revenue = node.withObject("/" + name);
        add(revenue, "usd", sum.usd());
        ObjectNode purchased = revenue.withObject("/purchased");
        if (!currency.isEmpty()) {
            add(purchased, currency, sum.amount());
        }
    }

    private static void add(ObjectNode node, String name, BigDecimal more) {
        BigDecimal sum = node.has(name) ? node.get(name).decimalValue().add(more) : more;
        BigDecimal plain = sum.stripTrailingZeros();
        node.set(name, JSON.numberNode(plain.scale() < 2 ? plain.setScale(2) : plain));
    }

    private static long quarter(LocalDate day, ZoneId zone) {
        return Math.floorDiv(day.atStartOfDay(zone).toInstant().toEpochMilli(), BookedEvent.QUARTER_MS);
    }

    private static ZoneId zone(String zone) {
        try {
            return zone == null || zone.isBlank() ? ZoneId.of("UTC") : ZoneId.of(zone.strip());
        } catch (DateTimeException e) {
            throw new Invalid("zone accepts the name of a time zone, such as Europe/Berlin");
        }
    }

    private static LocalDate day(String day, ZoneId zone) {
        if (day == null || day.isBlank()) {
            return LocalDate.now(zone);
        }
        if (day.strip().matches("[12]\\d{3}-\\d\\d-\\d\\d")) {
            try {
                return LocalDate.parse(day.strip());
            } catch (DateTimeException e) {
                // such as the 31st of June
            }
        }
        throw new Invalid("day accepts a day, such as 2026-11-26");
    }

    private static int days(String days, int most) {
        int count = days == null || days.isBlank() ? 1 : days.matches("\\d{1,3}") ? Integer.parseInt(days) : 0;
        if (count < 1 || count > most) {
            throw new Invalid("days accepts a whole number from 1 to " + most);
        }
        return count;
    }
}
