package io.subrelay.store;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;

/**
 * Where one connection is lost the others are as well. H2 closes itself where it cannot write, as on a full disk,
 * and its connections still call themselves valid after that; of a PostgreSQL that failed over, each would be
 * waited for.
 */
final class LostConnections implements SQLExceptionOverride {

    /** Null until it is there: what is opened first cannot be lost. */
    volatile HikariDataSource pool;

    @java.lang.Override
    public Override adjudicate(SQLException e) {
        boolean lost = e instanceof SQLNonTransientConnectionException
                || e.getSQLState() != null && e.getSQLState().startsWith("08");
        if (!lost || pool == null) {
            return Override.CONTINUE_EVICT;
        }
        pool.getHikariPoolMXBean().softEvictConnections();
        return Override.MUST_EVICT;
    }
}
