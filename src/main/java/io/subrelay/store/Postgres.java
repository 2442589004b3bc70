package io.subrelay.store;

import com.zaxxer.hikari.HikariConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

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

    /** For a connection that the pool does not have. */
    static void setUp(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(SET_UP);
        }
    }

    /** @throws IllegalStateException if events cannot be kept in this database */
    static void check(JdbcTemplate jdbc) {
        Map<String, Object> told = jdbc.queryForMap("""
                select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
                  current_schema() as schema, current_setting('search_path') as path""");
        if (!told.get("encoding").equals("UTF8")) {
            throw new IllegalStateException("its encoding is " + told.get("encoding")
                    + ", which cannot hold every character; create it with: createdb -T template0 -E UTF8 <name>");
        }
        if (told.get("schema") == null) {
            throw new IllegalStateException("it has no schema for the tables: search_path names none that exists: "
                    + told.get("path"));
        }
        if (told.get("fsync").equals("off")) {
            LOG.warn("The database runs with fsync = off: what it has stored may be gone when its machine fails");
        }
    }
}
