package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import io.subrelay.vendors.Received;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Vendors that fail three calls in ten in every way there is, until this is closed; and at whose port nobody listens
 * now and then, so that calls are refused.
 */
final class Trouble implements AutoCloseable {

    private static final double SHARE = 0.3;
    private static final long AWAY_MS = 300;
    private static final long BETWEEN_MS = 15_000;

    private final FakeVendors vendors;
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
    private final Map<String, Integer> met = new TreeMap<>();
    private final Map<FakeVendor, Integer> away = new LinkedHashMap<>();
    private int calls;

    Trouble(FakeVendors vendors) {
        this.vendors = vendors;
        clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        long first = 500;
        for (FakeVendor vendor : vendors.all()) {
            failAtRandom(vendor);
            clock.schedule(() -> goAway(vendor), first += AWAY_MS, TimeUnit.MILLISECONDS);
        }
    }

    private static Map<String, Fault> waysToFail(FakeVendor vendor) {
        Map<String, Fault> ways = new LinkedHashMap<>();
        ways.put("reset", Fault.reset());
        ways.put("hang", Fault.hang());
        ways.put("truncated", Fault.truncated());
        ways.put("page 200", Fault.html(200));
        ways.put("page 502", Fault.html(502));
        ways.put("500", Fault.answer(500));
        ways.put("503", Fault.answer(503));
        ways.put("429", Fault.answer(429));
        ways.put("redirect", Fault.redirect(307, vendor.url() + "/elsewhere"));
        return ways;
    }

    /** A rule for each way: one number is drawn for each request, and says which of them it meets, if any. */
    private void failAtRandom(FakeVendor vendor) {
        Random random = new Random(vendor.getClass().getSimpleName().hashCode());
        Map<String, Fault> ways = waysToFail(vendor);
        List<String> names = List.copyOf(ways.keySet());
        Received[] last = {null};
        int[] drawn = {0};
        for (int i = 0; i < names.size(); i++) {
            int way = i;
            vendor.when(request -> {
                if (last[0] != request) {
                    last[0] = request;
                    drawn[0] = (int) (random.nextDouble() / SHARE * names.size());
                    count(drawn[0] < names.size() ? names.get(drawn[0]) : null);
                }
                return drawn[0] == way;
            }, Integer.MAX_VALUE, ways.get(names.get(i)));
        }
    }

    private synchronized void count(String way) {
        calls++;
        if (way != null) {
            met.merge(way, 1, Integer::sum);
        }
    }

    private synchronized void countAway(FakeVendor vendor) {
        away.merge(vendor, 1, Integer::sum);
    }

    private void goAway(FakeVendor vendor) {
        try {
            vendor.down();
            countAway(vendor);
            clock.schedule(() -> comeBack(vendor), AWAY_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void comeBack(FakeVendor vendor) {
        try {
            vendor.up();
            clock.schedule(() -> goAway(vendor), BETWEEN_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asserts that about three calls in ten failed, and each way was met; tells how often. */
    synchronized String summary() {
        int failed = met.values().stream().mapToInt(Integer::intValue).sum();
        assertThat((double) failed / calls).as("%d of %d calls failed", failed, calls).isBetween(SHARE - 0.07,
                SHARE + 0.07);
        assertThat(away.keySet()).as("vendors at whose port nobody listened").containsAll(vendors.all());
        assertThat(met.keySet()).containsAll(waysToFail(vendors.statsig()).keySet());
        return "%d calls, %d %% of them failed: %s; nobody listened %d times".formatted(calls, 100 * failed / calls,
                met,
                away.values().stream().mapToInt(Integer::intValue).sum());
    }

    /** From now on all is well. */
    @Override
    public void close() throws InterruptedException {
        clock.shutdown();
        assertThat(clock.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        for (FakeVendor vendor : vendors.all()) {
            vendor.up();
            vendor.recover();
        }
    }
}
