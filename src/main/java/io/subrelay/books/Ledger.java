package io.subrelay.books;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.SqlArrayValue;

/** Adds up what the transactions have written to the journal: a row for each account and day. */
public final class Ledger {

    private static final int ROWS_AT_ONCE = 1_000;
    /** All are read each time: a route may skip for ever new reasons. */
    private static final int MAX_ACCOUNTS = 2_000;

    private record Row(long day, Account account) {
    }

    private final DataSource database;

    public Ledger(DataSource database) {
        this.database = database;
    }

    /** Adds up what is in the journal, and empties it. */
    public void addUp() throws SQLException {
        int rows;
        do {
            rows = addUpSome();
        } while (rows == ROWS_AT_ONCE);
    }

    private int addUpSome() throws SQLException {
        // the pool rolls back what was not committed
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            // one runner at a time
            jdbc.queryForList("select event from book_start for update");
            List<Long> ids = new ArrayList<>();
            Map<Row, Map<Integer, Sum>> added = new HashMap<>();
            Map<Long, Range> ranges = new TreeMap<>();
            jdbc.query("select id, postings from book_journal order by id limit " + ROWS_AT_ONCE, row -> {
                ids.add(row.getLong(1));
                row.getString(2).lines().map(Line::of).forEach(line -> add(line, added, ranges));
            });
            if (!ids.isEmpty()) {
                Map<Account, Long> accounts = new HashMap<>();
                Account.read(jdbc).forEach((id, account) -> accounts.put(account, id));
                added.forEach((row, quarters) -> write(jdbc, row.day(), id(jdbc, row.account(), accounts), quarters));
                ranges.forEach((quarter, range) -> write(jdbc, quarter, range));
                jdbc.update("delete from book_journal where id = any (?)", new SqlArrayValue("bigint", ids.toArray()));
                connection.commit();
            }
            return ids.size();
        }
    }

    private static void add(Line line, Map<Row, Map<Integer, Sum>> added, Map<Long, Range> ranges) {
        long day = Math.floorDiv(line.quarter(), Quarters.A_DAY);
        int quarter = Math.floorMod(line.quarter(), Quarters.A_DAY);
        for (Account account : line.accounts()) {
            added.computeIfAbsent(new Row(day, account), row -> new TreeMap<>())
                    .merge(quarter, line.sum(), Sum::plus);
        }
        if (line.range() != null) {
            ranges.merge(line.quarter(), line.range(), Range::plus);
        }
    }

    private static long id(JdbcTemplate jdbc, Account account, Map<Account, Long> accounts) {
        boolean full = accounts.size() >= MAX_ACCOUNTS && !accounts.containsKey(account);
        return accounts.computeIfAbsent(full ? account.forOtherReasons() : account,
                it -> it.write(jdbc, accounts.size() + 1L));
    }

    private static void write(JdbcTemplate jdbc, long day, long account, Map<Integer, Sum> added) {
        List<String> stored = jdbc.queryForList("select quarters from book_quarters where book_day = ? and account = ?",
                String.class, day, account);
        Map<Integer, Sum> quarters = Quarters.of(stored.isEmpty() ? "" : stored.get(0));
        added.forEach((quarter, sum) -> quarters.merge(quarter, sum, Sum::plus));
        Sum sum = quarters.values().stream().reduce(Sum::plus).orElseThrow();
        jdbc.update(stored.isEmpty() ? "insert into book_quarters (quarters, book_day, account) values (?, ?, ?)"
                : "update book_quarters set quarters = ? where book_day = ? and account = ?",
                Quarters.stored(quarters), day, account);
        jdbc.update(stored.isEmpty()
                ? "insert into book (events, usd, amount, book_day, account) values (?, ?, ?, ?, ?)"
                : "update book set events = ?, usd = ?, amount = ? where book_day = ? and account = ?",
                sum.events(), sum.usd(), sum.amount(), day, account);
    }

    private static void write(JdbcTemplate jdbc, long quarter, Range range) {
        if (jdbc.update("update book_quarter set first_event = least(first_event, ?),"
                + " last_event = greatest(last_event, ?) where quarter = ?", range.first(), range.last(),
                quarter) == 0) {
            jdbc.update("insert into book_quarter (first_event, last_event, quarter) values (?, ?, ?)", range.first(),
                    range.last(), quarter);
        }
    }
}
