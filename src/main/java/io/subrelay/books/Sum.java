package io.subrelay.books;

import java.math.BigDecimal;

/** How many events, and how much money they tell of: in US dollars, and in the currency of the account. */
record Sum(long events, BigDecimal usd, BigDecimal amount) {

    Sum plus(Sum more) {
        return new Sum(events + more.events, usd.add(more.usd), amount.add(more.amount));
    }

    Sum negate() {
        return new Sum(-events, usd.negate(), amount.negate());
    }

    boolean isZero() {
        return events == 0 && isWithoutMoney();
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
        String[] parts = (stored + " 0 0").split(" ");
        return new Sum(Long.parseLong(parts[0]), new BigDecimal(parts[1]), new BigDecimal(parts[2]));
    }
}
