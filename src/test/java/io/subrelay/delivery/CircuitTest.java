package io.subrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.event.Outcome;
import io.subrelay.event.Outcome.Verdict;
import io.subrelay.time.TestClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** When a destination may be called. */
class CircuitTest {

    private static final Outcome DELIVERED = Outcome.delivered(200);
    private static final Outcome BUSY = Outcome.retry(503, "busy", 1_000, 0);
    private static final Outcome UNAUTHORIZED = Outcome.ended(Verdict.HOLD, 401, "who");
    private static final Outcome REFUSED = Outcome.ended(Verdict.REFUSED, 400, "no");
    private static final Outcome SKIPPED = Outcome.ended(Verdict.SKIPPED, 0, "no");

    private final TestClock clock = new TestClock(1_000_000);
    private int recoveries;
    private Circuit circuit = circuit();

    @BeforeAll
    static void isQuiet() {
        Configurator.setLevel(Circuit.class, Level.OFF);
    }

    @AfterAll
    static void isLoggedAgain() {
        Configurator.setLevel(Circuit.class, Level.INFO);
    }

    private Circuit circuit() {
        return new Circuit("d", clock, () -> recoveries++);
    }

    private void call(Outcome outcome, boolean first) {
        assertThat(circuit.tryAcquire()).isZero();
        circuit.answered(outcome, first);
    }

    private void open() {
        for (int i = 0; i < 10; i++) {
            call(BUSY, true);
        }
        assertThat(circuit.state()).isEqualTo("open");
    }

    @Test
    void opensWhenMostCallsFailAndClosesWhenTwoWork() {
        open();
        assertThat(circuit.tryAcquire()).isPositive();
        clock.advance(5_001);
        call(DELIVERED, false);
        assertThat(recoveries).isZero();
        call(DELIVERED, false);
        assertThat(circuit.state()).isEqualTo("closed");
        assertThat(recoveries).isEqualTo(1);
    }

    @Test
    void staysClosedForEventsThatFailAgainAndAgain() {
        for (int i = 0; i < 100; i++) {
            call(BUSY, false);
        }
        assertThat(circuit.state()).isEqualTo("closed");
    }

    @Test
    void waitsAsLongAsTheDestinationAsks() {
        for (int i = 0; i < 10; i++) {
            call(Outcome.retry(429, "slowly", 1_000, 20_000), true);
        }
        clock.advance(19_999);
        assertThat(circuit.tryAcquire()).isEqualTo(1);
        clock.advance(1);
        call(DELIVERED, false);
    }

    @Test
    void oneCallAtATimeProbesADestinationThatRejectsTheKey() {
        call(UNAUTHORIZED, true);
        for (int seconds : new int[] {5, 10, 20, 40, 60, 60}) {
            assertThat(circuit.state()).isEqualTo("held");
            clock.advance(seconds * 1_000L - 1);
            assertThat(circuit.tryAcquire()).isEqualTo(1);
            clock.advance(1);
            assertThat(circuit.tryAcquire()).isZero();
            assertThat(circuit.tryAcquire()).as("another one beside the probe").isPositive();
            circuit.answered(UNAUTHORIZED, false);
        }
        assertThat(recoveries).isZero();
        clock.advance(60_000);
        call(REFUSED, false);
        assertThat(circuit.state()).isEqualTo("closed");
        assertThat(recoveries).isEqualTo(1);
    }

    @Test
    void isCalledAtOnceWhereSomebodyWantsIt() {
        call(UNAUTHORIZED, true);
        assertThat(circuit.tryAcquire()).isPositive();
        circuit.tryNow();
        call(DELIVERED, false);
        assertThat(circuit.state()).isEqualTo("closed");
        circuit = circuit();
        for (int i = 0; i < 10; i++) {
            call(Outcome.retry(429, "slowly", 1_000, 20_000), true);
        }
        assertThat(circuit.tryAcquire()).isPositive();
        circuit.tryNow();
        call(DELIVERED, false);
    }

    /** Whatever has come back in whatever order: no wait is long, and once calls work all may go. */
    @Test
    void nothingThatHappensLocksItForGood() {
        List<Outcome> outcomes = List.of(DELIVERED, BUSY, UNAUTHORIZED, REFUSED, SKIPPED,
                Outcome.retry(429, "slowly", 1_000, 3_600_000));
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            circuit = circuit();
            List<Integer> inFlight = new ArrayList<>();
            Outcome mood = DELIVERED;
            for (int step = 0; step < 300; step++) {
                mood = random.nextInt(15) == 0 ? outcomes.get(random.nextInt(outcomes.size())) : mood;
                if (random.nextInt(3) == 0 && !inFlight.isEmpty()) {
                    inFlight.remove(0);
                    circuit.answered(mood, random.nextBoolean());
                } else if (inFlight.size() < 8) {
                    long wait = circuit.tryAcquire();
                    assertThat(wait).as("seed %s", seed).isBetween(0L, 60_000L);
                    if (wait == 0) {
                        inFlight.add(step);
                    }
                }
                clock.advance(random.nextInt(2_000));
            }
            inFlight.forEach(call -> circuit.answered(DELIVERED, true));
            for (int i = 0; i < 10 && !circuit.state().equals("closed"); i++) {
                clock.advance(60_000);
                if (circuit.tryAcquire() == 0) {
                    circuit.answered(DELIVERED, true);
                }
            }
            assertThat(circuit.state()).as("seed %s", seed).isEqualTo("closed");
            assertThat(circuit.tryAcquire()).as("seed %s", seed).isZero();
        }
    }
}
