package io.subrelay.store;

import io.subrelay.customer.Customer;
import io.subrelay.customer.Customers;
import io.subrelay.event.Ids;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * Customers in the database, for one transaction: finds them by any of their ids, and stores what changed. A state is
 * not written with each event, as that costs more than the event itself: the stored one may be some of the customer's
 * own events behind, which are folded in where it is read.
 */
final class CustomerStore implements Customers.Lookup {

    /**
     * The next customers after a number, up to another one, in order. With {@code merged_into is null} H2 would look
     * there, and so read every customer for each page.
     */
    static final String NEXT =
            "select id from customer where id > ? and id <= ? and coalesce(merged_into, 0) = 0 order by id limit ?";

    /** How many events a stored state may be behind: each of them is read where the customer is. */
    private static final int MOST_BEHIND = 3;
    /** The same where events come so often that the customer is still in memory, and need not be read. */
    private static final int MOST_BEHIND_IN_MEMORY = 7;

    private final JdbcTemplate jdbc;
    private final CustomerCache known;
    private final Map<Long, Customers.Stored> stored = new HashMap<>();
    /** By the ids that were asked for, and others of the same customers; null where nobody is known. */
    private final Map<String, Customers.Stored> loaded = new HashMap<>();
    private final Set<Long> read = new HashSet<>();
    /** By how many events the states that were read are behind. */
    private final Map<Long, Integer> behind = new HashMap<>();

    /** @param known those that need not be read; what is read is added */
    CustomerStore(JdbcTemplate jdbc, CustomerCache known) {
        this.jdbc = jdbc;
        this.known = known;
    }

    CustomerStore(JdbcTemplate jdbc) {
        this(jdbc, new CustomerCache());
    }

    /** Finds the customers of all these ids at once. */
    void load(Collection<String> appUserIds) {
        List<String> unknown = new ArrayList<>();
        for (String id : appUserIds) {
            if (!loaded.containsKey(id)) {
                Customers.Stored inMemory = known.byId(id);
                loaded.put(id, inMemory);
                if (inMemory == null) {
                    unknown.add(Ids.ofCustomer(id));
                }
            }
        }
        if (!unknown.isEmpty()) {
            read("c.id in (select customer from customer_id where app_user_id = any (?))", "varchar", unknown)
                    .forEach((number, customer) -> customer.ids().forEach(id -> {
                        loaded.put(id, stored.get(number));
                        loaded.put(Ids.ofCustomer(id), stored.get(number));
                    }));
        }
    }

    /** The next customers after that number, in order. */
    SortedMap<Long, Customer> after(long number, int count) {
        return new TreeMap<>(of(jdbc.queryForList(NEXT, Long.class, number, Long.MAX_VALUE, count)));
    }

    Map<Long, Customer> of(Collection<Long> numbers) {
        return read("c.id = any (?)", "bigint", numbers);
    }

    /**
     * Reads customers with their own events since, in one statement: else a state that is written meanwhile tells less.
     */
    private Map<Long, Customer> read(String which, String type, Collection<?> parameter) {
        Map<Long, Customer> customers = new HashMap<>();
        Map<Long, Integer> lengths = new HashMap<>();
        jdbc.query("""
                select c.id, c.folded, e.seq, e.event_id, e.type, e.kind, e.event_at, e.happened_at, e.webhook
                from customer c left join event e on e.customer = c.id and e.seq > c.as_of
                  and e.kind <> 'customer_update' where\s
                """ + which, row -> {
            long number = row.getLong("id");
            if (!customers.containsKey(number)) {
                String state = row.getString("folded");
                customers.put(number, Customer.parse(state));
                lengths.put(number, state.length());
            }
            if (row.getLong("seq") > 0) {
                customers.get(number).add(DeliveryStore.received(row));
                behind.merge(number, 1, Integer::sum);
            }
        }, new SqlArrayValue(type, parameter.toArray()));
        customers.forEach((number, customer) -> {
            // of events that are stored, and indexed with them
            customer.takeFoundBefore();
            stored.put(number, new Customers.Stored(number, customer));
            read.add(number);
            known.put(number, customer, lengths.get(number), behind.getOrDefault(number, 0));
        });
        return customers;
    }

    @Override
    public Customers.Stored byId(String appUserId) {
        load(Set.of(appUserId));
        Customers.Stored found = loaded.get(appUserId);
        if (found != null) {
            stored.put(found.number(), found);
        }
        return found;
    }

    /** @param asOf the newest event that was taken in */
    void save(Customers customers, long asOf) {
        List<Object[]> inserts = new ArrayList<>();
        List<Object[]> updates = new ArrayList<>();
        for (Customers.Entry entry : customers.changed()) {
            boolean isStored = stored.containsKey(entry.number());
            int mostBehind = read.contains(entry.number()) ? MOST_BEHIND : MOST_BEHIND_IN_MEMORY;
            if (!isStored || entry.hasToBeWritten()
                    || !known.putUnwritten(entry.number(), entry.customer(), entry.taken(), mostBehind)) {
                String state = entry.customer().toJson();
                known.put(entry.number(), entry.customer(), state.length(), 0);
                (isStored ? updates : inserts).add(new Object[] {state, asOf, entry.number()});
            }
        }
        jdbc.batchUpdate("insert into customer (folded, as_of, id) values (?, ?, ?)", inserts);
        jdbc.batchUpdate("update customer set folded = ?, as_of = ? where id = ?", updates);
        SearchIndex.save(jdbc, customers.changed());
        jdbc.batchUpdate("insert into customer_id (app_user_id, customer) values (?, ?)",
                customers.links().entrySet().stream()
                        .map(link -> new Object[] {Ids.ofCustomer(link.getKey()), link.getValue()}).toList());
        saveMerges(customers.merges(), asOf);
    }

    /** Brings the stored states of these customers up to date. */
    void catchUp(List<Long> numbers, long asOf) {
        Map<Long, Customer> customers = of(numbers);
        jdbc.batchUpdate("update customer set folded = ?, as_of = ? where id = ?",
                customers.entrySet().stream().filter(each -> behind.containsKey(each.getKey()))
                        .map(each -> new Object[] {each.getValue().toJson(), asOf, each.getKey()}).toList());
    }

    /** A customer that was merged stays as a pointer, as events and deliveries are ordered under its number. */
    private void saveMerges(Map<Long, Long> merges, long asOf) {
        if (merges.isEmpty()) {
            return;
        }
        List<Object[]> all = new ArrayList<>();
        List<Object[]> updates = new ArrayList<>();
        List<Object[]> inserts = new ArrayList<>();
        merges.forEach((from, into) -> {
            known.forget(from);
            known.forget(into);
            Object[] merge = {into, from};
            all.add(merge);
            (stored.containsKey(from) ? updates : inserts).add(merge);
        });
        jdbc.batchUpdate("update customer_id set customer = ? where customer = ?", all);
        jdbc.batchUpdate("update customer set merged_into = ? where merged_into = ?", all);
        jdbc.batchUpdate("delete from search_index where customer = ?",
                all.stream().map(merge -> new Object[] {merge[1]}).toList());
        jdbc.batchUpdate("update redelivery set customer = ? where customer = ? and origin = 'request'", all);
        jdbc.batchUpdate(
                "update customer set merged_into = ?, folded = '{}', as_of = " + asOf + " where id = ?", updates);
        jdbc.batchUpdate(
                "insert into customer (merged_into, folded, as_of, id) values (?, '{}', " + asOf + ", ?)", inserts);
    }
}
