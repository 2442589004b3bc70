package io.subrelay.customer;

import java.util.List;

/**
 * Tells which facts of a subscription are about an earlier product, transaction or period than the one that was bought
 * last: a trial that expires after its upgrade, a refund of last month, an expiration that is sent while the renewal is
 * on its way. They say nothing of what runs now.
 */
final class EarlierPurchase {

    private final List<Fact> facts;
    private final Fact bought;

    /** @param facts of one subscription, in the order of their events */
    EarlierPurchase(List<Fact> facts) {
        this.facts = facts;
        Fact last = null;
        for (Fact fact : facts) {
            if (fact.isPurchase() || last != null && startsPeriodAfter(last, fact)) {
                last = fact;
            }
        }
        this.bought = last;
    }

    /** An uncancellation after the end of a period may be all that is told of the next one. */
    private static boolean startsPeriodAfter(Fact last, Fact fact) {
        return fact.category() == Fact.Category.UNCANCEL && last.isBefore(Field.PURCHASED, fact);
    }

    boolean isMeantBy(Fact fact) {
        if (bought == null || fact.strength() != Fact.Strength.ENDING || !fact.key().isAfter(bought.key())) {
            return false;
        }
        String product = fact.text(Field.PRODUCT);
        String boughtProduct = bought.text(Field.PRODUCT);
        if (product != null && boughtProduct != null && !Fact.isOneProduct(product, boughtProduct)) {
            return isEarlierProduct(fact, product);
        }
        if (fact.shares(Field.TRANSACTION, bought)) {
            // Some stores have one transaction for all periods.
            return fact.isBefore(Field.PURCHASED, bought) && hadEnded(fact);
        }
        if (fact.value(Field.TRANSACTION) == null && fact.value(Field.PURCHASED) == null) {
            return hadEnded(fact);
        }
        return fact.isBefore(Field.PURCHASED, bought) || wasBoughtBefore(Field.TRANSACTION, fact);
    }

    /** Whether the period that it names had ended by the time of the purchase, and of its event, which may be early. */
    private boolean hadEnded(Fact fact) {
        Long end = fact.number(Field.EXPIRES);
        Long start = bought.number(Field.PURCHASED);
        return end != null && start != null && end <= start && end <= bought.key().at();
    }

    /** Of another product than was bought last: an earlier one, unless it has been changed to that since. */
    private boolean isEarlierProduct(Fact fact, String product) {
        for (Fact each : facts) {
            if (each.category() == Fact.Category.CHANGE && each.key().isAfter(bought.key())
                    && Fact.isOneProduct(product, each.text(Field.NEW_PRODUCT))) {
                return false;
            }
        }
        if (wasBoughtBefore(Field.PRODUCT, fact) || fact.isBefore(Field.PURCHASED, bought)) {
            return true;
        }
        // Never seen before: its purchase may have been missed. Then it runs for longer.
        Long ends = bought.number(Field.EXPIRES);
        Long end = fact.number(Field.EXPIRES);
        return ends == null || fact.key().at() < ends && (end == null || end <= ends);
    }

    private boolean wasBoughtBefore(Field field, Fact fact) {
        for (Fact each : facts) {
            if (each == bought) {
                return false;
            }
            if (each.isPurchase() && each.shares(field, fact)) {
                return true;
            }
        }
        return false;
    }
}
