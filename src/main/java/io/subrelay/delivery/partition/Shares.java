package io.subrelay.delivery.partition;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/**
 * Divides the slices of customers among the runners on one database by locks. Each runner holds a fair share; what it
 * has too much it gives back once nothing of it is on its way.
 */
public final class Shares {

    /** What a runner does with slices that it gets and gives back. */
    public interface Holder {

        void acquired(int slice) throws SQLException;

        /** @return whether nothing of the slice is on its way any more, so that it can be given back */
        boolean released(int slice);

        /** The locks are gone, and with them every slice. */
        void lostAll();
    }

    /** Locks on slices, each held by one runner; a failure means that all of this runner's may be gone. */
    public interface Locks {

        /** How many runners there are, this one included. */
        int members() throws SQLException;

        boolean tryLock(int slice) throws SQLException;

        void unlock(int slice) throws SQLException;

        /** Gives all of them back. */
        void close();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Shares.class);

    private final Locks locks;
    private final int slices;
    private final Holder holder;
    private final Set<Integer> held = new TreeSet<>();
    private final Set<Integer> givingBack = new TreeSet<>();

    public Shares(Locks locks, int slices, Holder holder) {
        this.locks = locks;
        this.slices = slices;
        this.holder = holder;
    }

    /** Takes and gives back what is due. Has to be called every second or two by one thread. */
    public void balance() {
        try {
            int members = locks.members();
            int fair = (slices + members - 1) / members;
            giveBack(fair);
            for (int slice = 0; slice < slices && held.size() < fair; slice++) {
                if (!held.contains(slice) && locks.tryLock(slice)) {
                    held.add(slice);
                    holder.acquired(slice);
                }
            }
        } catch (SQLException | RuntimeException e) {
            LOG.warn("The slices cannot be divided: {}", NestedExceptionUtils.getMostSpecificCause(e).toString());
            close();
        }
    }

    private void giveBack(int fair) throws SQLException {
        for (int slice : List.copyOf(held)) {
            if (held.size() - givingBack.size() > fair) {
                givingBack.add(slice);
            }
        }
        for (int slice : List.copyOf(givingBack)) {
            if (holder.released(slice)) {
                locks.unlock(slice);
                givingBack.remove(slice);
                held.remove(slice);
            }
        }
    }

    public void close() {
        locks.close();
        held.clear();
        givingBack.clear();
        holder.lostAll();
    }
}
