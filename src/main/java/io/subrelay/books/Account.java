package io.subrelay.books;

import io.subrelay.customer.Environment;
import java.util.HashMap;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What is counted together.
 *
 * @param destination its name; empty for {@link Entry#ACCEPTED}
 * @param reason      why deliveries were skipped; empty for other entries
 * @param currency    of the purchases, ISO 4217; empty where they have no price in one
 */
record Account(String destination, Environment environment, Entry entry, String reason, String currency) {

    /** All of them, by their numbers. */
    static Map<Long, Account> read(JdbcTemplate jdbc) {
        Map<Long, Account> accounts = new HashMap<>();
        jdbc.query("select id, destination, environment, entry, reason, currency from book_account", row -> {
            accounts.put(row.getLong(1), new Account(row.getString(2), Environment.valueOf(row.getString(3)),
                    Entry.of(row.getString(4)), row.getString(5), row.getString(6)));
        });
        return accounts;
    }

    long write(JdbcTemplate jdbc, long id) {
        jdbc.update("insert into book_account (id, destination, environment, entry, reason, currency)"
                + " values (?, ?, ?, ?, ?, ?)", id, destination, environment.name(), entry.stored(), reason, currency);
        return id;
    }

    Account forOtherReasons() {
        return reason.isEmpty() ? this : new Account(destination, environment, entry, "other reasons", currency);
    }

    Side side() {
        return new Side(destination, environment);
    }

    /** What it adds to the deliveries that have not ended. */
    long open(Sum sum) {
        return entry == Entry.ACCEPTED ? 0 : entry.isEnd() ? -sum.events() : sum.events();
    }
}
