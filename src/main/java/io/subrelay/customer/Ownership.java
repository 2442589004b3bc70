package io.subrelay.customer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Tells which subscriptions a customer owns. A subscription has one owner: whom its newest event names, or the newest
 * transfer after it gave it to; and all that its events told goes to that owner, whichever of them arrived first. Where
 * no original transaction names a subscription, one of the same product may be another customer's own: there what is
 * told of one transaction moves by itself, along with every transfer that is newer.
 */
final class Ownership {

    private final Customer customer;
    private final Environment environment;
    private final Function<String, Customer> customerOf;
    private final Map<String, Object> parties = new HashMap<>();
    private final Set<Customer> group = new LinkedHashSet<>();
    private final TreeMap<EventKey, Transfer> transfers = new TreeMap<>();
    private final List<Move> moves = new ArrayList<>();
    private final Map<Fact, Customer> origins = new HashMap<>();
    /** What is told of each subscription that the customer owns, in the order of the events. */
    final TreeMap<String, List<Fact>> owned = new TreeMap<>();
    /** What is told of each that the customer once owned and that is another's now. */
    final TreeMap<String, List<Fact>> lost = new TreeMap<>();

    private Ownership(Customer customer, Environment environment, Function<String, Customer> customerOf) {
        this.customer = customer;
        this.environment = environment;
        this.customerOf = customerOf;
        gather();
        transfers.values().forEach(this::addMove);
    }

    /** For a customer that took part in transfers: any other owns what its events told. */
    static Ownership of(Customer customer, Environment environment, Function<String, Customer> customerOf) {
        Ownership ownership = new Ownership(customer, environment, customerOf);
        ownership.factsOf(null)
                .forEach((key, facts) -> ownership.parts(key, facts).forEach(part -> ownership.put(key, part)));
        return ownership;
    }

    /**
     * Which facts are whose, of all customers that transfers connect with this one.
     *
     * @param subscription the key of the one that is looked at; null for all
     */
    static Map<Customer, Set<EventKey>> holders(
            Customer customer, Environment environment, String subscription, Function<String, Customer> customerOf) {
        Ownership ownership = new Ownership(customer, environment, customerOf);
        Map<Customer, Set<EventKey>> holders = new HashMap<>();
        ownership.group.forEach(each -> holders.put(each, new HashSet<>()));
        ownership.factsOf(subscription).forEach((key, facts) -> ownership.parts(key, facts).forEach(part -> {
            List<Object> owners = ownership.ownersOf(part);
            if (owners.get(owners.size() - 1) instanceof Customer owner) {
                part.forEach(fact -> holders.get(owner).add(fact.key()));
            }
        }));
        return holders;
    }

    /**
     * Moves what a customer's events told of others' subscriptions to their owners, and what others' events told of
     * those that went through this customer.
     *
     * @return those who took it, and those who gave it, without this customer
     */
    static Set<Customer> handOver(
            Customer leaving, Environment environment, Function<String, Customer> customerOf) {
        Set<Customer> changed = new LinkedHashSet<>();
        if (!leaving.transfers.isEmpty()) {
            Ownership ownership = new Ownership(leaving, environment, customerOf);
            ownership.factsOf(null).forEach((key, facts) -> ownership.parts(key, facts).forEach(
                    part -> ownership.handOver(key, part, changed)));
        }
        return changed;
    }

    private void handOver(String key, List<Fact> facts, Set<Customer> changed) {
        List<Object> owners = ownersOf(facts);
        if (!owners.contains(customer) || !(owners.get(owners.size() - 1) instanceof Customer owner)) {
            return;
        }
        for (Fact fact : facts) {
            Customer origin = origins.get(fact);
            if (origin != owner && owner != customer) {
                origin.noteFoundBefore();
                owner.noteFoundBefore();
                origin.in(environment).remove(key, fact);
                owner.in(environment).of(key).add(fact);
                changed.add(owner);
                changed.add(origin);
            }
        }
        changed.remove(customer);
    }

    /** Finds all customers that transfers connect with this one, however many lie between, and their transfers. */
    private void gather() {
        Deque<Customer> open = new ArrayDeque<>(List.of(customer));
        group.add(customer);
        while (!open.isEmpty()) {
            for (Transfer transfer : open.remove().transfers.values()) {
                if (transfers.put(transfer.key(), transfer) == null) {
                    join(transfer.from(), open);
                    join(transfer.to(), open);
                }
            }
        }
    }

