package io.subrelay.store;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Ready while the database answers. */
public final class DatabaseHealth extends AbstractHealthCheck {

    private final Database database;

    public DatabaseHealth(Database database) {
        super("subrelay", "database");
        this.database = database;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        if (database.answers()) {
            builder.up();
        } else {
            builder.down().message("the database does not answer");
        }
    }
}
