package io.subrelay.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.subrelay.books.Journal;
import io.subrelay.config.Settings;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** The database of a runner: an H2 file of its own, or a PostgreSQL that several runners share. */
public final class Database implements AutoCloseable {

    private static final int ANSWER_SECONDS = 2;
    private static final int PATIENT_MS = 300_000;
    /** Percent of a part of the file that should be in use, and how much is written together at a time, in bytes. */
    private static final int FILL_RATE = 40;
    private static final int MAKE_ROOM_BYTES = 4 << 20;

    private final HikariDataSource dataSource;
    private final JdbcTemplate jdbc;
    /** Null where the database is not a file. */
    private final H2File file;
    private final boolean h2;
    /** Events up to this one are not in the books; negative before it is known. */
    private volatile long booksStart = -1;
    private boolean closed;

    static {
        // H2 would look up every text that it reads or writes in a cache of values, by a hash of the whole text
        System.setProperty("h2.objectCache", System.getProperty("h2.objectCache", "false"));
    }

    private Database(HikariDataSource dataSource, H2File file, boolean h2) {
        this.dataSource = dataSource;
        this.jdbc = new JdbcTemplate(dataSource);
        this.file = file;
        this.h2 = h2;
    }

    /**
     * Connects and brings the schema up to date.
     *
     * @throws Settings.InvalidSetting if the database cannot be reached or used, or its schema cannot be brought up to
     * date
     */
    public static Database open(Settings settings) {
        String url = settings.get("database.url");
        boolean h2 = url.startsWith("jdbc:h2:");
        HikariConfig config = new HikariConfig();
        config.setPoolName("database");
        config.setJdbcUrl(h2 ? H2File.withOptions(url) : url);
        config.setUsername(settings.isSet("database.username") ? settings.get("database.username") : null);
        config.setPassword(settings.isSet("database.password") ? settings.get("database.password") : null);
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(5_000);
        config.setValidationTimeout(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS));
        config.setRegisterMbeans(false);
        try {
            return h2 ? openH2(config) : openPostgres(config);
        } catch (IOException | RuntimeException e) {
            throw new Settings.InvalidSetting("database.url", "cannot open the database: " + reason(e), e);
        }
    }

    private static Database openPostgres(HikariConfig config) {
        Postgres.configure(config);
        HikariDataSource pool = pool(config);
        try {
            Database database = new Database(pool, null, false);
            Postgres.check(database.jdbc);
            flyway(config.getJdbcUrl(), config, "classpath:db/postgresql").migrate();
            return database;
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private static Database openH2(HikariConfig config) throws IOException {
        config.setAllowPoolSuspension(true);
        H2File file = H2File.of(config.getJdbcUrl());
        HikariDataSource pool = null;
        try {
            if (file != null) {
                file.check();
                if (file.exists() && file.holdsErased()) {
                    RewrittenFile.write(config.getJdbcUrl(), config, file);
                }
                migrateH2(file, config);
            }
            pool = pool(config);
            flyway(config.getJdbcUrl(), config, "classpath:db/h2").migrate();
            Database database = new Database(pool, file, true);
            if (file != null) {
                file.check(database.jdbc.queryForObject("select last_event from log_position", Long.class));
            }
            return database;
        } catch (IOException | RuntimeException e) {
            if (pool != null) {
                pool.close();
                shutDown(config.getJdbcUrl(), config);
            }
            if (file != null) {
                file.close();
            }
            throw e;
        }
    }

    private static HikariDataSource pool(HikariConfig config) {
        LostConnections lost = new LostConnections();
        config.setExceptionOverride(lost);
        lost.pool = new HikariDataSource(config);
        return lost.pool;
    }

    private static void migrateH2(H2File file, HikariConfig config) throws IOException {
        boolean due = true;
        if (file.exists()) {
            due = flyway(config.getJdbcUrl(), config, "classpath:db/h2").info().pending().length > 0;
            if (due) {
                shutDown(config.getJdbcUrl(), config);
            }
        }
        if (due) {
            file.migrate(url -> {
                try {
                    flyway(url, config, "classpath:db/h2").migrate();
                } finally {
                    shutDown(url, config);
                }
            });
        }
    }

    /** Not by connections of the pool, which do not wait as long as a migration may take. */
    private static Flyway flyway(String url, HikariConfig config, String ownLocation) {
        return Flyway.configure().dataSource(url, config.getUsername(), config.getPassword())
                .jdbcProperties(Map.of("tcpKeepAlive", "true")).locations("classpath:db/migration", ownLocation).load();
    }

    /** What the database says, which names its file; else what the failure began with. */
    private static String reason(Throwable e) {
        Throwable reason = e;
        for (Throwable cause = e; cause != null
                && !(reason instanceof SQLException && !(cause instanceof SQLException)); cause = cause.getCause()) {
            reason = cause;
        }
        return String.valueOf(reason.getMessage()).lines().findFirst().orElse("");
    }

    public DataSource dataSource() {
        return dataSource;
    }

    /** For statements that are a transaction each. */
    JdbcTemplate jdbc() {
        return jdbc;
    }

    /** For several statements on one connection. */
    public static JdbcTemplate jdbc(Connection connection) {
        return new JdbcTemplate(new SingleConnectionDataSource(connection, true));
    }

    /** Whether several runners may share this database. */
    public boolean isShared() {
        return !h2;
    }

    public boolean answers() {
        try (Connection connection = connect()) {
            return connection.isValid(ANSWER_SECONDS);
        } catch (SQLException e) {
            return false;
        }
    }

    private Connection connect() throws SQLException {
        try {
            return dataSource.getConnection();
        } catch (SQLTransientConnectionException e) {
            // those that are left in the pool may be lost, too, and each would be waited for
            dataSource.getHikariPoolMXBean().softEvictConnections();
            throw e;
        }
    }

    /** A connection that waits for long answers. The caller closes it. */
    Connection openPatiently() throws SQLException {
        Connection connection = dataSource.getConnection();
        if (!h2) {
            connection.setNetworkTimeout(Runnable::run, PATIENT_MS);
        }
        return connection;
    }

    /** A connection of its own that is not taken back: locks can be held with it. The caller closes it. */
    public Connection openSession() throws SQLException {
        DriverManagerDataSource source = new DriverManagerDataSource(
                dataSource.getJdbcUrl(), dataSource.getUsername(), dataSource.getPassword());
        source.setConnectionProperties(dataSource.getDataSourceProperties());
        Connection connection = source.getConnection();
        try {
            Postgres.setUp(connection);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Makes room in an H2 file by writing together what is left in parts that are mostly free. H2 does so on a thread
     * of its own only where commits are delayed; without it the file grows with every commit.
     */
    public void makeRoom() throws SQLException {
        if (h2) {
            try (Connection connection = dataSource.getConnection()) {
                MVStore store = store(connection);
                if (store != null) {
                    store.compact(FILL_RATE, MAKE_ROOM_BYTES);
                }
            }
        }
    }

    /** What an H2 database is kept in; null where a server keeps it. */
    static MVStore store(Connection connection) throws SQLException {
        return connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session
                ? session.getDatabase().getStore().getMvStore() : null;
    }

    /** What is done in one transaction. */
    interface Work<T> {
        T in(JdbcTemplate jdbc) throws SQLException;
    }

    /** The same, with what it adds to the books. */
    interface BookedWork<T> {
        T in(JdbcTemplate jdbc, Journal journal) throws SQLException;
    }

    /** Does all of it or nothing, and does not return before it is on the disk. */
    <T> T transaction(Work<T> work) throws SQLException {
        // the pool rolls back what was not committed
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            T result = work.in(jdbc(connection));
            commitToDisk(connection);
            return result;
        }
    }

    /** The same, and writes the journal at the end. */
    <T> T booked(BookedWork<T> work) throws SQLException {
        if (booksStart < 0) {
            booksStart = jdbc.queryForObject("select event from book_start", Long.class);
        }
        return transaction(transaction -> {
            Journal journal = new Journal(booksStart);
            T result = work.in(transaction, journal);
            journal.write(transaction);
            return result;
        });
    }

    /**
     * Whether what was to be written is at fault, rather than a database that cannot write now, such as on a full disk.
     */
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

    /** Events up to this one are on the disk. */
    void accepted(long seq) {
        if (file != null) {
            try {
                file.accepted(seq);
            } catch (IOException e) {
                // then less of the file can be cut off before it is noticed
            }
        }
    }

    /** What is deleted from now on must not stay in the file: see {@link #dropErased}. */
    void erasing() throws SQLException {
        if (file != null) {
            try {
                file.erasing();
            } catch (IOException e) {
                throw new SQLException("it cannot be noted that something is erased", e);
            }
        }
    }

    /**
     * Writes an H2 file anew once what was erased has been in it for some time. Whoever needs the database waits
     * meanwhile, for about as long as copying the file takes. A backup that nobody has taken away is deleted.
     *
     * @param after how long since the first erasure, and since the backup
     * @throws SQLException if it could not be; then it may be tried again
     */
    public synchronized void dropErased(Duration after) throws SQLException {
        if (!closed && file != null) {
            try {
                file.dropBackup(after);
            } catch (IOException e) {
                throw new SQLException("the backup that nobody has taken away cannot be deleted", e);
            }
        }
        if (!closed && file != null && file.holdsErased(after)) {
            RewrittenFile.of(dataSource, file);
        }
    }

    /**
     * Copies an H2 file while it is used. What was on the disk before is in the copy.
     *
     * @return empty where the database is no file of this runner
     */
    public synchronized Optional<Backup> backup() throws SQLException, IOException {
        return closed || file == null ? Optional.empty() : Optional.of(Backup.of(dataSource, file));
    }

    /** Waits until the file is written anew or copied, where that is being done. */
    @Override
    public synchronized void close() {
        closed = true;
        dataSource.close();
        if (h2) {
            String url = dataSource.getJdbcUrl();
            try {
                if (file != null && file.holdsErased()) {
                    RewrittenFile.write(url, dataSource, file);
                }
            } catch (IOException | RuntimeException e) {
                // the next start does it
            }
            shutDown(url, dataSource);
        }
        if (file != null) {
            file.close();
        }
    }

    /** Not by a connection of the pool, which would complain of the database's end. */
    static void shutDown(String url, HikariConfig config) {
        try {
            unpooled(url, config).execute("SHUTDOWN");
        } catch (DataAccessException e) {
            // closed already, or out of reach: every commit is on the disk
        }
    }

    /** A connection of its own for each statement. */
    static JdbcTemplate unpooled(String url, HikariConfig config) {
        return new JdbcTemplate(new DriverManagerDataSource(url, config.getUsername(), config.getPassword()));
    }
}
