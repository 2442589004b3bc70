package io.subrelay.webhook;

/** A request with a value that is not accepted. */
public final class Invalid extends Rejected {

    /** @param message names the value, and says what is accepted */
    public Invalid(String message) {
        super(400, "invalid", message);
    }
}
