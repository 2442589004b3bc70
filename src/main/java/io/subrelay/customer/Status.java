package io.subrelay.customer;

import java.util.Locale;

/** What a subscription, and so its customer, is at. Written in lower case. */
public enum Status {
    TRIAL,
    INTRO,
    ACTIVE,
    CANCELLED,
    CANCELLED_TRIAL,
    GRACE_PERIOD,
    GRACE_PERIOD_TRIAL,
    PAUSED,
    EXPIRED,
    PROMOTIONAL,
    EXPIRED_PROMOTIONAL;

    private final String text = name().toLowerCase(Locale.ROOT);

    /** As destinations and the API have it. */
    public String text() {
        return text;
    }

    boolean isGracePeriod() {
        return this == GRACE_PERIOD || this == GRACE_PERIOD_TRIAL;
    }

    boolean isExpired() {
        return this == EXPIRED || this == EXPIRED_PROMOTIONAL;
    }
}
