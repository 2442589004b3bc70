package io.subrelay.console;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.subrelay.store.Backup;
import io.subrelay.store.Database;
import io.subrelay.webhook.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;

/** A copy of the database while it is used. */
public final class BackupApi {

    private final Database database;

    public BackupApi(Database database) {
        this.database = database;
    }

    /**
     * Makes a copy, which is beside the database until the next one is made, or {@code retention.erased} is over.
     *
     * @return where it is, how large, in bytes, and the number of the last event in it
     */
    public String make() throws SQLException, IOException {
        Backup backup = database.backup().orElseThrow(() -> new Rejected(409, "database",
                "this database is not a file of the runner: it has backups of its own, such as by pg_dump"));
        return JsonNodeFactory.instance.objectNode().put("file", backup.file().toString())
                .put("bytes", Files.size(backup.file())).put("last_event", backup.lastEvent()).toString();
    }
}
