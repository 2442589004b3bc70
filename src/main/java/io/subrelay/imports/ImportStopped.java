package io.subrelay.imports;

/** A command that cannot go on for a reason that is no single line's; the message is for the person who started it. */
public final class ImportStopped extends RuntimeException {

    public ImportStopped(String message) {
        super(message, null, false, false);
    }
}
