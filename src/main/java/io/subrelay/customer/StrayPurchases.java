package io.subrelay.customer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings what is told of a purchase under another key to that purchase: a refund may name the original transaction that
 * the purchase left out, or leave out the one that it named. The transaction itself tells that they belong together.
 */
final class StrayPurchases {

    private StrayPurchases() {
    }

    /**
     * @param  told the facts of each subscription, in the order of their events; left as it is
     * @return      the same, with nothing under a key of its own that has no purchase, but the transaction of one
     */
    static Map<String, List<Fact>> joined(Map<String, List<Fact>> told) {
        Map<String, List<Fact>> joined = told;
        Map<String, String> keys = null;
        for (Map.Entry<String, List<Fact>> each : told.entrySet()) {
            if (!isStray(each.getValue())) {
                continue;
            }
            keys = keys == null ? keysByTransaction(told) : keys;
            String key = keys.get(each.getValue().get(0).text(Field.TRANSACTION));
            if (key != null) {
                joined = joined == told ? new TreeMap<>(told) : joined;
                List<Fact> facts = new ArrayList<>(joined.get(key));
                facts.addAll(joined.remove(each.getKey()));
                Collections.sort(facts);
                joined.put(key, facts);
            }
        }
        return joined;
    }

    /** Whether all of it tells of ends, and of one transaction. */
    private static boolean isStray(List<Fact> facts) {
        Fact first = facts.get(0);
        for (Fact fact : facts) {
            if (fact.strength() != Fact.Strength.ENDING || fact != first && !fact.shares(Field.TRANSACTION, first)) {
                return false;
            }
        }
        return first.value(Field.TRANSACTION) != null;
    }

    private static Map<String, String> keysByTransaction(Map<String, List<Fact>> told) {
        Map<String, String> keys = new HashMap<>();
        told.forEach((key, facts) -> facts.stream().filter(Fact::isPurchase)
                .filter(fact -> fact.value(Field.TRANSACTION) != null)
                .forEach(fact -> keys.putIfAbsent(fact.text(Field.TRANSACTION), key)));
        return keys;
    }
}
