package io.subrelay.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.books.Journal;
import io.subrelay.customer.Customer;
import io.subrelay.customer.Customers;
import io.subrelay.customer.Gap;
import io.subrelay.customer.Gaps;
import io.subrelay.event.Ids;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.SqlArrayValue;

/** Stored customers, to be read and erased. */
public final class CustomerRecords {

    /** How long a runner may be out of touch and still learn of an erasure. */
    private static final long REMEMBERED_MS = 600_000;

    private final Database database;

    public CustomerRecords(Database database) {
        this.database = database;
    }

    /**
     * @param  atMs the time for which access is told, milliseconds since the epoch
     * @return      the customer as the API shows it; empty if nobody is known by the id
     */
    public Optional<ObjectNode> find(String appUserId, long atMs) {
        Customers customers = customersOf(new CustomerStore(database.jdbc()));
        return Optional.ofNullable(customers.customerOf(appUserId))
                .map(it -> it.toApiJson(customers::customerOf, atMs));
    }

    /** Those of the ids by which somebody is known. */
    public Set<String> known(Collection<String> appUserIds) {
        Map<String, String> byKey = new HashMap<>();
        appUserIds.forEach(id -> byKey.put(Ids.ofCustomer(id), id));
        return database.jdbc().queryForList("select app_user_id from customer_id where app_user_id = any (?)",
                String.class, new SqlArrayValue("varchar", byKey.keySet().toArray())).stream()
                .map(byKey::get).collect(Collectors.toCollection(HashSet::new));
    }

    /**
     * What must have been missed of some customers.
     *
     * @param next after which customer it goes on; 0 if these were the last ones
     */
    public record Missed(List<Gap> gaps, long next) {
    }

    /**
     * Looks at some customers, in the order of their numbers.
     *
     * @param after the number of the last one that was looked at; 0 to begin
     * @param count how many
     * @param nowMs milliseconds since the epoch
     */
    public Missed missed(long after, int count, long nowMs) {
        CustomerStore store = new CustomerStore(database.jdbc());
        Customers customers = customersOf(store);
        SortedMap<Long, Customer> some = store.after(after, count);
        return new Missed(
                some.values().stream().flatMap(it -> Gaps.of(it, customers::customerOf, nowMs).stream()).toList(),
                some.isEmpty() ? 0 : some.lastKey());
    }

    static Customers customersOf(CustomerStore store) {
        return new Customers(store, () -> {
            throw new IllegalStateException("reading makes no customers");
        });
    }

    /**
     * Whom an erasure was of, and how much.
     *
     * @param customers the customer's number and those of customers that were merged into it
     */
    public record Erased(Set<Long> customers, int events) {
    }

    /**
     * Erases a customer with all that is its own. Every runner on the database has to forget it; see {@link #erased()}.
     *
     * @param atMs now, milliseconds since the epoch
     * @return     empty if nobody is known by the id
     */
    Optional<Erased> erase(String appUserId, long atMs) throws SQLException {
        return database.booked((jdbc, journal) -> {
            // nothing may be accepted meanwhile, nobody be merged, and nobody think to know the customer afterwards
            jdbc.update("update log_position set last_customer = last_customer + 1");
            Set<Long> numbers = numbersOf(jdbc, appUserId);
            if (numbers.isEmpty()) {
                return Optional.empty();
            }
            if (database.isShared()) {
                // writers of its deliveries' results have either committed before, or look for erasures after it
                jdbc.execute("lock table delivery, redelivery, attempt in share row exclusive mode");
            }
            handOver(jdbc, appUserId);
            database.erasing();
            new Erasure(jdbc, numbers).ofOthers();
            return Optional.of(new Erased(numbers, erase(jdbc, numbers, atMs, journal)));
        });
    }

    /** Subscriptions that were transferred from the customer stay with their new owner, with all that is known. */
    private static void handOver(JdbcTemplate jdbc, String appUserId) {
        CustomerStore store = new CustomerStore(jdbc);
        Customers customers = customersOf(store);
        customers.leave(appUserId);
        store.save(customers, EventStore.lockPosition(jdbc).get(0));
    }

    /** The customer that an id belongs to, and those that were merged into it; empty if nobody is known by the id. */
    static Set<Long> numbersOf(JdbcTemplate jdbc, String appUserId) {
        return new TreeSet<>(jdbc.queryForList("""
                select customer from customer_id where app_user_id = ?
                union select c.id from customer c join customer_id i on c.merged_into = i.customer
                where i.app_user_id = ?""", Long.class, Ids.ofCustomer(appUserId), Ids.ofCustomer(appUserId)));
    }

    private static int erase(JdbcTemplate jdbc, Set<Long> numbers, long atMs, Journal journal) {
        String customers = "(" + numbers.stream().map(String::valueOf).collect(Collectors.joining(",")) + ")";
        jdbc.update("""
                update destination set dead = dead - (select count(*) from event e
                  join delivery d on d.id = e.seq * 1000 + destination.number and d.state = 'dead'
                  where e.customer in %s)""".formatted(customers));
        // now that nobody else can ask for deliveries, as the destinations are locked
        DeliveryStore.drop(jdbc, "e.customer in " + customers + """
                and (e.destinations like '%,' || t.name || ',%' or exists (select 1 from redelivery r
                 where r.event = e.seq and r.destination = t.name and r.origin = 'request'))""", journal);
        int erased = DeliveryStore.delete(jdbc, "customer in " + customers);
        jdbc.update("delete from event_party where customer in " + customers);
        jdbc.update("delete from customer_id where customer in " + customers);
        jdbc.update("delete from search_index where customer in " + customers);
        jdbc.update("delete from customer where id in " + customers);
        jdbc.update("delete from erasure where erased_at < " + (atMs - REMEMBERED_MS));
        for (long number : numbers) {
            jdbc.update("insert into erasure (customer, erased_at) values (" + number + ", " + atMs + ")");
        }
        return erased;
    }

    /** The numbers of the customers that were erased lately, by whichever runner. */
    public Set<Long> erased() {
        return erased(database.jdbc());
    }

    static Set<Long> erased(JdbcTemplate jdbc) {
        return new TreeSet<>(jdbc.queryForList("select customer from erasure", Long.class));
    }
}
