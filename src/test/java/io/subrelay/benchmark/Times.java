package io.subrelay.benchmark;

import java.util.Arrays;

/** How long things took, in microseconds. */
final class Times {

    private long[] micros = new long[1 << 14];
    private int count;

    void add(long each) {
        if (count == micros.length) {
            micros = Arrays.copyOf(micros, count * 2);
        }
        micros[count++] = each;
    }

    void clear() {
        count = 0;
    }

    /** As {@code p50=… p95=… p99=…}, in milliseconds. */
    String percentiles() {
        Arrays.sort(micros, 0, count);
        return "p50=" + at(0.50) + " p95=" + at(0.95) + " p99=" + at(0.99);
    }

    private double at(double share) {
        return count == 0 ? 0 : micros[Math.min(count - 1, (int) (count * share))] / 1000.0;
    }
}
