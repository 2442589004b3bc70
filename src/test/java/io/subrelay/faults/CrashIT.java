package io.subrelay.faults;

import static io.subrelay.faults.Guarantees.DESTINATIONS;
import static io.subrelay.faults.Guarantees.awaitSettled;
import static io.subrelay.faults.Guarantees.runInBackground;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Load;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * That nothing is lost and nothing gets out of order when the runner is killed at any moment. The system properties
 * {@code faults.kills} and {@code faults.events} make it longer.
 */
class CrashIT {

    private static final int KILLS = Integer.getInteger("faults.kills", 3);
    private static final int EVENTS = Integer.getInteger("faults.events", 1_000);
    private static final int CUSTOMERS = 50;
    /** What was delivered that long before a kill may not have been written down yet. */
    private static final Duration UNMARKED = Duration.ofSeconds(3);
    /** What orchestrators usually grant before they kill. */
    private static final Duration STOP = Duration.ofSeconds(60);

    @ParameterizedTest
    @EnumSource(Store.Kind.class)
    void killsUnderLoad(Store.Kind kind) throws Exception {
        Map<String, String> impatient = Map.of("delivery.request-timeout", "2s");
        try (FakeVendors vendors = FakeVendors.start();
                RelayProcess relay = RelayProcess.start(kind.create(), Relay.live(vendors, impatient));
                Trouble trouble = new Trouble(vendors)) {
            Load load = new Load(CUSTOMERS, EVENTS / CUSTOMERS, 8);
            CompletableFuture<Map<String, Integer>> sent = runInBackground(load, relay::api);
            List<Instant> kills = new ArrayList<>();
            for (int kill = 1; kill <= KILLS; kill++) {
                int from = EVENTS * kill / (KILLS + 1);
                await().until(() -> load.accepted() >= from || sent.isDone());
                kills.add(Instant.now());
                relay.kill();
                relay.start();
                relay.awaitReady();
            }
            Guarantees.assertKept(kind + ", " + KILLS + " kills", relay.api(), vendors, trouble, sent.join(),
                    receipts -> receipts.assertRepeatsAreExplainedBy(kills, UNMARKED, relay.api()));
        }
    }

    @Test
    void stopsInOrderUnderLoadWithoutRepeats() {
        try (FakeVendors vendors = FakeVendors.start()) {
            vendors.onesignal().always(Fault.slow(Duration.ofMillis(200)));
            try (RelayProcess relay = RelayProcess.start(Relay.live(vendors))) {
                Load load = new Load(CUSTOMERS, 16, 4);
                CompletableFuture<Map<String, Integer>> sent = runInBackground(load, relay::api);
                for (int stop = 1; stop <= 2; stop++) {
                    int from = 250 * stop;
                    await().until(() -> load.accepted() >= from);
                    assertThat(relay.terminate()).isLessThan(STOP);
                    relay.start();
                    relay.awaitReady();
                }
                Map<String, Integer> all = sent.join();
                assertThat(load.refusals()).isSubsetOf(503);
                vendors.onesignal().recover();
                for (String destination : DESTINATIONS) {
                    awaitSettled(relay.api(), destination);
                    Receipts receipts = Receipts.of(vendors, destination);
                    receipts.assertAllInOrder(all);
                    receipts.assertNoRepeats(relay.api());
                }
            }
        }
    }

    /** A vendor that hangs must not keep the runner from stopping. */
    @Test
    void stopsSoonThoughAVendorHangs() {
        try (FakeVendors vendors = FakeVendors.start()) {
            vendors.statsig().always(Fault.hang());
            try (RelayProcess relay = RelayProcess.start(Relay.live(vendors))) {
                Map<String, Integer> all = runInBackground(new Load(20, 2, 2), relay::api).join();
                await().until(() -> vendors.statsig().requests().size() >= 6);
                CompletableFuture<Duration> end = CompletableFuture.supplyAsync(relay::terminate);
                List<Integer> meanwhile = new ArrayList<>();
                while (!end.isDone()) {
                    meanwhile.add(relay.api().tryToPost(Hooks.renewal(all.keySet().iterator().next(), 1)));
                }
                // what comes then is told to come again; 0: nobody is there any more
                assertThat(meanwhile).contains(503).isSubsetOf(200, 503, 0);
                assertThat(end.join()).isLessThan(STOP);
                vendors.statsig().recover();
                relay.start();
                relay.awaitReady();
                awaitSettled(relay.api(), "statsig");
                Receipts.of(vendors, "statsig").assertAllInOrder(all);
            }
        }
    }

    /** A vendor that hangs must not cost the others the time in which they could have ended what they had begun. */
    @Test
    void endsWhatItHasBegunThoughAnotherVendorHangs() {
        try (FakeVendors vendors = FakeVendors.start()) {
            vendors.statsig().always(Fault.hang());
            vendors.onesignal().always(Fault.slow(Duration.ofSeconds(2)));
            try (RelayProcess relay = RelayProcess.start(Relay.live(vendors))) {
                Map<String, Integer> all = runInBackground(new Load(40, 1, 4), relay::api).join();
                await().until(
                        () -> vendors.statsig().requests().size() >= 6 && vendors.onesignal().requests().size() >= 6);
                relay.terminate();
                vendors.all().forEach(FakeVendor::recover);
                relay.start();
                relay.awaitReady();
                awaitSettled(relay.api(), "onesignal");
                Receipts receipts = Receipts.of(vendors, "onesignal");
                receipts.assertAllInOrder(all);
                receipts.assertNoRepeats(relay.api());
            }
        }
    }

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
            try (RelayProcess relay = RelayProcess.start(store, Relay.only(vendors, "statsig"))) {
                Map<String, Integer> all = runInBackground(new Load(5, 1, 1), relay::api).join();
                await().until(() -> vendors.statsig().requests().size() == 5);
                slow.setAutoCommit(false);
                statement.execute("lock table delivery in exclusive mode");
                CompletableFuture<Duration> end = CompletableFuture.supplyAsync(relay::terminate);
                await().pollDelay(Duration.ofSeconds(4)).until(() -> true);
                statement.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where datname = current_database() and wait_event_type = 'Lock'");
                slow.commit();
                assertThat(end.join()).isLessThan(STOP);
                vendors.statsig().recover();
                relay.start();
                relay.awaitReady();
                awaitSettled(relay.api(), "statsig");
                Receipts receipts = Receipts.of(vendors, "statsig");
                receipts.assertAllInOrder(all);
                receipts.assertNoRepeats(relay.api());
            }
        }
    }
}
