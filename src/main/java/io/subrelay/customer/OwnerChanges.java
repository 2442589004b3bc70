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

    /** @param customerOf see {@link Customer#view} */
    OwnerChanges(Function<String, Customer> customerOf) {
        this.customerOf = customerOf;
    }

    /** Notes what a customer that is about to change has, and those have who are connected with it. */
    void note(Customer customer) {
        for (Environment environment : Environment.values()) {
            Map<Customer, Set<EventKey>> noted = before.computeIfAbsent(environment, each -> new HashMap<>());
            if (!noted.containsKey(customer)) {
                noted.putAll(Ownership.holders(customer, environment, customerOf));
            }
        }
    }

    boolean isEmpty() {
        return before.isEmpty();
    }

    /**
     * Tells who has something else by now.
     *
     * @param customer connected with all that were noted
     */
    void since(Customer customer, BiConsumer<Customer, Environment> changed) {
        before.forEach(
                (environment, noted) -> Ownership.holders(customer, environment, customerOf).forEach((each, facts) -> {
                    if (!facts.equals(noted.getOrDefault(each, Set.of()))) {
                        changed.accept(each, environment);
                    }
                }));
        before.clear();
    }
}
