package io.subrelay.webhook;

/** A request for something that there is not. */
public final class NotFound extends Rejected {

    public NotFound(String message) {
        super(404, "unknown", message);
    }
}
