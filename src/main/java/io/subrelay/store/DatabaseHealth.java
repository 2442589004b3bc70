package io.subrelay.store;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Ready while the database answers, and what is written now gets through: a connection may be lost, and others not. */
public final class DatabaseHealth extends AbstractHealthCheck {

    private static final long SLOW_MS = 5_000;

    private final Database database;
    private final Writer writer;

    public DatabaseHealth(Database database, Writer writer) {
        super("subrelay", "database");
        this.database = database;
        this.writer = writer;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        long waiting = writer.writingForMs();
        if (waiting > SLOW_MS) {
            builder.down().message("the database has not answered for " + waiting / 1_000 + " s");
        } else if (database.answers()) {
            builder.up();
        } else {
            builder.down().message("the database does not answer");
        }
    }
}
