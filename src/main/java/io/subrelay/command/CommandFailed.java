package io.subrelay.command;

/** A command cannot go on; the message is for the person who started it. */
final class CommandFailed extends RuntimeException {

    CommandFailed(String message) {
        super(message, null, false, false);
    }
}