    private void join(List<String> ids, Deque<Customer> open) {
        for (String id : ids) {
            if (party(id) instanceof Customer known && group.add(known)) {
                open.add(known);
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
        moves.add(new Move(transfer, from, to));
    }

    /** The customer of that id; where nobody is known by it, the id itself, as the owner of what went there. */
    private Object party(String id) {
        Object party = parties.get(id);
        if (party == null) {
            Customer known = customer.ids.containsKey(id) ? customer : customerOf.apply(id);
            party = known == null ? id : known;
            parties.put(id, party);
        }
        return party;
    }

    /** @param subscription the key of the one that is looked at; null for all */
    private Map<String, List<Fact>> factsOf(String subscription) {
        Map<String, List<Fact>> all = new TreeMap<>();
        for (Customer origin : group) {
            TreeMap<String, Subscription> told = origin.in(environment).subscriptions;
            (subscription == null ? told : told.subMap(subscription, true, subscription, true)).forEach((key, each) -> {
                each.facts().forEach(fact -> origins.put(fact, origin));
                all.computeIfAbsent(key, id -> new ArrayList<>()).addAll(each.facts());
            });
        }
        all.values().forEach(facts -> Collections.sort(facts));
        return all;
    }

    /** What has one owner: all facts of one original transaction; else of one transaction, or each by itself. */
    private Collection<List<Fact>> parts(String key, List<Fact> facts) {
        if (!facts.get(0).isWithoutOriginal(key)) {
            return List.of(facts);
        }
        Map<Object, List<Fact>> parts = new LinkedHashMap<>();
        for (Fact fact : facts) {
            Object transaction = fact.value(Field.TRANSACTION);
            parts.computeIfAbsent(transaction == null ? fact : transaction, part -> new ArrayList<>()).add(fact);
        }
        return parts.values();
    }

    private void put(String key, List<Fact> facts) {
        List<Object> owners = ownersOf(facts);
        TreeMap<String, List<Fact>> where = owners.get(owners.size() - 1) == customer ? owned
                : owners.contains(customer) ? lost : null;
        if (where != null) {
            List<Fact> all = where.computeIfAbsent(key, id -> new ArrayList<>());
            all.addAll(facts);
            if (all.size() > facts.size()) {
                Collections.sort(all);
            }
        }
    }

    /** Who owned it, one after the other, as told by these facts and the transfers between and after them. */
    private List<Object> ownersOf(List<Fact> facts) {
        List<Object> owners = new ArrayList<>();
        Scope scope = null;
        int next = 0;
        for (Move move : moves) {
            while (next < facts.size() && move.transfer.key().isAfter(facts.get(next).key())) {
                addOwner(facts.get(next++), owners);
            }
            if (!owners.isEmpty() && move.from.contains(owners.get(owners.size() - 1))) {
                scope = scope == null ? Scope.of(facts) : scope;
                if (scope.isIn(move.transfer, environment)) {
                    owners.add(move.to);
                }
            }
        }
        while (next < facts.size()) {
            addOwner(facts.get(next++), owners);
        }
        return owners;
    }

    /** An event of an unknown meaning names an owner only where nothing else does. */
    private void addOwner(Fact fact, List<Object> owners) {
        if (owners.isEmpty() || fact.category() != Fact.Category.UNKNOWN) {
            owners.add(origins.get(fact));
        }
    }

    /** Where something was bought, which tells which transfers move it. */
    private record Scope(String store, String app, boolean promotional) {

        static Scope of(List<Fact> facts) {
            return new Scope(newest(facts, Field.STORE), newest(facts, Field.APP),
                    facts.stream().anyMatch(Fact::isPromotional));
        }

        private static String newest(List<Fact> facts, Field field) {
            for (int i = facts.size() - 1; i >= 0; i--) {
                if (facts.get(i).value(field) != null) {
                    return facts.get(i).text(field);
                }
            }
            return null;
        }

        boolean isIn(Transfer transfer, Environment environment) {
            return !promotional && transfer.moves(store, environment, app);
        }
    }

    /** A transfer, with the customers in place of their ids. */
    private record Move(Transfer transfer, Set<Object> from, Object to) {
    }
}
