package io.subrelay.books;

import java.math.BigDecimal;

/** How many events, and how much money they tell of: in US dollars, and in the currency of the account. */
final class Sum {

    private long events;
    private BigDecimal usd = BigDecimal.ZERO;
    private BigDecimal amount = BigDecimal.ZERO;

    /** Adds them; a negative number of events takes them off again. */
    void add(long moreEvents, BigDecimal moreUsd, BigDecimal moreAmount) {
        events += moreEvents;
        usd = usd.add(moreUsd);
        amount = amount.add(moreAmount);
    }

    void add(Sum other) {
        add(other.events, other.usd, other.amount);
    }

    long events() {
        return events;
    }

    BigDecimal usd() {
        return usd;
    }

    BigDecimal amount() {
        return amount;
    }

    boolean isZero() {
        return events == 0 && usd.signum() == 0 && amount.signum() == 0;
    }

    private boolean isWithoutMoney() {
        return usd.signum() == 0 && amount.signum() == 0;
    }

    /** For example {@code 12}, or {@code 12 118.88 109.50}. */
    String stored() {
        return isWithoutMoney() ? String.valueOf(events)
                : events + " " + usd.toPlainString() + " " + amount.toPlainString();
    }

    static Sum of(String stored) {
        String[] parts = stored.split(" ");
        Sum sum = new Sum();
        sum.add(Long.parseLong(parts[0]), parts.length == 1 ? BigDecimal.ZERO : new BigDecimal(parts[1]),
                parts.length == 1 ? BigDecimal.ZERO : new BigDecimal(parts[2]));
        return sum;
    }
}
