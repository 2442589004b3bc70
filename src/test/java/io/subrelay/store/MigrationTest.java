package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.TempFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.h2.api.DatabaseEventListener;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A runner that is killed at any statement of its first start, or of an upgrade, starts again and has lost nothing. Of
 * the statements each third is tried; {@code -Pfaults} tries all.
 */
class MigrationTest {

    /** H2 keeps the changes of each statement to the schema, whatever becomes of the migration that it is part of. */
    public static final class AtEachStatement implements DatabaseEventListener {

        @Override
        public void setProgress(int state, String name, long x, long max) {
            if (state == STATE_STATEMENT_END) {
                copies.putIfAbsent(content(folder), copyOf(folder));
            }
        }
    }

    private static final int EACH = Integer.getInteger("faults.each-statement", 3);

    private static Path folder;
    /** What the disk held at each moment: what a kill leaves. */
    private static Map<List<Object>, Path> copies;

    @BeforeEach
    void emptyFolder() {
        folder = TempFolders.create();
        copies = new LinkedHashMap<>();
    }

    @Test
    void theFirstStart() throws Exception {
        open(folder, true).close();

        assertThat(copies).hasSizeGreaterThan(20);
        for (Path copy : moments()) {
            try (Database database = open(copy, false)) {
                assertThat(OpenedDatabase.number(database, "select last_event from log_position")).isZero();
            }
        }
    }

    @Test
    void anUpgrade() throws Exception {
        String url = "jdbc:h2:file:" + folder.resolve("subrelay") + ";DATABASE_TO_LOWER=TRUE;WRITE_DELAY=0";
        Flyway.configure().dataSource(url, null, null).locations("classpath:db/migration", "classpath:db/h2")
                .target("2")
                .load().migrate();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("update log_position set last_event = 7");
            statement.execute("insert into customer (id, state) values (1, '{\"named\":\"Zoë\"}')");
            statement.execute("insert into destination (name, pending, delivered, skipped, previewed, dead)"
                    + " values ('amplitude', 0, 0, 0, 0, 0), ('segment', 0, 0, 0, 0, 1)");
            statement.execute("insert into delivery values (7, 'segment', 'dead', 1, 2, 3, 400, 'no', null)");
        }
        open(folder, true).close();

        assertThat(copies).hasSizeGreaterThan(10);
        for (Path copy : moments()) {
            try (Database database = open(copy, false);
                    Connection connection = database.dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select utf8tostring(folded), as_of from customer")) {
                row.next();
                assertThat(row.getString(1)).isEqualTo("{\"named\":\"Zoë\"}");
                assertThat(row.getLong(2)).isEqualTo(7);
                assertThat(OpenedDatabase.number(database, "select id from delivery")).isEqualTo(7001);
            }
        }
    }

    /** Those of each so many statements, of the last one, and those at which the folder has other files than before. */
    private static List<Path> moments() {
        List<Path> all = List.copyOf(copies.values());
        return IntStream.range(0, all.size()).filter(i -> i % EACH == 0 || i == all.size() - 1
                || !names(all.get(i)).equals(names(all.get(i - 1)))).mapToObj(all::get).toList();
    }

    private static List<String> names(Path folder) {
        return List.of(folder.toFile().list()).stream().sorted().toList();
    }

    private static Database open(Path folder, boolean watched) throws IOException {
        return OpenedDatabase.h2(folder,
                watched ? ";DATABASE_EVENT_LISTENER='" + AtEachStatement.class.getName() + "'" : "");
    }

    private static List<Object> content(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Object> content = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                content.add(file.getFileName());
                content.add(ByteBuffer.wrap(Files.readAllBytes(file)));
            }
            return content;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path copyOf(Path folder) {
        Path copy = TempFolders.create();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
