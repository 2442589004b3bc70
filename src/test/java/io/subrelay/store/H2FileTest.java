package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.subrelay.config.Settings;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.TempFolders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The file of an H2 database: who may read it, and that nothing is missing from it unnoticed. */
class H2FileTest {

    private final Path folder = TempFolders.create().resolve("data");
    private final Path file = folder.resolve("subrelay.mv.db");

    @Test
    void isForItsOwnerAlone() throws Exception {
        try (Database database = OpenedDatabase.h2(folder, "")) {
            OpenedDatabase.accept(database, "anna", 1, 3);
            assertOwnersAlone();
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        OpenedDatabase.h2(folder, "").close();

        assertOwnersAlone();
    }

    /** H2 makes a new file then, once while it runs and once as it is closed. */
    @Test
    void isForItsOwnerAloneAfterAnErasure() throws Exception {
        try (Database database = OpenedDatabase.h2(folder, "")) {
            OpenedDatabase.accept(database, "anna", 1, 3);
            database.erasing();
            database.dropErased(Duration.ZERO);
            assertThat(folder.resolve("subrelay.erased")).doesNotExist();
            assertOwnersAlone();
            database.erasing();
        }
        assertThat(folder.resolve("subrelay.erased")).doesNotExist();
        assertOwnersAlone();
    }

    /** What is erased later would stay in it. */
    @Test
    void losesABackupThatNobodyTakesAway() throws Exception {
        Path copy;
        try (Database database = OpenedDatabase.h2(folder, "")) {
            copy = database.backup().orElseThrow().file();
            database.dropErased(Duration.ofHours(1));
            assertThat(copy).exists();
            database.dropErased(Duration.ZERO);
            assertThat(copy).doesNotExist();
            assertThat(database.backup().orElseThrow().file()).isEqualTo(copy).exists();
        }
        OpenedDatabase.h2(folder, "").close();
        assertThat(copy).doesNotExist();
    }

    @Test
    void isNotWrittenAnewOnceItIsClosed() throws Exception {
        Database database = OpenedDatabase.h2(folder, "");
        OpenedDatabase.accept(database, "anna", 1, 3);
        database.close();
        FileTime written = Files.getLastModifiedTime(file);
        database.erasing();

        database.dropErased(Duration.ZERO);

        assertThat(folder.resolve("subrelay.erased")).exists();
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(written);
    }

    private void assertOwnersAlone() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isNotEmpty().allSatisfy(each -> assertThat(
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(each))).isEqualTo("rw-------"));
        }
    }

    @Test
    void leavesTheFolderOfOthersAsItIs() throws Exception {
        Files.createDirectory(folder);
        Files.writeString(folder.resolve("other"), "");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

        OpenedDatabase.h2(folder, "").close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))).isEqualTo("rwxr-xr-x");
    }

    /** As volumes of a container are: only the owner of a folder may change its permissions. */
    @Test
    void leavesTheFolderThatAnotherUserOwnsAsItIs() throws Exception {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assumeThat(System.getProperty("user.name")).as("only root can give a folder away").isEqualTo("root");
        Files.setAttribute(folder, "unix:uid", 12_345);

        OpenedDatabase.h2(folder, "").close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))).isEqualTo("rwxrwxrwx");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    }

    @Test
    void hasNoTraceOfWhatFailed() throws Exception {
        try (Database database = OpenedDatabase.h2(folder, "")) {
            assertThatThrownBy(() -> OpenedDatabase.number(database, "select 'anna' from nowhere"));
        }
        assertThat(folder).isDirectoryNotContaining("glob:**.trace.db");
    }

    @Test
    void isUsedByOneRunnerOnly() throws Exception {
        try (Database database = OpenedDatabase.h2(folder, "")) {
            assertThatThrownBy(() -> OpenedDatabase.h2(folder, "")).hasMessageStartingWith("database.url")
                    .hasMessageContaining("another runner uses " + file);
            OpenedDatabase.accept(database, "anna", 1, 1);
        }
    }

    @Test
    void isNotTakenForWholeWhereverItIsCutShort() throws Exception {
        try (Database database = OpenedDatabase.h2(folder, "")) {
            for (int n = 1; n <= 40; n++) {
                OpenedDatabase.accept(database, "anna", n, n);
            }
        }
        Path whole = Files.copy(file, folder.resolveSibling("whole"));
        for (long cut = 0; cut < Files.size(whole); cut += 4096) {
            Files.copy(whole, file, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(cut);
            }
            try (Database database = OpenedDatabase.h2(folder, "")) {
                assertThat(OpenedDatabase.number(database, "select count(*) from event")).as("cut at %d", cut)
                        .isEqualTo(40);
            } catch (Settings.InvalidSetting e) {
                assertThat(e).as("cut at %d", cut).hasMessageStartingWith("database.url: ")
                        .hasMessageContaining("" + file);
            }
        }
    }

    @Test
    void isNotMadeAnewWhereThereWasOne() throws Exception {
        try (Database database = OpenedDatabase.h2(folder, "")) {
            OpenedDatabase.accept(database, "anna", 1, 2);
        }
        Path older = Files.copy(file, folder.resolveSibling("older"));
        try (Database database = OpenedDatabase.h2(folder, "")) {
            OpenedDatabase.accept(database, "anna", 3, 4);
        }
        Files.delete(file);
        assertThatThrownBy(() -> OpenedDatabase.h2(folder, ""))
                .hasMessageContaining(file + " is missing: put the whole");
        Files.createFile(file);
        assertThatThrownBy(() -> OpenedDatabase.h2(folder, "")).hasMessageContaining(file + " is empty: put the whole");
        Files.copy(older, file, StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> OpenedDatabase.h2(folder, ""))
                .hasMessageContaining("ends with event 2 though 4 were accepted");

        Files.delete(folder.resolve("subrelay.last-event"));

        try (Database database = OpenedDatabase.h2(folder, "")) {
            assertThat(OpenedDatabase.number(database, "select count(*) from event")).isEqualTo(2);
        }
    }
}
