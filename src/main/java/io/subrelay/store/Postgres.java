package io.subrelay.store;

import com.zaxxer.hikari.HikariConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How connections to a PostgreSQL are set up, and what it has to be like. */
final class Postgres {

    private static final Logger LOG = LoggerFactory.getLogger(Postgres.class);
    /**
     * A connection that swallows packets, after a failover or behind a router that forgot it, would be read from for
     * ever. What is set in the address wins over these; times in seconds.
     */
    private static final Map<String, String> PROPERTIES = Map.of(
            "connectTimeout", "5", "socketTimeout", "10", "tcpKeepAlive", "true",
            // else what was to be written, customers' data, is told with the error
            "logServerErrorDetail", "false");
    /**
     * The server drops a lost connection soon, and with it the locks that others wait for; and it answers a commit once
     * it is on the disk.
     */
    private static final String SET_UP = """
            set idle_in_transaction_session_timeout = 10000;
            set tcp_keepalives_idle = 10;
            set tcp_keepalives_interval = 5;
            set tcp_keepalives_count = 3;
            select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'
            """;

    private Postgres() {
    }

    static void configure(HikariConfig pool) {
        PROPERTIES.forEach(pool::addDataSourceProperty);
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        pool.setConnectionInitSql(SET_UP);
    }

    static Properties properties() {
        Properties properties = new Properties();
        properties.putAll(PROPERTIES);
        return properties;
    }

    /** For a connection that the pool does not have. */
    static void setUp(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(SET_UP);
        }
    }

    /** @throws IllegalStateException if events cannot be kept in this database */
    static void check(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        select current_setting('server_encoding'), current_setting('fsync'), current_schema(),
                          current_setting('search_path')""")) {
            row.next();
            if (!row.getString(1).equals("UTF8")) {
                throw new IllegalStateException("its encoding is " + row.getString(1)
                        + ", which cannot hold every character; create it with: createdb -T template0 -E UTF8 <name>");
            }
            if (row.getString(3) == null) {
                throw new IllegalStateException("it has no schema for the tables: there is none of "
                        + row.getString(4));
            }
            if (row.getString(2).equals("off")) {
                LOG.warn("The database runs with fsync = off: what it has stored may be gone when its machine fails");
            }
        }
    }
}
