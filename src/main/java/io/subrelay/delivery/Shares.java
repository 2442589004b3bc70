package io.subrelay.delivery;

import io.subrelay.store.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
    /** First half of the advisory locks' keys: "subr". */
    private static final int LOCKS = 0x73756272;
    /** Second half of the lock that every runner shares, so that they can be counted. */
    private static final int MEMBER = -1;

    private final Database database;
    private final int slices;
    private final Holder holder;
    private final Set<Integer> held = new TreeSet<>();
    private final Set<Integer> givingBack = new TreeSet<>();
    private Connection session;

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
                lock("select pg_advisory_lock_shared(?, ?)", MEMBER);
            }
            int members = members();
            int fair = (slices + members - 1) / members;
            giveBack(fair);
            for (int slice = 0; slice < slices && held.size() < fair; slice++) {
                if (!held.contains(slice) && lock("select pg_try_advisory_lock(?, ?)", slice)) {
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
                lock("select pg_advisory_unlock(?, ?)", slice);
                givingBack.remove(slice);
                held.remove(slice);
            }
        }
    }

    private int members() throws SQLException {
        try (PreparedStatement select = session.prepareStatement("""
                select count(distinct pid) from pg_locks where locktype = 'advisory' and objsubid = 2
                  and database = (select oid from pg_database where datname = current_database())
                  and classid = ?::oid and objid = ?::oid""")) {
            select.setLong(1, LOCKS);
            select.setLong(2, Integer.toUnsignedLong(MEMBER));
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return Math.max(1, row.getInt(1));
            }
        }
    }

    private boolean lock(String sql, int key) throws SQLException {
        try (PreparedStatement select = session.prepareStatement(sql)) {
            select.setInt(1, LOCKS);
            select.setInt(2, key);
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
