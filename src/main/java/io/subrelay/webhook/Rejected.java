package io.subrelay.webhook;

/** A request that is not taken, with the HTTP status and the sentence that its sender gets. */
public class Rejected extends RuntimeException {

    private final int status;
    private final String reason;

    /** @param reason one word for the metrics */
    public Rejected(int status, String reason, String message) {
        this(status, reason, message, null);
    }

    public Rejected(int status, String reason, String message, Throwable cause) {
        super(message, cause, false, cause != null);
        this.status = status;
        this.reason = reason;
    }

    public int getStatus() {
        return status;
    }

    public String getReason() {
        return reason;
    }
}
