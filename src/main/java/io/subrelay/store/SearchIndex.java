package io.subrelay.store;

import io.subrelay.customer.Customer;
import io.subrelay.customer.Customers;
import io.subrelay.event.Ids;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Finds customers by what they have beside ids: the values of their attributes, and the stores' original transactions.
 * It holds a hash of each value, so that no more personal data is stored, and is written only when a value changes.
 */
public final class SearchIndex {

    /** How many customers of before are indexed at a time: nothing is accepted meanwhile. */
    private static final int STEP = 50;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final String INSERT = """
            insert into search_index (customer, value_hash) select cast(? as bigint), cast(? as bigint)
            where not exists (select 1 from search_index where customer = ? and value_hash = ?)""";

    private final Database database;
    private boolean full;

    public SearchIndex(Database database) {
        this.database = database;
    }

    /** Writes what has changed of these, in the transaction that stores them. */
    static void save(JdbcTemplate jdbc, Collection<Customers.Entry> entries) {
        List<Object[]> gone = new ArrayList<>();
        List<Object[]> added = new ArrayList<>();
        for (Customers.Entry entry : entries) {
            Set<String> before = entry.customer().takeFoundBefore();
            if (before != null) {
                long number = entry.number();
                Set<Long> old = hashes(before);
                Set<Long> now = hashes(entry.customer().foundBy());
                old.stream().filter(hash -> !now.contains(hash)).forEach(hash -> gone.add(new Object[] {number, hash}));
                now.stream().filter(hash -> !old.contains(hash)).forEach(hash -> added.add(row(number, hash)));
            }
        }
        jdbc.batchUpdate("delete from search_index where customer = ? and value_hash = ?", gone);
        jdbc.batchUpdate(INSERT, added);
    }

    private static Object[] row(long number, long hash) {
        return new Object[] {number, hash, number, hash};
    }

    private static Set<Long> hashes(Collection<String> values) {
        return values.stream().map(SearchIndex::hash).collect(Collectors.toSet());
    }

    private static long hash(String value) {
        return Long.parseUnsignedLong(Ids.hash(key(value)).substring(0, 16), 16);
    }

    /** Addresses and ids are typed in any case. */
    private static String key(String value) {
        return value.strip().toLowerCase(Locale.ROOT);
    }

    /** Whether a value is found by what was typed. */
    public static boolean matches(String value, String typed) {
        return key(value).equals(key(typed));
    }

    /** The numbers of customers that may have the value now, the newest first. */
    List<Long> numbers(String value, int limit) {
        return database.jdbc().queryForList(
                "select customer from search_index where value_hash = ? order by customer desc limit ?", Long.class,
                hash(value), limit);
    }

    /** Indexes the customers of before an upgrade, until they are or the thread is interrupted. */
    public void fill() throws SQLException {
        while (!full && !Thread.currentThread().isInterrupted()) {
            full = !step();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Returns false once none are left. */
    boolean step() throws SQLException {
        if (isComplete()) {
            return false;
        }
        return database.transaction(jdbc -> {
            EventStore.lockPosition(jdbc);
            long last = jdbc.queryForObject("select last_customer from search_index_position", Long.class);
            SortedMap<Long, Customer> next = new CustomerStore(jdbc).after(last, STEP);
            List<Object[]> added = new ArrayList<>();
            next.forEach((number, customer) -> hashes(customer.foundBy())
                    .forEach(hash -> added.add(row(number, hash))));
            jdbc.batchUpdate(INSERT, added);
            boolean more = next.size() == STEP;
            jdbc.update("update search_index_position set last_customer = least(up_to, ?)",
                    more ? next.lastKey() : Long.MAX_VALUE);
            return more;
        });
    }

    public boolean isComplete() {
        return database.jdbc().queryForObject(
                "select count(*) from search_index_position where last_customer < up_to", Long.class) == 0;
    }
}
