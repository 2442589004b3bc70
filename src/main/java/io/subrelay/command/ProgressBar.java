package io.subrelay.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** How far something is, and how long it still takes: a bar that is drawn again, or a line for every tenth. */
final class ProgressBar {

    private static final int WIDTH = 30;
    private static final long EVERY_NANOS = Duration.ofMillis(200).toNanos();

    private final PrintWriter out;
    private final boolean terminal;
    private final long startedAt = System.nanoTime();
    private double began = -1;
    private long drawnAt;
    private int tenth;

    /** @param terminal whether lines can be drawn again */
    ProgressBar(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /**
     * @param done  from 0 to 1
     * @param count what has been done, as it is shown
     */
    void show(double done, long count) {
        began = began < 0 ? done : began;
        long now = System.nanoTime();
        if (terminal && (now - drawnAt > EVERY_NANOS || done >= 1)) {
            drawnAt = now;
            int filled = (int) (done * WIDTH);
            out.printf(Locale.ROOT, "\r[%s%s] %3.0f %%  %,d%s\033[K", "=".repeat(filled), " ".repeat(WIDTH - filled),
                    done * 100, count, left(done, now));
            out.flush();
        } else if (!terminal && (int) (done * 10) > tenth) {
            tenth = (int) (done * 10);
            out.printf(Locale.ROOT, "%d %%  %,d%s%n", tenth * 10, count, left(done, now));
        }
    }

    private String left(double done, long now) {
        if (done <= began || done >= 1) {
            return "";
        }
        long seconds = Math.round((now - startedAt) / 1e9 * (1 - done) / (done - began));
        return String.format(Locale.ROOT, "  %d:%02d:%02d left", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    /** Makes room for a line of its own. */
    void clear() {
        if (terminal && drawnAt != 0) {
            out.print("\r\033[K");
            drawnAt = 0;
        }
    }
}
