package io.subrelay.harness;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An empty database for one runner, or for several.
 *
 * @param settings what a runner has to be told to use it
 */
public record Store(Kind kind, String url, Map<String, String> settings) {

    /** The databases that the runner works with. */
    public enum Kind {
        H2, POSTGRESQL;

        /** A fresh one of this kind. */
        public Store create() {
            return this == H2 ? h2(copyOfEmptyH2()) : patient(postgresql(sharedServer()));
        }
    }

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static EmbeddedPostgres server;
    private static Path emptyH2;

    /** A folder with the database that a first start makes, which takes a fifth of a start. */
    private static synchronized Path copyOfEmptyH2() {
        if (emptyH2 == null) {
            Path made = TempFolders.create();
            try {
                OpenedDatabase.h2(made, "").close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            emptyH2 = made;
        }
        Path folder = TempFolders.create();
        TempFolders.copy(emptyH2, folder, path -> true);
        return folder;
    }

    /** A database in a file of this folder. */
    public static Store h2(Path folder) {
        String url = "jdbc:h2:file:" + folder.resolve("subrelay").toAbsolutePath();
        return new Store(Kind.H2, url, Map.of("database.url", url));
    }

    /** A new database on this server. */
    public static Store postgresql(EmbeddedPostgres server) {
        String name = "test" + COUNT.incrementAndGet();
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + name;
        return new Store(Kind.POSTGRESQL, url, Map.of("database.url", url, "database.username", "postgres"));
    }

    /** The same, whose answers are waited for however busy the machine is. */
    private static Store patient(Store store) {
        Map<String, String> settings = new HashMap<>(store.settings);
        settings.put("database.url", store.url + "?connectTimeout=300&socketTimeout=300");
        return new Store(store.kind, store.url, settings);
    }

    /** A server that is waited for however busy the machine is. */
    public static EmbeddedPostgres.Builder server(int port) {
        return EmbeddedPostgres.builder().setPort(port).setPGStartupWait(Duration.ofMinutes(5));
    }

    /** One for all tests of this JVM: it takes seconds to start. */
    private static synchronized EmbeddedPostgres sharedServer() {
        if (server == null) {
            try {
                server = server(Ports.free()).setServerConfig("max_connections", "300").start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    server.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }
        return server;
    }

    /** A connection beside the runner's; to an H2 file only in the runner's own process, or while none uses it. */
    public Connection connect() throws SQLException {
        return kind == Kind.H2
                ? DriverManager.getConnection(url + ";DATABASE_TO_LOWER=TRUE;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE")
                : DriverManager.getConnection(url, "postgres", "");
    }

    /** Every value of every table of the runner, as text: {@code table.column=value}. */
    public List<String> everything() throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet names =
                    connection.getMetaData().getTables(null, "public", "%", new String[] {"TABLE", "BASE TABLE"})) {
                while (names.next()) {
                    tables.add(names.getString("TABLE_NAME"));
                }
            }
            for (String table : tables) {
                try (ResultSet rows = statement.executeQuery("select * from \"" + table + "\"")) {
                    while (rows.next()) {
                        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                            values.add(table + "." + rows.getMetaData().getColumnName(i) + "=" + rows.getString(i));
                        }
                    }
                }
            }
        }
        return values;
    }

    /** The one number that a query gives. */
    public long number(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Whether a file of an H2 database is there already. */
    public boolean exists() {
        return kind == Kind.POSTGRESQL || Files.exists(Path.of(url.substring("jdbc:h2:file:".length()) + ".mv.db"));
    }
}
