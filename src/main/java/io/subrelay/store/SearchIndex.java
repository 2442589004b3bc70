package io.subrelay.store;

import io.subrelay.customer.Customer;
import io.subrelay.customer.Customers;
import io.subrelay.event.Ids;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Finds customers by what they have beside ids: the values of their attributes, and the stores' original transactions.
 * It holds a hash of each value, so that no more personal data is stored, and is written only when a value changes.
 */
public final class SearchIndex {

    private static final Logger LOG = LoggerFactory.getLogger(SearchIndex.class);
    /** How many customers of before are indexed at a time: nothing is accepted meanwhile. */
    private static final int STEP = 50;
    private static final long PAUSE_MS = 50;
    private static final long PAUSE_AFTER_FAILURE_MS = 5_000;
    private static final String INSERT = """
            insert into search_index (customer, value_hash) select cast(? as bigint), cast(? as bigint)
            where not exists (select 1 from search_index where customer = ? and value_hash = ?)""";
    private static final String DELETE = "delete from search_index where customer = ? and value_hash = ?";

    private final Database database;

    public SearchIndex(Database database) {
        this.database = database;
    }

    /** Writes what has changed of these, in the transaction that stores them. */
    static void save(Connection connection, Collection<Customers.Entry> entries) {
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
        write(Database.jdbc(connection), gone, added);
    }

    private static void write(JdbcTemplate jdbc, List<Object[]> gone, List<Object[]> added) {
        if (!gone.isEmpty()) {
            jdbc.batchUpdate(DELETE, gone);
        }
        if (!added.isEmpty()) {
            jdbc.batchUpdate(INSERT, added);
        }
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
    List<Long> numbers(Connection connection, String value, int limit) {
        return Database.jdbc(connection).queryForList(
                "select customer from search_index where value_hash = ? order by customer desc limit ?", Long.class,
                hash(value), limit);
    }

    /** Indexes the customers of before an upgrade, until they are or the thread is interrupted. */
    public void fill() {
        boolean more = true;
        boolean fails = false;
        try {
            while (more) {
                try {
                    more = step();
                    fails = false;
                } catch (SQLException | RuntimeException e) {
                    if (!fails) {
                        LOG.warn("Customers could not be indexed for search, which is tried again: {}", e.toString());
                    }
                    fails = true;
                }
                TimeUnit.MILLISECONDS.sleep(fails ? PAUSE_AFTER_FAILURE_MS : PAUSE_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns false once none are left. */
    boolean step() throws SQLException {
        if (isComplete()) {
            return false;
        }
        return database.transaction(connection -> {
            EventStore.lockPosition(connection);
            JdbcTemplate jdbc = Database.jdbc(connection);
            Map<String, Object> position = jdbc.queryForMap("select last_customer, up_to from search_index_position");
            long last = ((Number) position.get("last_customer")).longValue();
            long upTo = ((Number) position.get("up_to")).longValue();
            Map<Long, Customer> next = new CustomerStore(connection, new CustomerCache()).after(last, STEP);
            List<Object[]> added = new ArrayList<>();
            next.forEach((number, customer) -> hashes(customer.foundBy())
                    .forEach(hash -> added.add(row(number, hash))));
            write(jdbc, List.of(), added);
            long reached = next.size() < STEP ? upTo : next.keySet().stream().mapToLong(it -> it).max().orElse(upTo);
            jdbc.update("update search_index_position set last_customer = ?", Math.min(upTo, reached));
            return reached < upTo;
        });
    }

    /** Whether the customers of before are indexed. */
    public boolean isComplete() {
        return database.jdbc().queryForObject(
                "select count(*) from search_index_position where last_customer < up_to", Long.class) == 0;
    }
}
