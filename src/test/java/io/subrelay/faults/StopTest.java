package io.subrelay.faults;

import static io.subrelay.faults.Guarantees.awaitSettled;
import static io.subrelay.faults.Guarantees.runInBackground;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Load;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A runner that is stopped in order while its database is in trouble; StopIT has more. */
class StopTest {

    /**
     * A database that is slow just then, and breaks the connection, is waited for: else what was answered goes again.
     */
    @Test
    void writesWhatWasAnsweredBeforeItEnds() throws Exception {
        Store store = Store.Kind.POSTGRESQL.create();
        try (FakeVendors vendors = FakeVendors.start();
                Connection slow = store.connect();
                Statement statement = slow.createStatement()) {
            vendors.statsig().always(Fault.slow(Duration.ofSeconds(1)));
            try (Relay relay = Relay.start(store, Relay.only(vendors, "statsig"))) {
                Map<String, Integer> all = runInBackground(new Load(5, 1, 1), relay::api).join();
                await().until(() -> vendors.statsig().requests().size() == 5);
                slow.setAutoCommit(false);
                statement.execute("lock table delivery in exclusive mode");
                CompletableFuture<Void> end = CompletableFuture.runAsync(relay::stop);
                await().pollDelay(Duration.ofSeconds(4)).until(() -> true);
                statement.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where datname = current_database() and wait_event_type = 'Lock'");
                slow.commit();
                end.join();
                vendors.statsig().recover();
                relay.restart(Map.of());
                awaitSettled(relay.api(), "statsig");
                Receipts receipts = Receipts.of(vendors, "statsig");
                receipts.assertAllInOrder(all);
                receipts.assertNoRepeats(relay.api());
            }
        }
    }
}
