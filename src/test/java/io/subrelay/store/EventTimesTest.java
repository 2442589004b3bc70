package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** The place of a time is found, wherever events are missing. */
class EventTimesTest {

    private static final int EVENTS = 20;

    @Test
    void aTimeHasItsPlace() throws Exception {
        try (Database database = OpenedDatabase.with(Store.Kind.H2.create().settings())) {
            EventTimes times = new EventTimes(database);
            assertThat(times.before(5)).isZero();
            OpenedDatabase.accept(database, "anna", 1, EVENTS);
            try (Connection connection = database.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("update event set received_at = seq * 10");
                statement.execute("delete from event where seq in (1, 2, 7, 8, 9, 20)");
            }
            for (long at = 0; at <= EVENTS * 10 + 10; at++) {
                long before = times.before(at);
                assertThat(OpenedDatabase.number(database,
                        "select count(*) from event where seq > " + before + " and received_at < " + at
                                + " or seq <= " + before + " and received_at >= " + at))
                        .as("at " + at).isZero();
            }
            assertThat(times.first()).isEqualTo(3);
            assertThat(times.last()).isEqualTo(EVENTS);
        }
    }
}
