package io.subrelay.books;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * What the books say of the events that were accepted in a period, and in which quarters of an hour deliveries have not
 * ended. Whole days (UTC) are read by their totals; their quarters only where something has not ended.
 */
final class Period {

    /** A quarter of an hour of a side, or a day. */
    record Slot(Side side, long number) {
    }

    private final long from;
    private final long to;
    final Map<Account, Sum> sums = new HashMap<>();
    /** How many deliveries have not ended, by the quarter of an hour; without those where all have. */
    final Map<Slot, Long> open = new HashMap<>();
    private final Map<Long, Range> ranges = new HashMap<>();

    /**
     * @param from the first quarter of an hour, counted from the epoch
     * @param to   the one after the last
     */
    Period(JdbcTemplate jdbc, long from, long to) {
        this.from = from;
        this.to = to;
        Map<Long, Account> accounts = Account.read(jdbc);
        Set<Long> days = new TreeSet<>();
        readWholeDays(jdbc, accounts, days);
        jdbc.query("select postings from book_journal", row -> {
            row.getString(1).lines().map(Line::of).filter(line -> has(line.quarter())).forEach(line -> {
                add(line);
                days.add(day(line.quarter()));
            });
        });
        days.add(day(from));
        days.add(day(to - 1));
        readQuarters(jdbc, accounts, days);
        open.values().removeIf(events -> events == 0);
        jdbc.query("select quarter, first_event, last_event from book_quarter where quarter = any (?)", row -> {
            ranges.merge(row.getLong(1), new Range(row.getLong(2), row.getLong(3)), Range::plus);
        }, array(open.keySet().stream().map(Slot::number).distinct().toArray()));
    }

    /** Adds up whole days; {@code opened} gets those with deliveries that have not ended. */
    private void readWholeDays(JdbcTemplate jdbc, Map<Long, Account> accounts, Set<Long> opened) {
        Map<Slot, Long> openOnes = new HashMap<>();
        jdbc.query("select account, book_day, events, usd, amount from book where book_day >= ? and book_day < ?",
                row -> {
                    Account account = accounts.get(row.getLong(1));
                    Sum sum = new Sum(row.getLong(3), row.getBigDecimal(4), row.getBigDecimal(5));
                    sums.merge(account, sum, Sum::plus);
                    openOnes.merge(new Slot(account.side(), row.getLong(2)), account.open(sum), Long::sum);
                }, day(from + Quarters.A_DAY - 1), day(to));
        openOnes.forEach((slot, events) -> {
            if (events != 0) {
                opened.add(slot.number());
            }
        });
    }

    /** Sees what has not ended on some days, and adds up what the period has of a day that is no whole one. */
    private void readQuarters(JdbcTemplate jdbc, Map<Long, Account> accounts, Set<Long> days) {
        jdbc.query("select account, book_day, quarters from book_quarters where book_day = any (?)", row -> {
            Account account = accounts.get(row.getLong(1));
            long first = row.getLong(2) * Quarters.A_DAY;
            boolean whole = first >= from && first + Quarters.A_DAY <= to;
            Quarters.of(row.getString(3)).forEach((quarter, sum) -> {
                if (has(first + quarter)) {
                    addOpen(account, first + quarter, sum);
                    if (!whole) {
                        sums.merge(account, sum, Sum::plus);
                    }
                }
            });
        }, array(days.toArray()));
    }

    private void add(Line line) {
        line.accounts().forEach(account -> {
            sums.merge(account, line.sum(), Sum::plus);
            addOpen(account, line.quarter(), line.sum());
        });
        if (line.range() != null) {
            ranges.merge(line.quarter(), line.range(), Range::plus);
        }
    }

    private void addOpen(Account account, long quarter, Sum sum) {
        open.merge(new Slot(account.side(), quarter), account.open(sum), Long::sum);
    }

    private static SqlArrayValue array(Object[] numbers) {
        return new SqlArrayValue("bigint", numbers);
    }

    private static long day(long quarter) {
        return Math.floorDiv(quarter, Quarters.A_DAY);
    }

    private boolean has(long quarter) {
        return quarter >= from && quarter < to;
    }

    /** When it begins, milliseconds since the epoch. */
    long fromMs() {
        return from * BookedEvent.QUARTER_MS;
    }

    /** When it is over, milliseconds since the epoch. */
    long toMs() {
        return to * BookedEvent.QUARTER_MS;
    }

    /** The first and the last event of a quarter with deliveries that have not ended. */
    Range range(long quarter) {
        return ranges.get(quarter);
    }
}
