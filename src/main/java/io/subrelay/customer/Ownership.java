package io.subrelay.customer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Tells which subscriptions a customer owns. What an event told moves along with every transfer that is newer than the
 * event, so that it ends with the same owner whichever of them arrived first.
 */
final class Ownership {

    private final Customer customer;
    private final Function<String, Customer> customerOf;
    private final Set<Customer> group = new LinkedHashSet<>();
    private final TreeMap<EventKey, Transfer> transfers = new TreeMap<>();
    private final List<Move> moves = new ArrayList<>();

    private Ownership(Customer customer, Function<String, Customer> customerOf) {
        this.customer = customer;
        this.customerOf = customerOf;
    }

    /** The subscriptions that the customer owns, those of the newest events first. */
    static List<SubscriptionState> of(Customer customer, Function<String, Customer> customerOf) {
        List<SubscriptionState> owned = new ArrayList<>();
        if (customer.transfers.isEmpty()) {
            customer.subscriptions.forEach((key, subscription) -> add(owned, key, subscription.facts()));
        } else {
            new Ownership(customer, customerOf).facts().forEach((key, facts) -> {
                facts.sort(Comparator.comparing(Fact::key));
                add(owned, key, facts);
            });
        }
        owned.sort(Comparator.comparing(SubscriptionState::newestKnown).reversed());
        return owned;
    }

    private static void add(Collection<SubscriptionState> owned, String key, List<Fact> facts) {
        SubscriptionState state = StatusFold.fold(key, facts);
        if (state.isKnown()) {
            owned.add(state);
        }
    }

    /** All facts that the customer owns, its own and those of others, by subscription. */
    private Map<String, List<Fact>> facts() {
        gather();
        transfers.values().forEach(this::addMove);
        Map<String, List<Fact>> owned = new TreeMap<>();
        for (Customer origin : group) {
            origin.subscriptions.forEach((key, subscription) -> {
                for (Fact fact : subscription.facts()) {
                    if (ownerOf(origin, fact) == customer) {
                        owned.computeIfAbsent(key, id -> new ArrayList<>()).add(fact);
                    }
                }
            });
        }
        return owned;
    }

    /** Finds all customers that transfers connect with this one, however many lie between, and their transfers. */
    private void gather() {
        Deque<Customer> open = new ArrayDeque<>(List.of(customer));
        Set<String> asked = new HashSet<>();
        group.add(customer);
        while (!open.isEmpty()) {
            Customer next = open.remove();
            next.transfers.values().forEach(transfer -> transfers.put(transfer.key(), transfer));
            for (String id : next.transferIds()) {
                Customer other = asked.add(id) ? resolve(id) : null;
                if (other != null && group.add(other)) {
                    open.add(other);
                }
            }
        }
    }

    private void addMove(Transfer transfer) {
        if (transfer.to().isEmpty()) {
            return;
        }
        Set<Object> from = new HashSet<>();
        transfer.from().forEach(id -> from.add(party(id)));
        Object to = party(transfer.to().get(0));
        moves.add(new Move(transfer.key(), from, to));
    }

    /** The customer of that id; where nobody is known by it, the id itself, as the owner of what went there. */
    private Object party(String id) {
        Customer known = resolve(id);
        return known == null ? id : known;
    }

    private Object ownerOf(Customer origin, Fact fact) {
        Object owner = origin;
        for (Move move : moves) {
            if (move.key().isAfter(fact.key()) && move.from().contains(owner)) {
                owner = move.to();
            }
        }
        return owner;
    }

    private Customer resolve(String id) {
        return customer.ids.containsKey(id) ? customer : customerOf.apply(id);
    }

    /** A transfer, with the customers in place of their ids. */
    private record Move(EventKey key, Set<Object> from, Object to) {
    }
}
