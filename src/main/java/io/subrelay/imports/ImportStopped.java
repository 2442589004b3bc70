package io.subrelay.imports;

/** An import that cannot go on for a reason that is no single line's; the message is for the person who started it. */
final class ImportStopped extends RuntimeException {

    ImportStopped(String message) {
        super(message, null, false, false);
    }
}
