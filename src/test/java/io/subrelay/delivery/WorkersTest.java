package io.subrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.event.Outcome;
import io.subrelay.event.Outcome.Verdict;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many threads are wanted for a destination, by how long its answers take. */
class WorkersTest {

    private static final int FEW = 6;
    private static final int MANY = 12;
    private static final Outcome DELIVERED = Outcome.delivered(200);
    private static final Outcome UNAVAILABLE = Outcome.ended(Verdict.RETRY, 503, "busy");
    private static final Outcome REFUSED = Outcome.ended(Verdict.REFUSED, 400, "no");
    private static final Outcome HELD = Outcome.ended(Verdict.HOLD, 401, "who");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Workers workers = new Workers(threads, 256, () -> {});

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void growForADestinationThatTakesItsTime() {
        assertThat(most(1_000, i -> 44)).isGreaterThan(MANY);
    }

    @Test
    void growThoughAnAnswerNowAndThenIsQuick() {
        run(2_000, i -> i % 60 == 0 ? 2 : 44);
        assertThat(fewest(2_000, i -> i % 60 == 0 ? 2 : 44)).isGreaterThan(MANY);
    }

    @Test
    void stayFewForADestinationThatAnswersAtOnce() {
        assertThat(most(5_000, i -> i % 7 == 3 ? 8 + i % 13 : 1)).isEqualTo(FEW);
    }

    @Test
    void areFewSoonIfTheFirstAnswersAreSlow() {
        run(100, i -> i < FEW ? 300 : 1);
        assertThat(most(1_000, i -> 1)).isEqualTo(FEW);
    }

    @Test
    void becomeFewOnceADestinationAnswersAtOnceAndMoreOnceItDoesNot() {
        run(2_000, i -> 44);
        run(100, i -> 1);
        assertThat(most(1_000, i -> 1)).isEqualTo(FEW);
        run(2_000, i -> 44);
        assertThat(fewest(1_000, i -> 44)).isGreaterThan(MANY);
    }

    /** A refusal that comes back in no time says neither that there is room for more nor how quick the rest is. */
    @Test
    void growThoughTheDestinationRefusesQuickly() {
        for (Outcome quick : new Outcome[] {REFUSED, HELD}) {
            Workers others = new Workers(threads, 256, () -> {});
            int fewest = Integer.MAX_VALUE;
            for (int i = 0; i < 4_000; i++) {
                if (i % 2 == 0) {
                    ended(others, 1, quick);
                } else {
                    ended(others, 44, DELIVERED);
                }
                fewest = i < 2_000 ? fewest : Math.min(fewest, others.wanted());
            }
            assertThat(fewest).as(quick.verdict().toString()).isGreaterThan(MANY);
        }
    }

    @Test
    void growAgainAfterAnOutage() {
        for (int i = 0; i < 1_000; i++) {
            ended(workers, 1, UNAVAILABLE);
        }
        assertThat(workers.wanted()).isEqualTo(FEW);
        assertThat(most(60, i -> 44)).isGreaterThan(MANY);
        for (int i = 0; i < 1_000; i++) {
            ended(workers, 1, UNAVAILABLE);
        }
        assertThat(workers.wanted()).isEqualTo(FEW);
        assertThat(most(60, i -> 44)).isGreaterThan(MANY);
    }

    @Test
    void areFewerOnceADestinationSlowsDown() {
        run(500, i -> 44);
        int before = workers.wanted();
        assertThat(fewest(200, i -> 440)).isLessThan(before / 2);
    }

    private void run(int requests, IntToLongFunction millis) {
        most(requests, millis);
    }

    private int most(int requests, IntToLongFunction millis) {
        int most = 0;
        for (int i = 0; i < requests; i++) {
            ended(workers, millis.applyAsLong(i), DELIVERED);
            most = Math.max(most, workers.wanted());
        }
        return most;
    }

    private int fewest(int requests, IntToLongFunction millis) {
        int fewest = Integer.MAX_VALUE;
        for (int i = 0; i < requests; i++) {
            ended(workers, millis.applyAsLong(i), DELIVERED);
            fewest = Math.min(fewest, workers.wanted());
        }
        return fewest;
    }

    /** A request that took so long, all who are wanted being at work. */
    private static void ended(Workers workers, long millis, Outcome outcome) {
        workers.begun();
        workers.ended(workers.wanted(), TimeUnit.MILLISECONDS.toNanos(millis), outcome);
    }
}
