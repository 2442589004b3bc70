package io.subrelay.delivery;

/**
 * How a destination stands at this runner.
 *
 * @param circuit              {@code closed}, {@code open}, {@code half_open} or {@code held}
 * @param circuitMs            in how many milliseconds it is called again where it is held or left alone; 0 where that
 *                             is not known
 * @param pausedSince          since when nothing is sent as somebody wants it so, milliseconds since the epoch; 0 while
 *                             it is sent
 * @param failing              how it fails now; null while it works, and while nothing is known
 * @param failingSeconds       for how long it has been failing; 0 while it works
 * @param oldestPendingSeconds the age of the oldest event that is not settled; 0 if all are settled
 */
public record Standing(String circuit, long circuitMs, long pausedSince, Failing.Now failing,
        long failingSeconds, long oldestPendingSeconds) {

    /** Of one to which nothing is delivered. */
    static final Standing IDLE = new Standing("closed", 0, 0, null, 0, 0);

    /** Whether requests go out freely. */
    boolean isOpen() {
        return circuit.equals("closed") && pausedSince == 0;
    }
}
