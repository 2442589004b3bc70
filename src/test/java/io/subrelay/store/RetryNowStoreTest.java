package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.Hooks;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whose next attempt is made ahead of its time. */
class RetryNowStoreTest {

    private static final String FAILED = "insert into redelivery (destination, event, customer, origin, attempts,"
            + " first_attempt_at, next_attempt_at) values ('segment', %d, %d, '%s', 1, 1000, 9000)";

    /** Also where several were, as after a list that failed: the later ones are made due with it. */
    @ParameterizedTest
    @EnumSource
    void notOfOneWhoseFirstDeliveryFailedAgain(Store.Kind kind) throws Exception {
        try (Database database = OpenedDatabase.with(kind.create().settings())) {
            RetryNowStore retries = new RetryNowStore(database);
            for (int event = 5; event <= 7; event++) {
                execute(database, FAILED.formatted(event, 1, "event"));
            }
            execute(database, FAILED.formatted(4, 2, "event"));
            assertThat(retries.makeDue("segment", 2_000)).isEqualTo(4);
            assertThat(retries.customersDue("segment")).containsExactlyInAnyOrder(1L, 2L);

            execute(database, "delete from redelivery where event = 5");
            execute(database, FAILED.formatted(5, 1, "event"));

            assertThat(retries.customersDue("segment")).containsExactly(2L);
            assertThat(retries.makeDue("segment", 2_000, Set.of(1L))).isPositive();
            assertThat(retries.customersDue("segment")).containsExactlyInAnyOrder(1L, 2L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofAnEventThatWasAskedForAfterItsCustomerBecamePartOfAnother(Store.Kind kind) throws Exception {
        try (Database database = OpenedDatabase.with(kind.create().settings())) {
            OpenedDatabase.accept(database, "anna", 1, 1);
            long seq = OpenedDatabase.number(database, "select seq from event");
            long anna = OpenedDatabase.number(database, "select customer from event");
            execute(database, FAILED.formatted(seq, anna + 1, "request"));

            assertThat(new RetryNowStore(database).customersOfEvent("segment", Hooks.id("anna", 1)))
                    .containsExactlyInAnyOrder(anna, anna + 1);
            assertThat(new RetryNowStore(database).customersOfEvent("amplitude", Hooks.id("anna", 1)))
                    .containsExactly(anna);
        }
    }

    private static void execute(Database database, String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
