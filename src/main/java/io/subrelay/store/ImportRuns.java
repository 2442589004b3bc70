package io.subrelay.store;

import java.sql.SQLException;
import java.util.List;

/** What commands that import have told of themselves: the newest {@value #KEPT} are kept. */
public final class ImportRuns {

    private static final int KEPT = 50;

    /**
     * @param state    {@code running}, {@code stopping} once somebody wants it to stop, {@code stopped}, {@code failed}
     *                 or {@code done}
     * @param progress what it told last, JSON
     * @param toldAt   when it did, milliseconds since the epoch
     */
    public record Run(String id, String state, String progress, long startedAt, long toldAt) {
    }

    private final Database database;

    public ImportRuns(Database database) {
        this.database = database;
    }

    /**
     * Keeps what a command tells of itself.
     *
     * @param  now milliseconds since the epoch
     * @return     whether it is to stop
     */
    public boolean tell(String id, String state, String progress, long now) throws SQLException {
        return database.transaction(jdbc -> {
            int known = jdbc.update("""
                    update import_run set progress = ?, told_at = ?,
                      state = case when state = 'stopping' and ? = 'running' then state else ? end
                    where id = ?""", progress, now, state, state, id);
            if (known == 0) {
                jdbc.update("insert into import_run (id, state, progress, started_at, told_at) values (?, ?, ?, ?, ?)",
                        id, state, progress, now, now);
                jdbc.update("delete from import_run where id not in (select id from import_run"
                        + " order by started_at desc, id limit " + KEPT + ")");
            }
            return !jdbc.queryForList("select 1 from import_run where id = ? and state = 'stopping'", id).isEmpty();
        });
    }

    /** Has a command stop when it tells of itself the next time. Returns whether it was running, as far as it told. */
    public boolean stop(String id) {
        return database.jdbc().update("update import_run set state = 'stopping' where id = ? and state = 'running'",
                id) > 0;
    }

    public List<Run> newest() {
        return database.jdbc().query("select * from import_run order by started_at desc, id",
                (row, number) -> new Run(row.getString("id"), row.getString("state"), row.getString("progress"),
                        row.getLong("started_at"), row.getLong("told_at")));
    }
}
