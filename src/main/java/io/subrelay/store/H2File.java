package io.subrelay.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.h2.engine.ConnectionInfo;

/**
 * The file of an H2 database. Next to it is a small one that is locked while a runner uses the database, and that holds
 * the number of the last accepted event: a database file that knows less than that was cut short or replaced.
 */
final class H2File implements AutoCloseable {

    private static final String PREFIX = "jdbc:h2:";
    private static final String SUFFIX = ".mv.db";
    private static final String BACKUP = ".backup";
    private static final String NEW_BACKUP = BACKUP + ".new";
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_OF_FOLDER = PosixFilePermissions.fromString("rwx------");

    private final String name;
    private final String options;
    private final Path file;
    private final Path lastEvent;
    /** Is there while the file may hold what was erased. */
    private final Path erased;
    private final Path backup;
    private final Path newBackup;
    private final FileChannel channel;
    /** When the first of what the file may hold was erased, nanoseconds; 0 while nothing was. */
    private long erasedSince;
    /** When the copy was made that is beside the file, nanoseconds; 0 while there is none. */
    private long copiedSince;

    /**
     * H2 answers a commit before it is in the file unless WRITE_DELAY is 0, closes itself in a shutdown hook that races
     * with Camel's unless it is told not to, tells column names in upper case, PostgreSQL in lower case, keeps space
     * that is free for 45 s in case the disk had not written what replaces it, which it has (commits are forced to it),
     * and keeps more of the file in memory, by its size in KB, than it reads again: most of what is written are events.
     * It keeps eight parsed statements for each connection, and the writer has more in each transaction. Its trace file
     * would hold what statements were given.
     */
    static String withOptions(String url) {
        String options = "";
        for (String option : new String[] {
                "WRITE_DELAY=0", "DB_CLOSE_ON_EXIT=FALSE", "DB_CLOSE_DELAY=-1", "DATABASE_TO_LOWER=TRUE",
                "RETENTION_TIME=2000", "CACHE_SIZE=8192", "TRACE_LEVEL_FILE=0", "QUERY_CACHE_SIZE=32"}) {
            if (!url.toUpperCase().contains(option.substring(0, option.indexOf('=') + 1))) {
                options += ";" + option;
            }
        }
        return url + options;
    }

    private H2File(String name, String options) throws IOException {
        this.name = name;
        this.options = options;
        this.file = Path.of(name + SUFFIX);
        this.lastEvent = Path.of(name + ".last-event");
        this.erased = Path.of(name + ".erased");
        this.backup = Path.of(name + BACKUP + SUFFIX);
        this.newBackup = Path.of(name + NEW_BACKUP + SUFFIX);
        createFolder();
        this.channel = FileChannel.open(
                lastEvent, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            lock();
            dropBackup();
            protect();
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Locks the file of a database for this runner.
     *
     * @return null where the database is in memory, or kept by a server
     * @throws IOException if another runner has it, or its folder cannot be written
     */
    static H2File of(String url) throws IOException {
        String[] parts = url.substring(PREFIX.length()).split(";", 2);
        ConnectionInfo info = new ConnectionInfo(parts[0]);
        if (info.isRemote() || !info.isPersistent()
                || !Path.of(info.getName().replaceFirst("^\\w{2,}:", "")).isAbsolute()
                || info.getName().matches("\\w{2,}:.*")) {
            return null;
        }
        return new H2File(info.getName(), parts.length > 1 ? ";" + parts[1] : "");
    }

    private void createFolder() throws IOException {
        Path folder = file.getParent();
        if (!Files.exists(folder)) {
            Files.createDirectories(folder.getParent());
            Files.createDirectory(folder);
            restrict(folder, OWNER_OF_FOLDER);
        }
    }

    private void lock() throws IOException {
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // by another runner in this process
        }
        if (lock == null) {
            throw new IOException("another runner uses " + file);
        }
    }

    /** Customers' data is for the owner alone; so is the folder, where it has the same owner and holds nothing else. */
    private void protect() throws IOException {
        try (Stream<Path> files = Files.list(file.getParent())) {
            String own = file.getFileName().toString().replace(SUFFIX, ".");
            boolean onlyOurs = Files.getOwner(file.getParent()).equals(Files.getOwner(lastEvent));
            for (Path each : files.toList()) {
                if (each.getFileName().toString().startsWith(own)) {
                    restrict(each, OWNER);
                } else {
                    onlyOurs = false;
                }
            }
            if (onlyOurs) {
                restrict(file.getParent(), OWNER_OF_FOLDER);
            }
        }
    }

    private static void restrict(Path path, Set<PosixFilePermission> permissions) throws IOException {
        boolean posix = Files.getFileStore(path).supportsFileAttributeView("posix");
        if (posix && !permissions.containsAll(Files.getPosixFilePermissions(path))) {
            Files.setPosixFilePermissions(path, permissions);
        }
    }

    boolean exists() {
        return Files.exists(file);
    }

    /** @throws IOException if there is a file that holds nothing, or none where events had been accepted */
    void check() throws IOException {
        if (exists() && Files.size(file) == 0) {
            throw damaged("is empty");
        }
        if (!exists() && lastAccepted() > 0) {
            throw damaged("is missing");
        }
    }

    /** @throws IOException if the database, whose last event this is, holds less than had been accepted */
    void check(long last) throws IOException {
        if (last < lastAccepted()) {
            throw damaged("ends with event " + last + " though " + lastAccepted()
                    + " were accepted, as if it was cut short or replaced by an older one");
        }
        accepted(last);
    }

    private IOException damaged(String how) {
        return new IOException(file + " " + how + ": put the whole file back, or, to go on without what is lost,"
                + " delete " + (exists() ? "an empty one and " : "") + lastEvent);
    }

    /** The number of the last event that is on the disk; 0 before the first one. */
    long lastAccepted() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(20);
        channel.read(bytes, 0);
        String number = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
        return number.matches("\\d+") ? Long.parseLong(number) : 0;
    }

