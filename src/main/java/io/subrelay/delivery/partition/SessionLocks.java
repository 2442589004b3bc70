package io.subrelay.delivery.partition;

import io.subrelay.store.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Advisory locks of a session of its own on PostgreSQL: when the runner dies its session ends, and with it its locks.
 */
public final class SessionLocks implements Shares.Locks {

    private static final Logger LOG = LoggerFactory.getLogger(SessionLocks.class);
    /**
     * The key of an advisory lock. They are those of the whole database: each installation in it has a table of its
     * own, by whose number its locks are told from those of others, and of other programs.
     */
    private static final String KEY = "hashtextextended('subrelay ' || 'log_position'::regclass::oid || ' ' || ?, 0)";
    /** The lock that every runner shares, so that they can be counted. */
    private static final int MEMBER = -1;

    private final Database database;
    /** Null while there is none. */
    Connection session;
    /** The server's process of the session, and when it began; of the last one if there is none. */
    private int process;
    private Timestamp begun;

    public SessionLocks(Database database) {
        this.database = database;
    }

    @Override
    public int members() throws SQLException {
        if (session == null) {
            session = database.openSession();
            endFormerSession();
            call("pg_advisory_lock_shared", MEMBER);
        }
        int[] counts = jdbc().queryForObject("""
                select count(distinct pid), count(*) filter (where pid = pg_backend_pid()) from pg_locks
                where locktype = 'advisory' and objsubid = 1
                  and database = (select oid from pg_database where datname = current_database())
                  and (classid::bigint << 32) | objid::bigint =\s""" + KEY,
                (row, number) -> new int[] {row.getInt(1), row.getInt(2)}, MEMBER);
        if (counts[1] == 0) {
            throw new SQLException("the session has lost its locks; a pooler between Subrelay and PostgreSQL"
                    + " has to pool sessions, not transactions");
        }
        return counts[0];
    }

    private JdbcTemplate jdbc() {
        return Database.jdbc(session);
    }

    /** It may be lost without the server knowing, which would keep its locks. */
    private void endFormerSession() {
        jdbc().queryForList("select pg_terminate_backend(pid) from pg_stat_activity where pid = ?"
                + " and backend_start = ?", process, begun);
        jdbc().query("select pid, backend_start from pg_stat_activity where pid = pg_backend_pid()", row -> {
            process = row.getInt(1);
            begun = row.getTimestamp(2);
        });
    }

    @Override
    public boolean tryLock(int slice) {
        return call("pg_try_advisory_lock", slice);
    }

    @Override
    public void unlock(int slice) {
        call("pg_advisory_unlock", slice);
    }

    private boolean call(String function, int slice) {
        return jdbc().query("select " + function + "(" + KEY + ")",
                (row, number) -> Boolean.TRUE.equals(row.getObject(1)), slice).get(0);
    }

    @Override
    public void close() {
        if (session != null) {
            try {
                session.close();
            } catch (SQLException e) {
                LOG.debug("The session is gone already", e);
            }
            session = null;
        }
    }
}
