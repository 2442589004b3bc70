package io.subrelay.customer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What the events of one customer told about one subscription: a sorted list of facts that does not grow without end.
 *
 * <p>Kept are the newest facts, the newest of each category, and the newest that carry some field. Each of these rules
 * looks at a fact by itself and takes the newest, so what is kept is a function of the set of all facts, whatever the
 * order in which they came or were merged; and {@link SubscriptionState} looks at no others, so it never changes by
 * what is left out.
 */
final class Subscription {

    /**
     * So many of the newest facts are kept whatever they are, for a transfer that arrives late and divides them: as many
     * as a sandbox subscription has renewals, which come within minutes.
     */
    static final int NEWEST = 12;

    private final int newest;
    private final List<Fact> facts = new ArrayList<>();

    Subscription() {
        this(NEWEST);
    }

    /** @param newest how many facts are kept whatever they are */
    Subscription(int newest) {
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
        int categories = 0;
        int[] fields = new int[Fact.Strength.values().length];
        List<Fact> kept = new ArrayList<>(facts.size());
        for (int i = facts.size() - 1; i >= 0; i--) {
            Fact fact = facts.get(i);
            int category = 1 << fact.category().ordinal();
            int strength = fact.strength().ordinal();
            boolean first = (categories & category) == 0 || (fact.carried() & ~fields[strength]) != 0;
            if (first || facts.size() - i <= newest) {
                kept.add(fact);
            }
            categories |= category;
            fields[strength] |= fact.carried();
        }
        if (kept.size() < facts.size()) {
            Collections.reverse(kept);
            facts.clear();
            facts.addAll(kept);
        }
    }
}
