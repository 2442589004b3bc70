package io.subrelay.store;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToIntFunction;

/** The connections to the database, by the names that HikariCP gives them. Its own metrics time each use of one. */
public final class PoolMetrics {

    private PoolMetrics() {
    }

    /** Looks at the pool when it is asked. */
    public static void bind(Database database, MeterRegistry meters) {
        HikariDataSource pool = (HikariDataSource) database.dataSource();
        gauge("hikaricp.connections", "Connections to the database", pool, meters,
                HikariPoolMXBean::getTotalConnections);
        gauge("hikaricp.connections.active", "Those in use", pool, meters, HikariPoolMXBean::getActiveConnections);
        gauge("hikaricp.connections.idle", "Those that wait for use", pool, meters,
                HikariPoolMXBean::getIdleConnections);
        gauge("hikaricp.connections.pending", "Threads that wait for one", pool, meters,
                HikariPoolMXBean::getThreadsAwaitingConnection);
        Gauge.builder("hikaricp.connections.max", pool, HikariDataSource::getMaximumPoolSize)
                .description("How many there may be").tag("pool", pool.getPoolName()).register(meters);
    }

    private static void gauge(String name, String description, HikariDataSource pool, MeterRegistry meters,
            ToIntFunction<HikariPoolMXBean> count) {
        Gauge.builder(name, pool, it -> count.applyAsInt(it.getHikariPoolMXBean()))
                .description(description).tag("pool", pool.getPoolName()).register(meters);
    }
}
