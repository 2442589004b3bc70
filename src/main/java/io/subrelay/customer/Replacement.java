package io.subrelay.customer;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells which subscriptions were replaced. Google Play gives an upgrade a new original transaction, and the replaced
 * purchase stays behind with its own expiry: only the product change says that it is over, once the new product was
 * bought. Where the transaction stays, as in the App Store, the renewal under the new product tells it all.
 */
record Replacement(Map<String, List<Fact>> owned) {

    /**
     * @param owned the facts of each subscription that a customer owns, in the order of their events
     * @return      the keys of those that were replaced
     */
    static Set<String> replacedOf(Map<String, List<Fact>> owned) {
        Replacement replacement = new Replacement(owned);
        Set<String> replaced = new HashSet<>();
        owned.forEach((key, facts) -> {
            for (Fact fact : facts) {
                if (fact.category() == Fact.Category.CHANGE) {
                    replacement.addReplaced(key, facts, fact, replaced);
                }
            }
        });
        return replaced;
    }

    /** A change is told of the subscription that it replaces, or of the one that replaces it. */
    private void addReplaced(String key, List<Fact> facts, Fact change, Set<String> replaced) {
        String product = change.text(Field.PRODUCT);
        Fact own = newestPurchase(facts);
        boolean isOfTheNew = own != null && isBought(own, change) && !wasBought(product, facts);
        owned.forEach((otherKey, others) -> {
            if (otherKey.equals(key)) {
                return;
            }
            Fact other = newestPurchase(others);
            if (isOfTheNew) {
                if (other != null && Fact.isOneProduct(product, other.text(Field.PRODUCT))
                        && isOfOneStore(other, change) && own.key().isAfter(other.key())) {
                    replaced.add(otherKey);
                }
            } else if (own == null || !isBought(own, change) && !own.key().isAfter(change.key())) {
                for (Fact each : others) {
                    if (isBought(each, change) && isLaterThan(own, each, change)
                            || other == null && impliesPurchase(each, change)) {
                        replaced.add(key);
                    }
                }
            }
        });
    }

    /** Whether that is a purchase of the product that is changed to. */
    private static boolean isBought(Fact fact, Fact change) {
        return fact.category() == Fact.Category.GRANT && isOfTheNext(fact, change);
    }

    /** Whether that is about a purchase of the product that is changed to whose own event was missed. */
    private static boolean impliesPurchase(Fact fact, Fact change) {
        return (fact.category() == Fact.Category.UNCANCEL || fact.strength() == Fact.Strength.ENDING)
                && change.value(Field.NEW_PRODUCT) != null && !isAppStore(change.text(Field.STORE))
                && change.isBefore(Field.PURCHASED, fact)
                && fact.key().isAfter(change.key()) && isOfTheNext(fact, change);
    }

    /** Not every store names the product that is changed to. */
    private static boolean isOfTheNext(Fact fact, Fact change) {
        if (!isOfOneStore(fact, change)) {
            return false;
        }
        String product = fact.text(Field.PRODUCT);
        String former = change.text(Field.PRODUCT);
        String next = change.text(Field.NEW_PRODUCT);
        if (next == null) {
            return !isAppStore(change.text(Field.STORE)) && !Fact.isOneProduct(former, product);
        }
        // Without its base plan the new product's name is that of the former's plan, too.
        return Fact.isOneProduct(next, product) && (next.equals(former) || !product.equals(former));
    }

    /** Bought since the change; or before it, if since the replaced one was bought last and still running. */
    private static boolean isLaterThan(Fact own, Fact fact, Fact change) {
        if (fact.key().at() >= change.key().at()) {
            return true;
        }
        Long expires = fact.number(Field.EXPIRES);
        boolean runs = expires == null || change.key().at() < expires;
        if (own != null) {
            return runs && fact.key().isAfter(own.key());
        }
        Long bought = change.number(Field.PURCHASED);
        return runs && bought != null && bought < fact.key().at();
    }

    private static Fact newestPurchase(List<Fact> facts) {
        for (int i = facts.size() - 1; i >= 0; i--) {
            if (facts.get(i).category() == Fact.Category.GRANT) {
                return facts.get(i);
            }
        }
        return null;
    }

    /** There a change keeps its transaction, and whatever has another one is something else. */
    private static boolean isAppStore(String store) {
        return "APP_STORE".equals(store) || "MAC_APP_STORE".equals(store);
    }

    private static boolean isOfOneStore(Fact fact, Fact change) {
        String store = fact.text(Field.STORE);
        String other = change.text(Field.STORE);
        return store == null || other == null || store.equals(other);
    }

    private static boolean wasBought(String product, List<Fact> facts) {
        return facts.stream().anyMatch(each -> each.category() == Fact.Category.GRANT
                && Fact.isOneProduct(product, each.text(Field.PRODUCT)));
    }
}
