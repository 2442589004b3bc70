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
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A runner that is stopped in order, by SIGTERM: nothing is lost, and nothing that was answered is sent again. */
class StopIT {

    /** What orchestrators usually grant before they kill. */
    private static final Duration STOP = Duration.ofSeconds(60);

    private static final FakeVendors VENDORS = FakeVendors.start();
    /** It runs again at the end of each test. */
    private static final RelayProcess RELAY = RelayProcess.start(Relay.live(VENDORS));

    @AfterAll
    static void end() {
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

    @Test
    void underLoad() {
        VENDORS.onesignal().always(Fault.slow(Duration.ofMillis(200)));
        Load load = new Load(50, 6, 4);
        CompletableFuture<Map<String, Integer>> sent = runInBackground(load, RELAY::api);
        await().until(() -> load.accepted() >= 130);
        assertThat(RELAY.terminate()).isLessThan(STOP);
        startAgain();
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

    /** A vendor that hangs keeps neither the runner from stopping nor the others from ending what they had begun. */
    @Test
    void soonAndWithTheEndOfWhatWasBegunThoughAVendorHangs() {
        VENDORS.statsig().always(Fault.hang());
        VENDORS.onesignal().always(Fault.slow(Duration.ofSeconds(2)));
        Map<String, Integer> all = runInBackground(new Load(20, 2, 4), RELAY::api).join();
        await().until(() -> VENDORS.statsig().requests().size() >= 6 && VENDORS.onesignal().requests().size() >= 6);
        CompletableFuture<Duration> end = CompletableFuture.supplyAsync(RELAY::terminate);
        List<Integer> meanwhile = new ArrayList<>();
        while (!end.isDone()) {
            meanwhile.add(RELAY.api().tryToPost(Hooks.renewal(all.keySet().iterator().next(), 1)));
            LockSupport.parkNanos(5_000_000);
        }
        // what comes then is told to come again; 0: nobody is there any more
        assertThat(meanwhile).contains(503).isSubsetOf(200, 503, 0);
        assertThat(end.join()).isLessThan(STOP);
        VENDORS.all().forEach(FakeVendor::recover);
        startAgain();
        assertAllInOrderWithoutRepeats("onesignal", all);
        awaitSettled(RELAY.api(), "statsig");
        Receipts.of(VENDORS, "statsig").assertAllInOrder(all);
    }
}
