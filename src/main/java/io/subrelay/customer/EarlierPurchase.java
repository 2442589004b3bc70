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
        for (int i = facts.size() - 1; i >= 0 && last == null; i--) {
            last = facts.get(i).isPurchase() ? facts.get(i) : null;
        }
        this.bought = last;
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
            return false;
        }
        return isEarlier(Field.PURCHASED, fact) || wasBoughtBefore(Field.TRANSACTION, fact);
    }

    /** Of another product than was bought last: an earlier one, unless it has been changed to that since. */
    private boolean isEarlierProduct(Fact fact, String product) {
        for (Fact each : facts) {
            if (each.category() == Fact.Category.CHANGE && each.key().isAfter(bought.key())
                    && Fact.isOneProduct(product, each.text(Field.NEW_PRODUCT))) {
                return false;
            }
        }
        if (wasBoughtBefore(Field.PRODUCT, fact) || isEarlier(Field.PURCHASED, fact)) {
            return true;
        }
        // Never seen before: its purchase may have been missed. Then it runs for longer.
        Long ends = bought.number(Field.EXPIRES);
        Long end = fact.number(Field.EXPIRES);
        return ends == null || fact.key().at() < ends && (end == null || end <= ends);
    }

    private boolean isEarlier(Field time, Fact fact) {
        Long at = fact.number(time);
        Long boughtAt = bought.number(time);
        return at != null && boughtAt != null && at < boughtAt;
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
