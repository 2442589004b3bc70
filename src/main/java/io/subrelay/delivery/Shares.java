package io.subrelay.delivery;

import io.subrelay.store.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Divides the slices of customers among the runners on one PostgreSQL, by advisory locks of a session: when a runner
 * dies its session ends, and the others take its slices. Each runner holds a fair share; what it has too much it gives
 * back once nothing of it is on its way.
 */
final class Shares {

    /** What a runner does with slices that it gets and gives back. */
    interface Holder {

        void acquired(int slice) throws SQLException;

        /** @return whether nothing of the slice is on its way any more, so that it can be given back */
        boolean released(int slice);

        /** The session is gone, and with it every slice. */
        void lostAll();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Shares.class);
    /**
     * The key of an advisory lock. They are those of the whole database: each installation in it has a table of its
     * own, by whose number its locks are told from those of others, and of other programs.
     */
    private static final String KEY = "hashtextextended('subrelay ' || 'log_position'::regclass::oid || ' ' || ?, 0)";
    /** The lock that every runner shares, so that they can be counted. */
    private static final int MEMBER = -1;

    private final Database database;
    private final int slices;
    private final Holder holder;
    private final Set<Integer> held = new TreeSet<>();
    private final Set<Integer> givingBack = new TreeSet<>();
    private Connection session;
    /** The server's process of the session, and when it began; of the last one if there is none. */
    private int process;
    private Timestamp begun;

    Shares(Database database, int slices, Holder holder) {
        this.database = database;
        this.slices = slices;
        this.holder = holder;
    }

    /** Takes and gives back what is due. Called now and then by one thread. */
    void balance() {
        try {
            if (session == null) {
                session = database.openSession();
                endFormerSession();
                lock("pg_advisory_lock_shared", MEMBER);
            }
            int members = members();
            int fair = (slices + members - 1) / members;
            giveBack(fair);
            for (int slice = 0; slice < slices && held.size() < fair; slice++) {
                if (!held.contains(slice) && lock("pg_try_advisory_lock", slice)) {
                    held.add(slice);
                    holder.acquired(slice);
                }
            }
        } catch (SQLException | RuntimeException e) {
            LOG.warn("The slices cannot be divided: {}", e.toString());
            close();
        }
    }

    private void giveBack(int fair) throws SQLException {
        for (int slice : Set.copyOf(held)) {
            if (held.size() - givingBack.size() > fair) {
                givingBack.add(slice);
            }
        }
        for (int slice : Set.copyOf(givingBack)) {
            if (holder.released(slice)) {
                lock("pg_advisory_unlock", slice);
                givingBack.remove(slice);
                held.remove(slice);
            }
        }
    }

    /** It may be lost without the server knowing, which would keep its locks. */
    private void endFormerSession() throws SQLException {
        try (PreparedStatement end = session.prepareStatement(
                "select pg_terminate_backend(pid) from pg_stat_activity where pid = ? and backend_start = ?");
             PreparedStatement own = session.prepareStatement(
                     "select pid, backend_start from pg_stat_activity where pid = pg_backend_pid()")) {
            end.setInt(1, process);
            end.setTimestamp(2, begun);
            end.executeQuery().close();
            try (ResultSet row = own.executeQuery()) {
                row.next();
                process = row.getInt(1);
                begun = row.getTimestamp(2);
            }
        }
    }

    /** How many runners there are. */
    private int members() throws SQLException {
        try (PreparedStatement select = session.prepareStatement("""
                select count(distinct pid), count(*) filter (where pid = pg_backend_pid()) from pg_locks
                where locktype = 'advisory' and objsubid = 1
                  and database = (select oid from pg_database where datname = current_database())
                  and (classid::bigint << 32) | objid::bigint =\s""" + KEY)) {
            select.setInt(1, MEMBER);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                if (row.getInt(2) == 0) {
                    throw new SQLException("the session has lost its locks;"
                            + " a pooler between Subrelay and PostgreSQL has to"
                            + " pool sessions, not transactions");
                }
                return row.getInt(1);
            }
        }
    }

    private boolean lock(String function, int slice) throws SQLException {
        try (PreparedStatement select = session.prepareStatement("select " + function + "(" + KEY + ")")) {
            select.setInt(1, slice);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getObject(1) instanceof Boolean locked && locked;
            }
        }
    }

    /** Gives everything back at once. */
    void close() {
        if (session != null) {
            try {
                session.close();
            } catch (SQLException e) {
                LOG.debug("The session is gone already", e);
            }
            session = null;
            held.clear();
            givingBack.clear();
            holder.lostAll();
        }
    }
}
