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
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * That nothing is lost and nothing gets out of order when the runner is killed at any moment. The system properties
 * {@code faults.kills} and {@code faults.events} make it longer.
 */
class CrashIT {

    private static final int KILLS = Integer.getInteger("faults.kills", 2);
    private static final int EVENTS = Integer.getInteger("faults.events", 600);
    private static final int CUSTOMERS = 50;
    /** What was delivered that long before a kill may not have been written down yet. */
    private static final Duration UNMARKED = Duration.ofSeconds(3);
    /** What orchestrators usually grant before they kill. */
    private static final Duration STOP = Duration.ofSeconds(60);

    private static final FakeVendors VENDORS = FakeVendors.start();
    /** For what is stopped in order: it runs again at the end of each test. */
    private static final RelayProcess RELAY = RelayProcess.start(Relay.live(VENDORS));

    @AfterAll
    static void stop() {
        RELAY.close();
        VENDORS.close();
    }

    @AfterEach
    void settle() {
        VENDORS.all().forEach(FakeVendor::recover);
        DESTINATIONS.forEach(destination -> awaitSettled(RELAY.api(), destination));
        VENDORS.reset();
    }

    private static void startAgain() {
        RELAY.start();
        RELAY.awaitReady();
    }

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
        VENDORS.onesignal().always(Fault.slow(Duration.ofMillis(200)));
        Load load = new Load(CUSTOMERS, 8, 4);
        CompletableFuture<Map<String, Integer>> sent = runInBackground(load, RELAY::api);
        for (int stop = 1; stop <= 2; stop++) {
            int from = 130 * stop;
            await().until(() -> load.accepted() >= from);
            assertThat(RELAY.terminate()).isLessThan(STOP);
            startAgain();
        }
        Map<String, Integer> all = sent.join();
        assertThat(load.refusals()).isSubsetOf(503);
        VENDORS.onesignal().recover();
        for (String destination : DESTINATIONS) {
            assertAllInOrderWithoutRepeats(destination, all);
        }
    }

    private static void assertAllInOrderWithoutRepeats(String destination, Map<String, Integer> all) {
        awaitSettled(RELAY.api(), destination);
        Receipts receipts = Receipts.of(VENDORS, destination);
        receipts.assertAllInOrder(all);
        receipts.assertNoRepeats(RELAY.api());
    }

    /** A vendor that hangs must not keep the runner from stopping. */
    @Test
    void stopsSoonThoughAVendorHangs() {
        VENDORS.statsig().always(Fault.hang());
        Map<String, Integer> all = runInBackground(new Load(20, 2, 2), RELAY::api).join();
        await().until(() -> VENDORS.statsig().requests().size() >= 6);
        CompletableFuture<Duration> end = CompletableFuture.supplyAsync(RELAY::terminate);
        List<Integer> meanwhile = new ArrayList<>();
        while (!end.isDone()) {
            meanwhile.add(RELAY.api().tryToPost(Hooks.renewal(all.keySet().iterator().next(), 1)));
            LockSupport.parkNanos(5_000_000);
        }
        // what comes then is told to come again; 0: nobody is there any more
        assertThat(meanwhile).contains(503).isSubsetOf(200, 503, 0);
        assertThat(end.join()).isLessThan(STOP);
        VENDORS.statsig().recover();
        startAgain();
        awaitSettled(RELAY.api(), "statsig");
        Receipts.of(VENDORS, "statsig").assertAllInOrder(all);
    }

    /** A vendor that hangs must not cost the others the time in which they could have ended what they had begun. */
    @Test
    void endsWhatItHasBegunThoughAnotherVendorHangs() {
        VENDORS.statsig().always(Fault.hang());
        VENDORS.onesignal().always(Fault.slow(Duration.ofSeconds(2)));
        Map<String, Integer> all = runInBackground(new Load(40, 1, 4), RELAY::api).join();
        await().until(() -> VENDORS.statsig().requests().size() >= 6 && VENDORS.onesignal().requests().size() >= 6);
        RELAY.terminate();
        VENDORS.all().forEach(FakeVendor::recover);
        startAgain();
        assertAllInOrderWithoutRepeats("onesignal", all);
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
