package io.subrelay.customer;

import io.subrelay.event.Event;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a customer's own events told of one environment's purchases, whoever owns them by now. */
final class Purchases {

    /** By {@link Fact#subscriptionKey}. */
    final TreeMap<String, Subscription> subscriptions = new TreeMap<>();
    /** The newest event that a destination may have written from, with its kind; null while there was none. */
    NamedId wrote;

    /** Takes in what an event tells of the subscription of that key. */
    void add(String key, Event event) {
        Fact fact = Fact.of(event);
        of(key).add(fact);
        if (fact.type().isTracked()) {
            wrote = NamedId.newer(wrote, new NamedId(fact.key(), event.kind()));
        }
    }

    /** What is told of each subscription, in the order of the events. */
    Map<String, List<Fact>> facts() {
        if (subscriptions.size() == 1) {
            return Map.of(subscriptions.firstKey(), subscriptions.firstEntry().getValue().facts());
        }
        Map<String, List<Fact>> facts = new TreeMap<>();
        subscriptions.forEach((key, each) -> facts.put(key, each.facts()));
        return facts;
    }

    /** The subscription of that key, new if need be. */
    Subscription of(String key) {
        return subscriptions.computeIfAbsent(key, Subscription::new);
    }

    /** Forgets a fact, and the subscription with the last one. */
    void remove(String key, Fact fact) {
        if (of(key).remove(fact)) {
            subscriptions.remove(key);
        }
    }

    void merge(Purchases other) {
        other.subscriptions.forEach((key, subscription) -> of(key).addAll(subscription));
        wrote = NamedId.newer(wrote, other.wrote);
    }
}
