package io.subrelay.customer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells purchases that are no subscriptions apart where several share a key: those of one original transaction by their
 * product; those without one, whose key is made of store and product, by their transaction.
 */
final class OneTimePurchases {

    private OneTimePurchases() {
    }

    /**
     * @param  facts at least one, in the order of their events
     * @return       the facts of each purchase, in the same order, by the key that it is to be known by
     */
    static Map<String, List<Fact>> divide(String key, List<Fact> facts) {
        Field field = facts.get(0).isWithoutOriginal(key) ? Field.TRANSACTION : Field.PRODUCT;
        Map<String, List<Fact>> purchases = new LinkedHashMap<>();
        for (Fact fact : facts) {
            if (fact.category() == Fact.Category.ONE_TIME) {
                purchases.putIfAbsent(name(key, fact, field), new ArrayList<>());
            }
        }
        if (purchases.isEmpty()) {
            return Map.of(key, facts);
        }
        List<Fact> others = new ArrayList<>();
        String newest = null;
        for (Fact fact : facts) {
            List<Fact> purchase = purchases.get(name(key, fact, field));
            (purchase == null ? others : purchase).add(fact);
            newest = fact.category() == Fact.Category.ONE_TIME ? name(key, fact, field) : newest;
        }
        if (purchases.size() == 1 && (others.isEmpty() || !isSubscription(others))) {
            return Map.of(key, facts);
        }
        if (isSubscription(others)) {
            purchases.put(key, others);
        } else {
            // About a purchase, but no telling about which: the last one.
            purchases.get(newest).addAll(others);
            Collections.sort(purchases.get(newest));
        }
        return purchases;
    }

    private static String name(String key, Fact fact, Field field) {
        String value = fact.text(field);
        return value == null ? key : key + "/" + value;
    }

    private static boolean isSubscription(List<Fact> facts) {
        for (Fact fact : facts) {
            switch (fact.category()) {
                case GRANT, UNCANCEL, GRACE, PAUSE, TEMPORARY -> {
                    return true;
                }
                default -> {}
            }
        }
        return false;
    }
}
