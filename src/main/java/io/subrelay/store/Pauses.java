package io.subrelay.store;

import java.util.HashMap;
import java.util.Map;

/** The destinations to which nothing is sent because somebody wants it so. */
public final class Pauses {

    private final Database database;

    public Pauses(Database database) {
        this.database = database;
    }

    /** Since when each is paused, milliseconds since the epoch, by name. */
    public Map<String, Long> all() {
        Map<String, Long> all = new HashMap<>();
        database.jdbc().query("select name, paused_at from destination where paused_at is not null", row -> {
            all.put(row.getString(1), row.getLong(2));
        });
        return all;
    }

    /** One that is paused already stays so since then. */
    public void pause(String destination, long nowMs) {
        database.jdbc().update("update destination set paused_at = coalesce(paused_at, ?) where name = ?", nowMs,
                destination);
    }

    public void resume(String destination) {
        database.jdbc().update("update destination set paused_at = null where name = ?", destination);
    }
}
