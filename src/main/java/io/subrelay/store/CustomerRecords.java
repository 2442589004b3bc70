package io.subrelay.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.customer.Customer;
import io.subrelay.customer.Customers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

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
    public Optional<ObjectNode> find(String appUserId, long atMs) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            Customers customers = new Customers(new CustomerStore(connection, new KnownCustomers()), () -> {
                throw new IllegalStateException("reading makes no customers");
            });
            Customer customer = customers.customerOf(appUserId);
            return Optional.ofNullable(customer).map(it -> it.view(customers::customerOf, atMs).toApiJson());
        }
    }

    /** The number of a customer and of those that were merged into it; empty if nobody is known by the id. */
    public Set<Long> numbersOf(String appUserId) throws SQLException {
        Set<Long> numbers = new TreeSet<>();
        try (Connection connection = database.dataSource().getConnection();
             PreparedStatement select = connection.prepareStatement("""
                     select customer from customer_id where app_user_id = ?
                     union select c.id from customer c join customer_id i on c.merged_into = i.customer
                     where i.app_user_id = ?""")) {
            select.setString(1, appUserId);
            select.setString(2, appUserId);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    numbers.add(rows.getLong(1));
                }
            }
        }
        return numbers;
    }

    /** Tells the other runners on this database that these customers are about to be erased; see {@link #erasures}. */
    public void announceErasure(Set<Long> numbers, long atMs) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
             PreparedStatement forget = connection.prepareStatement("delete from erasure where erased_at < ? or customer = ?");
             PreparedStatement insert = connection.prepareStatement("insert into erasure (customer) values (?)")) {
            for (long number : numbers) {
                forget.setLong(1, atMs - REMEMBERED_MS);
                forget.setLong(2, number);
                forget.executeUpdate();
                insert.setLong(1, number);
                insert.executeUpdate();
            }
        }
    }

    /** Customers that are about to be erased (false), or have been lately (true). */
    public Map<Long, Boolean> erasures() throws SQLException {
        Map<Long, Boolean> erasures = new HashMap<>();
        try (Connection connection = database.dataSource().getConnection();
             PreparedStatement select = connection.prepareStatement("select customer, erased_at from erasure");
             ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                erasures.put(rows.getLong(1), rows.getObject(2) != null);
            }
        }
        return erasures;
    }

    /**
     * Erases customers with all that is theirs.
     *
     * @param atMs now, milliseconds since the epoch
     * @return     how many events that were
     */
    public int erase(Set<Long> numbers, long atMs) throws SQLException {
        String customers = "(" + numbers.stream().map(String::valueOf).collect(Collectors.joining(",")) + ")";
        String events = "(select seq from event where customer in " + customers + ")";
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                // nothing may be accepted for them meanwhile, and nobody may think to know them afterwards
                statement.executeUpdate("update log_position set last_customer = last_customer + 1");
                statement.executeUpdate("""
                        update destination set pending = pending
                          - (select count(*) from event e where e.customer in %1$s
                             and e.destinations like '%%,' || destination.name || ',%%'
                             and not exists (select 1 from delivery d
                                             where d.event = e.seq and d.destination = destination.name))
                          - (select count(*) from redelivery r join event e on e.seq = r.event
                             where e.customer in %1$s and r.origin = 'request' and r.destination = destination.name
                             and e.destinations not like '%%,' || destination.name || ',%%')""".formatted(customers));
                for (String table : new String[] {"delivery", "redelivery", "attempt", "dead_letter", "event_party"}) {
                    statement.executeUpdate("delete from " + table + " where event in " + events);
                }
                statement.executeUpdate("delete from event_party where customer in " + customers);
                int erased = statement.executeUpdate("delete from event where customer in " + customers);
                statement.executeUpdate("delete from customer_id where customer in " + customers);
                statement.executeUpdate("delete from customer where id in " + customers);
                statement.executeUpdate("update erasure set erased_at = " + atMs + " where customer in " + customers);
                database.commitToDisk(connection);
                return erased;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }
}
