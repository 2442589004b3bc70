package io.subrelay;

/**
 * Ends the process rather than leave half of it running: whoever started it starts it again, and nothing that was
 * accepted is lost. {@code -XX:+ExitOnOutOfMemoryError} does the same for each place where the memory may run out; this
 * is for those who start without it.
 */
final class OutOfMemory {

    private static final int EXIT_STATUS = 3;

    private OutOfMemory() {
    }

    /** Does nothing for any other failure. */
    static void exit(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError) {
                System.err.println("Subrelay ends: out of memory");
                Runtime.getRuntime().halt(EXIT_STATUS);
            }
        }
    }
}
