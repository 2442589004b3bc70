package io.subrelay.store;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.customer.Customer;
import io.subrelay.customer.Customers;
import io.subrelay.event.Ids;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.jdbc.support.SqlArrayValue;

/** Finds customers and events by what a person has at hand: an id, its beginning, an attribute, a transaction. */
public final class Search {

    /** By which fewer characters would everything begin. */
    private static final int SHORTEST_BEGINNING = 3;
    /** How many ids are looked at: a database may order others between those with the same beginning. */
    private static final int LOOKED_AT = 200;
    private static final String ANONYMOUS = "$RCAnonymousID:";

    private final Database database;
    private final SearchIndex index;

    public Search(Database database) {
        this.database = database;
        this.index = new SearchIndex(database);
    }

    /**
     * A customer that was found.
     *
     * @param by     {@code id}, {@code transaction}, or the name of the attribute
     * @param id     the one that was found; the present one where it was no id
     * @param status of its subscriptions; null if it has had none
     */
    public record Found(String by, String id, String status, String environment) {
    }

    /**
     * A stored event that was found.
     *
     * @param happenedAt milliseconds since the epoch
     */
    public record FoundEvent(String eventId, String kind, long happenedAt) {
    }

    /** Whether the customers of before an upgrade are found by attributes as well. */
    public boolean isComplete() {
        return index.isComplete();
    }

    /** Customers with an id that is, or begins with, what was typed, and those that have it as a value. */
    public List<Found> customers(String typed, int limit, long nowMs) {
        Map<Long, String> byId = byId(typed, limit);
        Set<Long> numbers = new LinkedHashSet<>(byId.keySet());
        numbers.addAll(index.numbers(typed, limit));
        String original = typed.replaceFirst("^(GPA\\.[\\d-]+)\\.\\.\\d+$", "$1");
        numbers.addAll(index.numbers(original, limit));
        CustomerStore store = new CustomerStore(database.jdbc());
        Map<Long, Customer> read = store.of(numbers);
        Customers customers = CustomerRecords.customersOf(store);
        List<Found> found = new ArrayList<>();
        for (long number : numbers) {
            Customer customer = read.get(number);
            String by = customer == null ? null : by(customer, byId.get(number), typed, original);
            if (by != null && found.size() < limit) {
                JsonNode shown = customer.toApiJson(customers::customerOf, nowMs);
                found.add(new Found(by, byId.getOrDefault(number, customer.appUserId()),
                        shown.path("subscription_status").textValue(), shown.path("environment").textValue()));
            }
        }
        return found;
    }

    private static String by(Customer customer, String id, String typed, String original) {
        if (id != null) {
            return "id";
        }
        String attribute = customer.attributeWith(value -> SearchIndex.matches(value, typed));
        boolean bought = customer.foundBy().stream().anyMatch(value -> SearchIndex.matches(value, original));
        return attribute != null ? attribute : bought ? "transaction" : null;
    }

    private Map<Long, String> byId(String typed, int limit) {
        Map<Long, String> found = new LinkedHashMap<>();
        database.jdbc().query("select customer from customer_id where app_user_id = ?", row -> {
            found.put(row.getLong(1), typed);
        }, Ids.ofCustomer(typed));
        List<String> beginnings = new ArrayList<>(beginnings(typed));
        if (typed.matches("[0-9a-fA-F]{4,32}")) {
            beginnings.add(ANONYMOUS + typed.toLowerCase(Locale.ROOT));
        }
        for (String beginning : beginnings) {
            database.jdbc().query("select app_user_id, customer from customer_id where app_user_id >= ?"
                    + " order by app_user_id limit " + LOOKED_AT, row -> {
                        if (found.size() < limit && row.getString(1).startsWith(beginning)) {
                            found.putIfAbsent(row.getLong(2), row.getString(1));
                        }
                    }, beginning);
        }
        return found;
    }

    /** As typed, and in the case that ids are generated in. */
    private static Collection<String> beginnings(String typed) {
        return typed.length() < SHORTEST_BEGINNING || typed.length() > Ids.MAX_EVENT_LENGTH ? List.of()
                : new LinkedHashSet<>(
                        List.of(typed, typed.toLowerCase(Locale.ROOT), typed.toUpperCase(Locale.ROOT)));
    }

    /** Events with an id that is, or begins with, what was typed. */
    public List<FoundEvent> events(String typed, int limit) {
        Set<String> ids = new TreeSet<>(Set.of(Ids.ofEvent(typed)));
        for (String beginning : beginnings(typed)) {
            database.jdbc().queryForList("select event_id from event where event_id >= ? order by event_id limit "
                    + LOOKED_AT, String.class, beginning).stream().filter(id -> id.startsWith(beginning))
                    .limit(limit).forEach(ids::add);
        }
        return database.jdbc().query(
                "select event_id, kind, happened_at from event where event_id = any (?) order by seq desc limit "
                        + limit,
                (row, number) -> new FoundEvent(row.getString(1), row.getString(2), row.getLong(3)),
                new SqlArrayValue("varchar", ids.toArray()));
    }
}
