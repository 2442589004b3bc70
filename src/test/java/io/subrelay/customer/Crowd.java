package io.subrelay.customer;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.event.Event;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Stores customers in memory as the writer stores them in tables, and takes events in, batch by batch. */
final class Crowd {

    private final Map<Long, String> states = new HashMap<>();
    private final Map<String, Long> numbers = new TreeMap<>();
    private long last;

    static Crowd after(Event... events) {
        return new Crowd().takeAll(List.of(events), 1);
    }

    Crowd takeAll(List<Event> events, int batch) {
        for (int i = 0; i < events.size(); i += batch) {
            take(events.subList(i, Math.min(i + batch, events.size())));
        }
        return this;
    }

    private void take(List<Event> batch) {
        Customers customers = customers();
        batch.forEach(customers::fold);
        customers.merges().forEach((loser, winner) -> {
            states.remove(loser);
            numbers.replaceAll((id, number) -> number.equals(loser) ? winner : number);
        });
        numbers.putAll(customers.links());
        customers.changed().forEach(entry -> states.put(entry.number(), entry.customer().toJson()));
    }

    /** Erases a customer as a store does. */
    void erase(String id) {
        Customers customers = customers();
        customers.leave(id);
        customers.changed().forEach(entry -> states.put(entry.number(), entry.customer().toJson()));
        long number = numbers.get(id);
        states.remove(number);
        numbers.values().removeIf(each -> each == number);
    }

    private Customers customers() {
        return new Customers(this::stored, () -> ++last);
    }

    private Customers.Stored stored(String id) {
        Long number = numbers.get(id);
        return number == null ? null : new Customers.Stored(number, Customer.parse(states.get(number)));
    }

    Customer customer(String id) {
        return customers().customerOf(id);
    }

    int size() {
        return states.size();
    }

    CustomerView view(String id, long atMs) {
        Customers customers = customers();
        return customers.customerOf(id).view(Environment.PRODUCTION, customers::customerOf, atMs);
    }

    JsonNode api(String id, long atMs) {
        Customers customers = customers();
        return customers.customerOf(id).toApiJson(customers::customerOf, atMs);
    }

    String status(String id) {
        return api(id, 0).path("subscription_status").asText(null);
    }

    List<String> active(String id, long atMs) {
        return List.copyOf(view(id, atMs).activeEntitlements());
    }

    /** Everything that can be seen of all customers, by each of their ids, and how it is stored. */
    Map<String, String> all(long atMs) {
        Map<String, String> all = new TreeMap<>();
        numbers.forEach((id, number) -> all.put(id, api(id, atMs) + " " + states.get(number)));
        return all;
    }
}
