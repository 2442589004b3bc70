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
            Map<Row, Quarters> added = new HashMap<>();
            Map<Long, long[]> ranges = new TreeMap<>();
            jdbc.query("select id, postings from book_journal order by id limit " + ROWS_AT_ONCE, row -> {
                ids.add(row.getLong(1));
                row.getString(2).lines().map(Line::of).forEach(line -> read(line, added, ranges));
            });
            if (!ids.isEmpty()) {
                Map<Account, Long> accounts = accounts(jdbc);
                added.forEach((row, quarters) -> write(jdbc, row, accounts, quarters));
                ranges.forEach((quarter, range) -> writeRange(jdbc, quarter, range[0], range[1]));
                jdbc.update("delete from book_journal where id = any (?)", new SqlArrayValue("bigint", ids.toArray()));
                connection.commit();
            }
            return ids.size();
        }
    }

    private static void read(Line line, Map<Row, Quarters> added, Map<Long, long[]> ranges) {
        long day = Math.floorDiv(line.quarter(), Quarters.A_DAY);
        int quarter = Math.floorMod(line.quarter(), Quarters.A_DAY);
        for (Account account : line.accounts()) {
            added.computeIfAbsent(new Row(day, account), row -> new Quarters()).add(quarter, line.sum());
        }
        if (line.lastEvent() > 0) {
            ranges.merge(line.quarter(), new long[] {line.firstEvent(), line.lastEvent()}, Ledger::both);
        }
    }

    static long[] both(long[] one, long[] other) {
        return new long[] {Math.min(one[0], other[0]), Math.max(one[1], other[1])};
    }

    private static Map<Account, Long> accounts(JdbcTemplate jdbc) {
        Map<Account, Long> accounts = new HashMap<>();
        Account.read(jdbc).forEach((id, account) -> accounts.put(account, id));
        return accounts;
    }

    private static void write(JdbcTemplate jdbc, Row row, Map<Account, Long> accounts, Quarters added) {
        Account account = row.account();
        Long id = accounts.get(account);
        if (id == null) {
            id = accounts.size() + 1L;
            accounts.put(account, id);
            account.write(jdbc, id);
        }
        List<String> stored = jdbc.queryForList("select quarters from book_quarters where book_day = ? and account = ?",
                String.class, row.day(), id);
        Quarters quarters = stored.isEmpty() ? new Quarters() : Quarters.of(stored.get(0));
        quarters.add(added);
        Sum sum = quarters.total();
        jdbc.update(stored.isEmpty() ? "insert into book_quarters (quarters, book_day, account) values (?, ?, ?)"
                : "update book_quarters set quarters = ? where book_day = ? and account = ?",
                quarters.stored(), row.day(), id);
        jdbc.update(stored.isEmpty()
                ? "insert into book (events, usd, amount, book_day, account) values (?, ?, ?, ?, ?)"
                : "update book set events = ?, usd = ?, amount = ? where book_day = ? and account = ?",
                sum.events(), sum.usd(), sum.amount(), row.day(), id);
    }

    private static void writeRange(JdbcTemplate jdbc, long quarter, long first, long last) {
        if (jdbc.update("update book_quarter set first_event = least(first_event, ?),"
                + " last_event = greatest(last_event, ?) where quarter = ?", first, last, quarter) == 0) {
            jdbc.update("insert into book_quarter (first_event, last_event, quarter) values (?, ?, ?)", first, last,
                    quarter);
        }
    }
}
