package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Customers who were stored before an upgrade are found as well. */
class SearchIndexTest {

    /** More than are indexed at a time. */
    private static final int CUSTOMERS = 120;

    @ParameterizedTest
    @EnumSource
    void isFilledAfterAnUpgrade(Store.Kind kind) throws Exception {
        try (Database database = OpenedDatabase.with(kind.create().settings())) {
            for (int i = 0; i < CUSTOMERS; i++) {
                OpenedDatabase.accept(database, "upgraded" + i, 1, 1);
            }
            long indexed = OpenedDatabase.number(database, "select count(*) from search_index");
            assertThat(indexed).isGreaterThanOrEqualTo(CUSTOMERS);
            try (Connection connection = database.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("delete from search_index");
                statement.execute("update search_index_position set last_customer = 0, up_to = "
                        + "(select last_customer from log_position)");
            }
            // one that changes meanwhile is written twice
            OpenedDatabase.accept(database, "upgraded7", 2, 2);
            Search search = new Search(database);
            assertThat(search.isComplete()).isFalse();
            assertThat(search.customers("os-upgraded7", 9, 0)).isEmpty();

            SearchIndex index = new SearchIndex(database);
            for (int customers = 0; customers <= CUSTOMERS; customers += 50) {
                index.fill();
            }

            assertThat(search.isComplete()).isTrue();
            assertThat(search.customers("OS-upgraded7", 9, 0)).extracting(Search.Found::by, Search.Found::id)
                    .containsExactly(tuple("$onesignalUserId", "upgraded7"));
            assertThat(OpenedDatabase.number(database, "select count(*) from search_index")).isEqualTo(indexed);
        }
    }
}
