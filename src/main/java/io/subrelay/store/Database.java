package io.subrelay.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import io.subrelay.Settings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;

/** The database of a runner: an H2 file of its own, or a PostgreSQL that several runners share. */
public final class Database implements AutoCloseable {

    private static final int ANSWER_SECONDS = 2;
    /** Percent of a part of the file that should be in use, and how much is written together at a time, in bytes. */
    private static final int FILL_RATE = 40;
    private static final int MAKE_ROOM_BYTES = 4 << 20;

    private final HikariDataSource dataSource;
    private final boolean h2;

    static {
        // H2 would look up every text that it reads or writes in a cache of values, by a hash of the whole text
        System.setProperty("h2.objectCache", System.getProperty("h2.objectCache", "false"));
    }

    private Database(HikariDataSource dataSource, boolean h2) {
        this.dataSource = dataSource;
        this.h2 = h2;
    }

    /**
     * Connects and brings the schema up to date.
     *
     * @throws IllegalStateException if the database cannot be reached or its schema cannot be brought up to date
     */
    public static Database open(Settings settings) {
        String url = settings.get("database.url");
        boolean h2 = url.startsWith("jdbc:h2:");
        HikariConfig config = new HikariConfig();
        config.setPoolName("database");
        config.setJdbcUrl(h2 ? withH2Options(url) : url);
        config.setUsername(settings.isSet("database.username") ? settings.get("database.username") : null);
        config.setPassword(settings.isSet("database.password") ? settings.get("database.password") : null);
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(5_000);
        config.setRegisterMbeans(false);
        Reopening reopening = new Reopening();
        if (h2) {
            config.setExceptionOverride(reopening);
        } else {
            // else what was to be written, customers' data, is told with the error
            config.addDataSourceProperty("logServerErrorDetail", "false");
        }
        HikariDataSource dataSource = null;
        try {
            dataSource = new HikariDataSource(config);
            reopening.pool = dataSource;
            Flyway.configure().dataSource(dataSource)
                    .locations("classpath:db/migration", h2 ? "classpath:db/h2" : "classpath:db/postgresql")
                    .load().migrate();
            return new Database(dataSource, h2);
        } catch (RuntimeException e) {
            if (dataSource != null) {
                dataSource.close();
            }
            throw new IllegalStateException("database.url: cannot open the database: " + rootMessage(e), e);
        }
    }

    /**
     * H2 closes itself where it cannot write, as on a full disk. Its connections still call themselves valid after that;
     * new ones open the file again.
     */
    private static final class Reopening implements SQLExceptionOverride {

        private volatile HikariDataSource pool;

        @java.lang.Override
        public Override adjudicate(SQLException e) {
            if (!(e instanceof SQLNonTransientConnectionException) || pool == null) {
                return Override.CONTINUE_EVICT;
            }
            pool.getHikariPoolMXBean().softEvictConnections();
            return Override.MUST_EVICT;
        }
    }

    /**
     * H2 answers a commit before it is in the file unless WRITE_DELAY is 0, closes itself in a shutdown hook that races
     * with Camel's unless it is told not to, tells column names in upper case, PostgreSQL in lower case, keeps space that
     * is free for 45 s in case the disk had not written what replaces it, which it has (see commitToDisk), and keeps more
     * of the file in memory, by its size in KB, than it reads again: most of what is written are events.
     */
    private static String withH2Options(String url) {
        String options = "";
        for (String option : new String[] {
                "WRITE_DELAY=0", "DB_CLOSE_ON_EXIT=FALSE", "DB_CLOSE_DELAY=-1", "DATABASE_TO_LOWER=TRUE",
                "RETENTION_TIME=2000", "CACHE_SIZE=8192"}) {
            if (!url.toUpperCase().contains(option.substring(0, option.indexOf('=') + 1))) {
                options += ";" + option;
            }
        }
        return url + options;
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }

    public DataSource dataSource() {
        return dataSource;
    }

    /** Whether several runners may share this database. */
    public boolean isShared() {
        return !h2;
    }

    /** Whether the database can be reached. */
    public boolean answers() {
        try (Connection connection = dataSource.getConnection()) {
            return connection.isValid(ANSWER_SECONDS);
        } catch (SQLException e) {
            return false;
        }
    }

    /** A connection of its own that is not taken back: locks can be held with it. The caller closes it. */
    public Connection openSession() throws SQLException {
        return DriverManager.getConnection(
                dataSource.getJdbcUrl(), dataSource.getUsername(), dataSource.getPassword());
    }

    /**
     * Makes room in an H2 file by writing together what is left in parts that are mostly free. H2 does so on a thread of
     * its own only where commits are delayed; without it the file grows with every commit.
     */
    public void makeRoom() throws SQLException {
        if (h2) {
            try (Connection connection = dataSource.getConnection()) {
                if (connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session) {
                    session.getDatabase().getStore().getMvStore().compact(FILL_RATE, MAKE_ROOM_BYTES);
                }
            }
        }
    }

    /** What is done in one transaction. */
    interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    /** Does all of it or nothing, and does not return before it is on the disk. */
    <T> T transaction(Work<T> work) throws SQLException {
        // the pool rolls back what was not committed
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            T result = work.in(connection);
            commitToDisk(connection);
            return result;
        }
    }

    /** Whether what was to be written is at fault, rather than a database that cannot write now, such as on a full disk. */
    static boolean isOfTheData(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException failure) {
                return failure.getSQLState() != null && failure.getSQLState().matches("2[123].*");
            }
        }
        return e instanceof Exception;
    }

    /** Commits, and does not return before the commit is on the disk. */
    private void commitToDisk(Connection connection) throws SQLException {
        connection.commit();
        if (h2) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("CHECKPOINT SYNC");
            }
            connection.commit();
        }
    }

    @Override
    public void close() {
        dataSource.close();
        if (h2) {
            // not by a connection of the pool, which would complain of the database's end
            try (Connection connection = openSession(); Statement statement = connection.createStatement()) {
                statement.execute("SHUTDOWN");
            } catch (SQLException e) {
                // closed already, or out of reach: every commit is on the disk
            }
        }
    }
}
