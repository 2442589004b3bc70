package io.subrelay.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/** An H2 file that holds nothing of what was erased: H2 leaves deleted bytes in free parts until these are used. */
final class RewrittenFile {

    private static final Logger LOG = LoggerFactory.getLogger(RewrittenFile.class);
    /** How long those that use the database are waited for; longer than their statements take. */
    private static final long IN_USE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private RewrittenFile() {
    }

    /** Writes it while the runner goes on: connections are had again once it is there. */
    static void of(HikariDataSource database, H2File file) throws SQLException {
        HikariPoolMXBean pool = database.getHikariPoolMXBean();
        long from = System.nanoTime();
        pool.suspendPool();
        try {
            pool.softEvictConnections();
            while (pool.getActiveConnections() > 0 && System.nanoTime() - from < IN_USE_NANOS) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
            if (pool.getActiveConnections() == 0) {
                write(database.getJdbcUrl(), database, file);
                // one may have been made meanwhile, and is lost
                pool.softEvictConnections();
                LOG.info("The database was written anew without what was erased, in {} ms",
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from));
            }
        } catch (IOException e) {
            throw new SQLException("it cannot be noted that what was erased is gone", e);
        } finally {
            pool.resumePool();
        }
    }

    /**
     * Closes the database after what is left was written to a new file, which takes the place of the old one. Pages are
     * copied as they are, and the inner ones of an index hold keys of rows that are gone: indexes of texts are made
     * anew. A kill in between is made good by the next start, as what was erased is still noted then.
     */
    static void write(String url, HikariConfig config, H2File file) throws IOException {
        write(url, config);
        file.cleaned();
    }

    /** The same of a file that is not the runner's own. */
    static void write(String url, HikariConfig config) {
        JdbcTemplate jdbc = Database.unpooled(url, config);
        index(jdbc, "customer_id", "primary key", "app_user_id");
        index(jdbc, "event", "unique", "event_id");
        jdbc.execute("SHUTDOWN COMPACT");
    }

    private static void index(JdbcTemplate jdbc, String table, String constraint, String column) {
        jdbc.queryForList("select constraint_name from information_schema.table_constraints"
                + " where table_name = ? and constraint_type = upper(?)", String.class, table, constraint)
                .forEach(name -> jdbc.execute("alter table " + table + " drop constraint \"" + name + "\""));
        jdbc.execute("alter table " + table + " add " + constraint + " (" + column + ")");
    }
}
