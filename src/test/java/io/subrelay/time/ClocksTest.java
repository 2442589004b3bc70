package io.subrelay.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClocksTest {

    private static final long START = 1_800_000_000_000L;
    private static final long YEAR = 31_536_000_000L;

    private final TestClock wall = new TestClock(START);
    private final TestClock steady = new TestClock(1_000_000);
    private final Clocks clocks = new Clocks(wall, steady);

    /** Else a clock that is set ahead would have everything deleted that is kept for some time. */
    @Test
    void nothingIsOldBecauseTheWallClockWasSetAhead() {
        wall.advance(YEAR);
        assertThat(clocks.now()).isEqualTo(START + YEAR);
        assertThat(clocks.nowNotSetAhead()).isEqualTo(START);
        steady.advance(5_000);
        assertThat(clocks.nowNotSetAhead()).isEqualTo(START + 5_000);
        wall.advance(-2 * YEAR);
        assertThat(clocks.nowNotSetAhead()).as("set back, it is what it shows").isEqualTo(START - YEAR);
    }

    @Test
    void theOffsetTellsThatTheWallClockWasSet() {
        long before = clocks.offset();
        wall.advance(7_000);
        steady.advance(7_000);
        assertThat(clocks.offset()).isEqualTo(before);
        wall.advance(-3_000);
        assertThat(clocks.offset()).isEqualTo(before - 3_000);
    }

    @Test
    void theSteadyClockOnlyRunsOnAndHasTimesBeforeTheStart() {
        Clocks clocks = Clocks.system();
        long from = clocks.ticks();
        assertThat(from).isGreaterThan(10 * YEAR);
        assertThat(clocks.ticks()).isGreaterThanOrEqualTo(from);
    }
}
