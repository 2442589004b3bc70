package io.subrelay.customer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What a customer has in one environment at one time: its subscriptions and purchases, and which of them stands for it.
 * Immutable.
 *
 * @param subscriptions those of the newest events first
 * @param wrote         the newest event that a destination may have written from, with its kind; or null
 * @param hasEnded      whether the customer had a status, and has none any more
 * @param atMs          the time for which access is told, milliseconds since the epoch
 */
record CustomerHoldings(Environment environment, List<SubscriptionState> subscriptions, NamedId wrote, boolean hasEnded,
        long atMs) {

    static CustomerHoldings of(
            Customer customer, Environment environment, Function<String, Customer> customerOf, long atMs) {
        Map<String, List<Fact>> owned;
        Map<String, List<Fact>> lost = Map.of();
        if (customer.transfers.isEmpty()) {
            owned = customer.in(environment).facts();
        } else {
            Ownership ownership = Ownership.of(customer, environment, customerOf);
            owned = ownership.owned;
            lost = ownership.lost;
        }
        List<SubscriptionState> states = fold(owned, customer, environment);
        states.sort((one, other) -> other.newestKnown.happened().compareTo(one.newestKnown.happened()));
        boolean hasEnded = !lost.isEmpty() && standing(states) == null
                && standing(fold(lost, customer, environment)) != null;
        return new CustomerHoldings(environment, states, customer.in(environment).wrote, hasEnded, atMs);
    }

    /** What is told of each subscription that the customer owns, wherever it was told. */
    static Map<String, List<Fact>> joined(
            Customer customer, Environment environment, Function<String, Customer> customerOf) {
        return joined(customer.transfers.isEmpty() ? customer.in(environment).facts()
                : Ownership.of(customer, environment, customerOf).owned);
    }

    private static Map<String, List<Fact>> joined(Map<String, List<Fact>> told) {
        return StrayPurchases.joined(ImportedFacts.joined(told));
    }

    private static List<SubscriptionState> fold(
            Map<String, List<Fact>> told, Customer customer, Environment environment) {
        Map<String, List<Fact>> owned = joined(told);
        int categories = 0;
        for (List<Fact> facts : owned.values()) {
            for (Fact fact : facts) {
                categories |= 1 << fact.category().ordinal();
            }
        }
        Set<Fact> open = has(categories, Fact.Category.TEMPORARY)
                ? openGrants(owned, customer, environment) : Set.of();
        Set<String> replaced = has(categories, Fact.Category.CHANGE) ? Replacement.replacedOf(owned) : Set.of();
        boolean apart = has(categories, Fact.Category.ONE_TIME);
        List<SubscriptionState> states = new ArrayList<>(owned.size());
        owned.forEach((key, facts) -> {
            Map<String, List<Fact>> purchases = apart ? OneTimePurchases.divide(key, facts) : Map.of(key, facts);
            purchases.forEach((name, each) -> {
                SubscriptionState state = new SubscriptionState(name, each, replaced.contains(key), open::contains);
                if (state.isKnown() && (!state.temporary.isEmpty() || !isTemporary(each))) {
                    states.add(state);
                }
            });
        });
        return states;
    }

    private static boolean has(int categories, Fact.Category category) {
        return (categories & 1 << category.ordinal()) != 0;
    }

    private static boolean isTemporary(List<Fact> facts) {
        for (Fact fact : facts) {
            if (fact.category() != Fact.Category.TEMPORARY && fact.category() != Fact.Category.UNKNOWN) {
                return false;
            }
        }
        return true;
    }

    /**
     * The temporary grants that still stand for a purchase. A grant tells neither its original transaction nor its
     * environment, so what settles it may be anywhere.
     */
    private static Set<Fact> openGrants(Map<String, List<Fact>> owned, Customer customer, Environment environment) {
        Environment other = environment == Environment.SANDBOX ? Environment.PRODUCTION : Environment.SANDBOX;
        Set<Fact> open = new HashSet<>();
        owned.forEach((key, facts) -> {
            for (Fact grant : facts) {
                if (grant.category() == Fact.Category.TEMPORARY && facts.stream().noneMatch(fact -> ends(fact, grant))
                        && owned.values().stream().flatMap(List::stream).noneMatch(fact -> settles(fact, grant))
                        && customer.in(other).subscriptions.values().stream()
                                .flatMap(each -> each.facts().stream()).noneMatch(fact -> settles(fact, grant))) {
                    open.add(grant);
                }
            }
        });
        return open;
    }

    /** Of the same subscription, where the grant names it: what comes after takes the grant's place. */
    private static boolean ends(Fact fact, Fact grant) {
        return (fact.isPurchase() || fact.category() == Fact.Category.EXPIRE) && fact.key().isAfter(grant.key())
                && (fact.value(Field.TRANSACTION) == null || grant.value(Field.TRANSACTION) == null
                        || fact.shares(Field.TRANSACTION, grant) || fact.isPurchase());
    }

    /** Whether that is the grant's purchase, or tells that there was no purchase. */
    private static boolean settles(Fact fact, Fact grant) {
        if (fact.shares(Field.TRANSACTION, grant)
                && (fact.isPurchase() || fact.category() == Fact.Category.EXPIRE
                        || fact.category() == Fact.Category.CANCEL)) {
            return true;
        }
        Long bought = fact.number(Field.PURCHASED);
        Long grantedFor = grant.number(Field.PURCHASED);
        return fact.isPurchase() && Fact.isOneProduct(fact.text(Field.PRODUCT), grant.text(Field.PRODUCT))
                && (fact.value(Field.STORE) == null || grant.value(Field.STORE) == null
                        || fact.shares(Field.STORE, grant))
                && (fact.key().at() >= grant.key().at()
                        || bought != null && grantedFor != null && bought >= grantedFor);
    }

    /** The subscription that stands for the customer, that of the newest event; null if there is none. */
    SubscriptionState standing() {
        return standing(subscriptions);
    }

    private static SubscriptionState standing(List<SubscriptionState> subscriptions) {
        SubscriptionState standing = null;
        for (SubscriptionState each : subscriptions) {
            if (each.mayStand() && (standing == null || SubscriptionState.compareStanding(each, standing) > 0)) {
                standing = each;
            }
        }
        return standing;
    }

    /** The entitlements that any subscription or purchase gives, in alphabetical order. */
    Set<String> entitlements() {
        TreeSet<String> active = new TreeSet<>();
        subscriptions.forEach(each -> each.addEntitlementsAt(atMs, active));
        return active;
    }
}