    /** An event is on the disk, and with it all before it. */
    void accepted(long seq) throws IOException {
        channel.write(ByteBuffer.wrap("%019d\n".formatted(seq).getBytes(StandardCharsets.US_ASCII)), 0);
    }

    /** Something is about to be erased. */
    synchronized void erasing() throws IOException {
        if (erasedSince == 0) {
            erasedSince = System.nanoTime();
        }
        Files.write(erased, new byte[0], StandardOpenOption.CREATE, StandardOpenOption.SYNC);
        restrict(erased, OWNER);
    }

    /** Whether the file has to be written anew, as it may hold what was erased. */
    boolean holdsErased() {
        return Files.exists(erased);
    }

    /** The same since at least this long, by this runner. */
    synchronized boolean holdsErased(Duration since) {
        return erasedSince != 0 && System.nanoTime() - erasedSince > since.toNanos();
    }

    /** It was written anew: H2 makes such a file for everybody to read. */
    synchronized void cleaned() throws IOException {
        restrict(file, OWNER);
        erasedSince = 0;
        Files.deleteIfExists(erased);
    }

    /**
     * Migrates a copy of the database, or a new one, which then takes the file's place: H2 cannot roll a statement on
     * the schema back, so that a migration that is broken off could neither be ended nor begun again. Nothing may have
     * the database open.
     *
     * @param migration of the database at a url
     */
    void migrate(Consumer<String> migration) throws IOException {
        String name = this.name + ".new";
        Path copy = Path.of(name + SUFFIX);
        Files.deleteIfExists(copy);
        if (exists()) {
            Files.copy(file, copy);
            restrict(copy, OWNER);
        }
        migration.accept(PREFIX + "file:" + name + options);
        putInPlace(copy, file);
        try (FileChannel folder = FileChannel.open(file.getParent())) {
            folder.force(true);
        } catch (IOException e) {
            // not every system can; the move is kept or undone as a whole anyway
        }
    }

    /** The whole of it is on the disk before. */
    private static void putInPlace(Path whole, Path place) throws IOException {
        restrict(whole, OWNER);
        try (FileChannel written = FileChannel.open(whole, StandardOpenOption.WRITE)) {
            written.force(true);
        }
        Files.move(whole, place, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Where a copy of the database is made: an empty file that its owner alone may read. */
    Path newBackup() throws IOException {
        long room = Files.getFileStore(file).getUsableSpace();
        if (room < 2 * Files.size(file)) {
            throw new IOException("there is room for " + room + " bytes, which is less than twice the file's size");
        }
        Files.write(newBackup, new byte[0]);
        restrict(newBackup, OWNER);
        return newBackup;
    }

    String backupUrl() {
        return PREFIX + "file:" + name + NEW_BACKUP + options;
    }

    /** The copy is whole, and takes the place of the one before; returns where it is. */
    synchronized Path keepBackup() throws IOException {
        putInPlace(newBackup, backup);
        copiedSince = System.nanoTime();
        return backup;
    }

    /** Deletes a copy that nobody has taken away for this long: what is erased meanwhile would stay in it. */
    synchronized void dropBackup(Duration after) throws IOException {
        if (copiedSince != 0 && System.nanoTime() - copiedSince > after.toNanos()) {
            dropBackup();
            copiedSince = 0;
        }
    }

    private void dropBackup() throws IOException {
        Files.deleteIfExists(backup);
        Files.deleteIfExists(newBackup);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // the process's end unlocks it
        }
    }
}
