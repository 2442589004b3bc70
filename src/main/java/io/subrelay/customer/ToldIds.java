package io.subrelay.customer;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Finds under which ids of one customer destinations hold what is not so any more: an event tells of it under one id,
 * and customers that turn out to be one were known by several.
 */
final class ToldIds {

    /**
     * @param ids    under which it was told
     * @param stands see {@link CustomerView#standing}
     */
    private record Told(Set<String> ids, Map<Environment, List<Object>> stands) {
    }

    private final Function<String, Customer> customerOf;
    private final Map<String, Told> before = new HashMap<>();

    /** @param customerOf see {@link Customer#view} */
    ToldIds(Function<String, Customer> customerOf) {
        this.customerOf = customerOf;
    }

    /** Notes what was told of a customer that is about to change. */
    void note(Customer customer) {
        Told told = told(customer);
        told.ids.forEach(id -> before.put(id, told));
    }

    /** Tells under which ids the customer stands differently by now, or is not alone any more. */
    void since(Customer customer, BiConsumer<String, Environment> changed) {
        if (before.isEmpty()) {
            return;
        }
        Told now = told(customer);
        for (String id : customer.toldIdsInOrder()) {
            Told told = before.getOrDefault(id, new Told(Set.of(), Map.of()));
            now.stands.forEach((environment, standing) -> {
                List<Object> stood = told.stands.get(environment);
                boolean joined = standing != null && !told.ids.equals(now.ids);
                if (joined || (standing == null ? stood != null : !standing.equals(stood))) {
                    changed.accept(id, environment);
                }
            });
        }
        before.clear();
    }

    private Told told(Customer customer) {
        Map<Environment, List<Object>> stands = new EnumMap<>(Environment.class);
        for (Environment environment : Environment.values()) {
            stands.put(environment, customer.view(environment, customerOf, customer.newestEventAt()).standing());
        }
        return new Told(new TreeSet<>(customer.toldIds()), stands);
    }
}
