package io.subrelay.books;

import io.subrelay.customer.Environment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * What the books say of the events that were accepted in a period, and in which quarters of an hour deliveries have not
 * ended. Whole days (UTC) are read by their totals; their quarters only where something has not ended.
 */
final class Period {

    /** A destination's events of one environment. */
    record Side(String destination, Environment environment) {
    }

    /** A destination's events of one environment on one day. */
    private record SideOfDay(long day, String destination, Environment environment) {
    }

    private final long from;
    private final long to;
    private final Map<Account, Sum> sums = new HashMap<>();
    private final Map<Side, Map<Long, Long>> open = new HashMap<>();
    private final Map<Long, long[]> ranges = new TreeMap<>();

    private Period(long from, long to) {
        this.from = from;
        this.to = to;
    }

    /**
     * @param from the first quarter of an hour, counted from the epoch
     * @param to   the one after the last
     */
    static Period read(JdbcTemplate jdbc, long from, long to) {
        Period period = new Period(from, to);
        long firstWhole = Math.floorDiv(from + Quarters.A_DAY - 1, Quarters.A_DAY);
        long afterWhole = Math.max(firstWhole, Math.floorDiv(to, Quarters.A_DAY));
        Set<Long> edges = new TreeSet<>();
        LongStream.rangeClosed(Math.floorDiv(from, Quarters.A_DAY), Math.floorDiv(to - 1, Quarters.A_DAY))
                .filter(day -> day < firstWhole || day >= afterWhole).forEach(edges::add);
        Set<Long> opened = new TreeSet<>(edges);
        Map<Long, Account> accounts = Account.read(jdbc);
        opened.addAll(period.readDays(jdbc, accounts, firstWhole, afterWhole));
        jdbc.query("select postings from book_journal", row -> {
            row.getString(1).lines().map(Line::of).filter(line -> period.has(line.quarter())).forEach(line -> {
                line.accounts().forEach(account -> {
                    period.add(account, line.sum());
                    period.addOpen(account, line.quarter(), line.sum());
                });
                if (line.lastEvent() > 0) {
                    period.addRange(line.quarter(), line.firstEvent(), line.lastEvent());
                }
                opened.add(Math.floorDiv(line.quarter(), Quarters.A_DAY));
            });
        });
        jdbc.query("select account, book_day, quarters from book_quarters where book_day = any (?)", row -> {
            Account account = accounts.get(row.getLong(1));
            long day = row.getLong(2);
            Quarters.of(row.getString(3)).sums().forEach((quarterOfDay, sum) -> {
                long quarter = day * Quarters.A_DAY + quarterOfDay;
                if (period.has(quarter)) {
                    period.addOpen(account, quarter, sum);
                    if (edges.contains(day)) {
                        period.add(account, sum);
                    }
                }
            });
        }, new SqlArrayValue("bigint", opened.toArray()));
        period.readRanges(jdbc);
        return period;
    }

    /** Adds up whole days, and returns those with deliveries that have not ended. */
    private Set<Long> readDays(JdbcTemplate jdbc, Map<Long, Account> accounts, long first, long after) {
        Map<SideOfDay, Long> openOnes = new HashMap<>();
        jdbc.query("select book_day, account, events, usd, amount from book where book_day >= ? and book_day < ?",
                row -> {
                    Account account = accounts.get(row.getLong(2));
                    Sum sum = new Sum();
                    sum.add(row.getLong(3), row.getBigDecimal(4), row.getBigDecimal(5));
                    add(account, sum);
                    openOnes.merge(new SideOfDay(row.getLong(1), account.destination(), account.environment()),
                            account.open(sum), Long::sum);
                }, first, after);
        openOnes.values().removeIf(events -> events == 0);
        return openOnes.keySet().stream().map(SideOfDay::day).collect(Collectors.toSet());
    }

    private boolean has(long quarter) {
        return quarter >= from && quarter < to;
    }

    private void add(Account account, Sum sum) {
        sums.computeIfAbsent(account, it -> new Sum()).add(sum);
    }

    private void addOpen(Account account, long quarter, Sum sum) {
        if (account.entry() != Entry.ACCEPTED) {
            open.computeIfAbsent(new Side(account.destination(), account.environment()), it -> new TreeMap<>())
                    .merge(quarter, account.open(sum), Long::sum);
        }
    }

    private void addRange(long quarter, long first, long last) {
        ranges.merge(quarter, new long[] {first, last}, Ledger::both);
    }

    private void readRanges(JdbcTemplate jdbc) {
        open.values().forEach(quarters -> quarters.values().removeIf(events -> events == 0));
        open.values().removeIf(Map::isEmpty);
        Set<Long> quarters = new TreeSet<>();
        open.values().forEach(each -> quarters.addAll(each.keySet()));
        List<Object> asked = new ArrayList<>(quarters);
        jdbc.query("select quarter, first_event, last_event from book_quarter where quarter = any (?)",
                row -> {
                    addRange(row.getLong(1), row.getLong(2), row.getLong(3));
                },
                new SqlArrayValue("bigint", asked.toArray()));
    }

    /** When it begins, milliseconds since the epoch. */
    long fromMs() {
        return from * BookedEvent.QUARTER_MS;
    }

    /** When it is over, milliseconds since the epoch. */
    long toMs() {
        return to * BookedEvent.QUARTER_MS;
    }

    Map<Account, Sum> sums() {
        return sums;
    }

    /** How many deliveries have not ended, by the quarter of an hour; without those where all have. */
    Map<Side, Map<Long, Long>> open() {
        return open;
    }

    /** The places of the first and the last event of a quarter, with others between them perhaps; null for none. */
    long[] range(long quarter) {
        return ranges.get(quarter);
    }
}
