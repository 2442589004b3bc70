package io.subrelay.customer;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Finds whose subscriptions an event changes beside those of its own customer, by way of transfers. */
final class OwnerChanges {

    private final Function<String, Customer> customerOf;
    private final Map<Environment, Map<Customer, Set<EventKey>>> before = new EnumMap<>(Environment.class);
    /** The key of the only one that can change; null for all. */
    private String subscription;

    /** @param customerOf see {@link Customer#view} */
    OwnerChanges(Function<String, Customer> customerOf) {
        this.customerOf = customerOf;
    }

    /** Notes what a customer that is about to change has, and those have who are connected with it. */
    void note(Customer customer) {
        subscription = null;
        for (Environment environment : Environment.values()) {
            note(customer, environment);
        }
    }

    /** The same of the one subscription that an event can change, unless all has been noted. */
    void note(Customer customer, Environment environment, String only) {
        if (before.isEmpty()) {
            subscription = only;
            note(customer, environment);
        }
    }

    private void note(Customer customer, Environment environment) {
        Map<Customer, Set<EventKey>> noted = before.computeIfAbsent(environment, each -> new HashMap<>());
        if (!noted.containsKey(customer)) {
            noted.putAll(Ownership.holders(customer, environment, subscription, customerOf));
        }
    }

    /**
     * Tells who has something else by now.
     *
     * @param customer connected with all that were noted
     */
    void since(Customer customer, BiConsumer<Customer, Environment> changed) {
        before.forEach((environment, noted) -> Ownership.holders(customer, environment, subscription, customerOf)
                .forEach((each, facts) -> {
                    if (!facts.equals(noted.getOrDefault(each, Set.of()))) {
                        changed.accept(each, environment);
                    }
                }));
        before.clear();
    }
}
