package io.subrelay.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.FileStore;

/**
 * A copy of an H2 file that is made while events are accepted and delivered, and that was opened once to see that it is
 * whole.
 *
 * @param file      beside the database's own, until it is taken away; after {@code retention.erased} it is deleted
 * @param lastEvent the number of the last event that is in it
 */
public record Backup(Path file, long lastEvent) {

    /** What H2 writes a backup to; what is kept is the file itself, which a restore only has to copy. */
    private static final class Unzipped extends ZipOutputStream {

        private final OutputStream plain;

        Unzipped(OutputStream plain) {
            super(new FilterOutputStream(plain));
            this.plain = plain;
        }

        @Override
        public void putNextEntry(ZipEntry entry) {
            // there is one: the database
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            plain.write(bytes, offset, length);
        }

        @Override
        public void closeEntry() {
            // nothing follows it
        }

        @Override
        public void finish() {
            // without an end of its own
        }
    }

    static Backup of(HikariDataSource database, H2File file) throws SQLException, IOException {
        long accepted = file.lastAccepted();
        String url = file.backupUrl();
        Path copy = file.newBackup();
        try {
            return of(database, file, url, copy, accepted);
        } finally {
            // what is whole has been moved; the rest would hold what is erased later
            Files.deleteIfExists(copy);
        }
    }

    private static Backup of(HikariDataSource database, H2File file, String url, Path copy, long accepted)
            throws SQLException, IOException {
        FileStore<?> store;
        try (Connection connection = database.getConnection()) {
            SessionLocal session = (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
            store = session.getDatabase().getStore().getMvStore().getFileStore();
        }
        try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE);
                ZipOutputStream out = new Unzipped(Channels.newOutputStream(channel))) {
            store.backup(out);
            channel.force(true);
        }
        long last = lastEvent(url, database);
        if (last < accepted) {
            throw new IOException("the copy ends with event " + last + " though " + accepted + " were accepted");
        }
        if (file.holdsErased()) {
            RewrittenFile.write(url, database);
        }
        return new Backup(file.keepBackup(), last);
    }

    private static long lastEvent(String url, HikariConfig config) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, config.getUsername(), config.getPassword());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select last_event from log_position")) {
            row.next();
            return row.getLong(1);
        } finally {
            Database.shutDown(url, config);
        }
    }
}
