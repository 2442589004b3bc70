package io.subrelay.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A copy of an H2 file that is made while events are accepted and delivered, and that was opened once to see that it is
 * whole.
 *
 * @param file      beside the database's own, until it is taken away; after {@code retention.erased} it is deleted
 * @param lastEvent the number of the last event that is in it
 */
public record Backup(Path file, long lastEvent) {

    /** What H2 writes a backup to; what is kept is the only entry itself, which a restore has but to copy. */
    private static final class Unzipped extends ZipOutputStream {

        Unzipped(OutputStream plain) {
            super(plain);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void putNextEntry(ZipEntry entry) {
        }

        @Override
        public void closeEntry() {
        }

        @Override
        public void finish() {
        }
    }

    static Backup of(HikariDataSource database, H2File file) throws SQLException, IOException {
        long accepted = file.lastAccepted();
        String url = file.backupUrl();
        Path copy = file.newBackup();
        try {
            copy(database, copy);
            long last = lastEvent(url, database);
            if (last < accepted) {
                throw new IOException("the copy ends with event " + last + " though " + accepted + " were accepted");
            }
            if (file.holdsErased()) {
                RewrittenFile.write(url, database);
            }
            return new Backup(file.keepBackup(), last);
        } finally {
            // what is whole has been moved; the rest would hold what is erased later
            Files.deleteIfExists(copy);
        }
    }

    private static void copy(HikariDataSource database, Path copy) throws SQLException, IOException {
        try (Connection connection = database.getConnection();
                FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE);
                ZipOutputStream out = new Unzipped(Channels.newOutputStream(channel))) {
            Database.store(connection).getFileStore().backup(out);
            channel.force(true);
        }
    }

    private static long lastEvent(String url, HikariConfig config) {
        try {
            return Database.unpooled(url, config).queryForObject("select last_event from log_position", Long.class);
        } finally {
            Database.shutDown(url, config);
        }
    }
}
