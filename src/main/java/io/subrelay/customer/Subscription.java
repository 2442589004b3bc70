package io.subrelay.customer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What the events of one customer told about one subscription: a sorted list of facts that does not grow without end.
 *
 * <p>Kept are the newest facts, the newest purchases, the newest of each category, and the newest that carry some
 * field; of purchases the newest of each product, and where no original transaction tells subscriptions apart, the
 * newest of each category for each product and transaction. Each of these rules looks at a fact by itself and takes the
 * newest, so what is kept is a function of the set of all facts, whatever the order in which they came or were merged.
 */
final class Subscription {

    /**
     * So many of the newest facts are kept whatever they are, and as many purchases: for events that come late, and for
     * a refund, which names one of them. As many as a sandbox subscription has renewals, which come within minutes.
     */
    static final int NEWEST = 12;

    private final String key;
    private final int newest;
    private final List<Fact> facts = new ArrayList<>();

    /** @param key see {@link Fact#subscriptionKey} */
    Subscription(String key) {
        this(key, NEWEST);
    }

    /** @param newest how many facts are kept whatever they are */
    Subscription(String key, int newest) {
        this.key = key;
        this.newest = newest;
    }

    /** Takes a fact in, unless it is there already. */
    void add(Fact fact) {
        int at = facts.size();
        while (at > 0) {
            int order = facts.get(at - 1).key().compareTo(fact.key());
            if (order == 0) {
                return;
            }
            if (order < 0) {
                break;
            }
            at--;
        }
        if (at > 0) {
            fact.share(facts.get(at - 1));
        }
        facts.add(at, fact);
        prune();
    }

    /** Takes a fact in that was kept before and is newer than all that are here. */
    void restore(Fact fact) {
        facts.add(fact);
    }

    /** @return whether nothing is left */
    boolean remove(Fact fact) {
        facts.remove(fact);
        return facts.isEmpty();
    }

    void addAll(Subscription other) {
        other.facts.forEach(this::add);
    }

    /** In the order of their events, oldest first. */
    List<Fact> facts() {
        return Collections.unmodifiableList(facts);
    }

    private void prune() {
        if (facts.size() <= newest) {
            return;
        }
        int seen = 0;
        int purchases = 0;
        int categories = 0;
        int[] fields = new int[Fact.STRENGTHS];
        for (int i = facts.size() - 1; i >= 0; i--) {
            Fact fact = facts.get(i);
            int category = 1 << fact.category().ordinal();
            int strength = fact.strength().ordinal();
            seen++;
            purchases += fact.isPurchase() ? 1 : 0;
            boolean recent = seen <= newest || fact.isPurchase() && purchases <= newest;
            boolean first = (categories & category) == 0 || (fact.carried() & ~fields[strength]) != 0;
            if (!recent && !first && !isNewestOfItsPurchase(fact, facts.subList(i + 1, facts.size()))) {
                facts.remove(i);
            }
            categories |= category;
            fields[strength] |= fact.carried();
        }
    }

    /** @param newer those that are kept: they have the newest fact of each purchase */
    private boolean isNewestOfItsPurchase(Fact fact, List<Fact> newer) {
        boolean apart = fact.category() != Fact.Category.UNKNOWN && fact.isWithoutOriginal(key);
        if (!apart && !fact.isPurchase()) {
            return false;
        }
        for (Fact each : newer) {
            if (each.category() == fact.category() && each.equals(Field.PRODUCT, fact)
                    && (!apart || each.equals(Field.TRANSACTION, fact))) {
                return false;
            }
        }
        return true;
    }
}
