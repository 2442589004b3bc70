package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.Skip;
import io.subrelay.harness.Store;
import io.subrelay.harness.TempFolders;
import io.subrelay.vendors.FakeVendors;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A disk that has no room for the database any more, until it has. */
class FullDiskIT {

    @Test
    void isSaidAndLosesNothing() throws Exception {
        Path disk = TempFolders.create();
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk.toString()) == 0;
        if (!mounted) {
            Skip.because("a full disk is not tested: no small one can be mounted here");
        }
        try (FakeVendors vendors = FakeVendors.start()) {
            try (RelayProcess relay = RelayProcess.start(Store.h2(disk), Relay.only(vendors, "statsig"))) {
                Map<String, Integer> sent = new TreeMap<>();
                String customer = Hooks.customer();
                int n = 0;
                HttpResponse<String> answer;
                do {
                    answer = relay.api().post(large(customer, ++n));
                } while (answer.statusCode() == 200 && n < 500);
                OutageTest.assertUnavailable(answer);
                sent.put(customer, n - 1);
                assertThat(relay.isAlive()).isTrue();
                assertThat(run("mount", "-o", "remount,size=500m", disk.toString())).isZero();
                for (int last = n + 5; n < last; n++) {
                    int next = n;
                    await().until(() -> relay.api().tryToPost(large(customer, next)) == 200);
                    sent.put(customer, n);
                }
                Guarantees.awaitSettled(relay.api(), "statsig");
                Receipts.of(vendors, "statsig").assertAllInOrder(sent);
                relay.kill();
                relay.start();
                relay.awaitReady();
                assertThat(relay.api().history(customer)).hasSize(Math.min(200, n - 1));
                assertThat(relay.api().destination("statsig").path("delivered").asInt()).isEqualTo(n - 1);
                // what had been delivered while nothing could be written was written down later
                Receipts.of(vendors, "statsig").assertNoRepeats();
            }
        } finally {
            run("umount", "-l", disk.toString());
        }
    }

    private static com.fasterxml.jackson.databind.node.ObjectNode large(String customer, int n) {
        var webhook = Hooks.renewal(customer, n);
        Hooks.event(webhook).put("note", "x".repeat(100_000));
        return webhook;
    }

    private static int run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        } catch (java.io.IOException e) {
            return -1;
        }
    }
}
