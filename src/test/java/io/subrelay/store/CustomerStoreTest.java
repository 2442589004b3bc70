package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** Many customers, read page by page: the writer waits for each. */
class CustomerStoreTest {

    @Test
    void a_page_reads_no_customers_but_its_own() throws Exception {
        try (Database database = OpenedDatabase.with(Store.Kind.H2.create().settings());
                Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("insert into customer (id, folded, as_of, merged_into)"
                    + " select n.x, '{}', 0, case when mod(n.x, 7) = 0 then 1 end from system_range(1, 5000) n(x)");
            try (PreparedStatement select = connection.prepareStatement("explain analyze " + CustomerStore.NEXT)) {
                select.setLong(1, 3);
                select.setLong(2, 4000);
                select.setInt(3, 10);
                try (ResultSet plan = select.executeQuery()) {
                    plan.next();
                    assertThat(plan.getString(1)).containsPattern("scanCount: 1\\d *\\*/");
                }
            }
        }
    }
}
