package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.subrelay.harness.Logged;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A PostgreSQL that was set up for something else. */
class PostgresTest {

    private final Store store = Store.Kind.POSTGRESQL.create();

    @Test
    void itsDefaultsDoNotChangeWhatACommitMeans() throws Exception {
        String name = store.url().replaceFirst(".*/", "");
        execute("alter database " + name + " set default_transaction_isolation = 'serializable'",
                "alter database " + name + " set synchronous_commit = off");
        try (Database database = OpenedDatabase.with(store.settings())) {
            try (Connection connection = database.dataSource().getConnection()) {
                assertThat(setting(connection, "transaction_isolation")).isEqualTo("read committed");
                assertThat(setting(connection, "synchronous_commit")).isEqualTo("on");
            }
            try (Connection session = database.openSession()) {
                assertThat(setting(session, "synchronous_commit")).isEqualTo("on");
            }
        }
        execute("alter database " + name + " set synchronous_commit = remote_apply");
        try (Database database = OpenedDatabase.with(store.settings());
                Connection connection = database.dataSource().getConnection()) {
            assertThat(setting(connection, "synchronous_commit")).isEqualTo("remote_apply");
        }
    }

    @Test
    void thatCannotHoldEveryCharacterIsRefused() throws Exception {
        String latin1 = store.url().replaceFirst(".*/", "") + "_latin1";
        execute("create database " + latin1 + " template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'");
        assertThatThrownBy(() -> OpenedDatabase.with(at(store.url() + "_latin1")))
                .hasMessage("database.url: cannot open "
                        + "the database: its encoding is LATIN1, which cannot hold every character; create it with: "
                        + "createdb -T template0 -E UTF8 <name>");
    }

    @Test
    void withoutTheSchemaThatIsNamedIsRefused() {
        assertThatThrownBy(() -> OpenedDatabase.with(at(store.url() + "?currentSchema=nowhere")))
                .hasMessageStartingWith("database.url").hasMessageContaining("names none that exists: nowhere");
    }

    /** As every server of the tests runs. */
    @Test
    void thatLosesWhatItHasStoredIsTold() throws Exception {
        try (Logged log = new Logged()) {
            OpenedDatabase.with(store.settings()).close();
            assertThat(log.lines()).contains("WARN The database runs with fsync = off: what it has stored may be gone"
                    + " when its machine fails");
        }
    }

    private Map<String, String> at(String url) {
        Map<String, String> settings = new HashMap<>(store.settings());
        settings.put("database.url", url);
        return settings;
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = store.connect(); Statement statement = connection.createStatement()) {
            for (String each : List.of(statements)) {
                statement.execute(each);
            }
        }
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show " + name)) {
            row.next();
            return row.getString(1);
        }
    }
}
