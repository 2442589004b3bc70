package io.subrelay.check;

import java.util.Comparator;
import java.util.Locale;

/**
 * One thing that was found.
 *
 * @param file    as it is shown, relative to the folder; blank where it is no file's
 * @param line    counted from 1; 0 where it is no line's
 * @param message one plain sentence
 */
public record Fault(Level level, String file, int line, String message) {

    /** What it costs: a {@code FAULT} does not start, or does what nobody can want. */
    public enum Level {
        FAULT, WARNING, NOTE
    }

    /** By place; notes come last. */
    static final Comparator<Fault> ORDER = Comparator.comparing((Fault fault) -> fault.level == Level.NOTE)
            .thenComparing(Fault::file).thenComparing(Fault::line).thenComparing(Fault::message);

    static Fault fault(String file, int line, String message) {
        return new Fault(Level.FAULT, file, line, message);
    }

    static Fault warning(String file, int line, String message) {
        return new Fault(Level.WARNING, file, line, message);
    }

    static Fault note(String file, int line, String message) {
        return new Fault(Level.NOTE, file, line, message);
    }

    Fault with(String other) {
        return new Fault(level, file, line, other);
    }

    boolean isFault() {
        return level == Level.FAULT;
    }

    @Override
    public String toString() {
        String place = file.isEmpty() ? "" : file + (line > 0 ? ":" + line : "") + ": ";
        return place + (isFault() ? "" : level.name().toLowerCase(Locale.ROOT) + ": ") + message;
    }
}
