package io.subrelay.store;

import io.subrelay.customer.Customer;
import io.subrelay.customer.Customers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Customers in the database, for one transaction: finds them by any of their ids, and stores what changed. */
final class CustomerStore implements Customers.Lookup {

    private final Connection connection;
    private final Map<String, Long> numbers = new HashMap<>();
    private final Map<Long, Customers.Stored> stored = new HashMap<>();
    private final Set<String> asked = new HashSet<>();

    CustomerStore(Connection connection) {
        this.connection = connection;
    }

    /** Finds the customers of all these ids at once. */
    void load(Collection<String> appUserIds) throws SQLException {
        asked.addAll(appUserIds);
        try (PreparedStatement select = connection.prepareStatement("""
                select i.app_user_id, c.id, c.state from customer_id i join customer c on c.id = i.customer
                where i.app_user_id = any (?)""")) {
            select.setArray(1, connection.createArrayOf("varchar", appUserIds.toArray()));
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    long number = rows.getLong(2);
                    numbers.put(rows.getString(1), number);
                    if (!stored.containsKey(number)) {
                        stored.put(number, new Customers.Stored(number, Customer.parse(rows.getString(3))));
                    }
                }
            }
        }
    }

    @Override
    public Customers.Stored byId(String appUserId) {
        if (!asked.contains(appUserId)) {
            try {
                load(Set.of(appUserId));
            } catch (SQLException e) {
                throw new IllegalStateException("cannot look up a customer", e);
            }
        }
        Long number = numbers.get(appUserId);
        return number == null ? null : stored.get(number);
    }

    void save(Customers customers) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("update customer set state = ? where id = ?");
             PreparedStatement insert = connection.prepareStatement("insert into customer (state, id) values (?, ?)")) {
            boolean inserts = false;
            boolean updates = false;
            for (Customers.Entry entry : customers.changed()) {
                boolean known = stored.containsKey(entry.number());
                PreparedStatement statement = known ? update : insert;
                statement.setString(1, entry.customer().toJson());
                statement.setLong(2, entry.number());
                statement.addBatch();
                updates |= known;
                inserts |= !known;
            }
            if (inserts) {
                insert.executeBatch();
            }
            if (updates) {
                update.executeBatch();
            }
        }
        saveLinks(customers.links());
        saveMerges(customers.merges());
    }

    private void saveLinks(Map<String, Long> links) throws SQLException {
        if (links.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into customer_id (app_user_id, customer) values (?, ?)")) {
            for (Map.Entry<String, Long> link : links.entrySet()) {
                insert.setString(1, link.getKey());
                insert.setLong(2, link.getValue());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** A customer that was merged stays as a pointer, as events and deliveries are ordered under its number. */
    private void saveMerges(Map<Long, Long> merges) throws SQLException {
        if (merges.isEmpty()) {
            return;
        }
        try (PreparedStatement ids = connection.prepareStatement("update customer_id set customer = ? where customer = ?");
             PreparedStatement earlier = connection.prepareStatement(
                     "update customer set merged_into = ? where merged_into = ?");
             PreparedStatement point = connection.prepareStatement(
                     "update customer set merged_into = ?, state = '{}' where id = ?");
             PreparedStatement insert = connection.prepareStatement(
                     "insert into customer (merged_into, state, id) values (?, '{}', ?)")) {
            for (Map.Entry<Long, Long> merge : merges.entrySet()) {
                PreparedStatement pointer = stored.containsKey(merge.getKey()) ? point : insert;
                for (PreparedStatement statement : new PreparedStatement[] {ids, earlier, pointer}) {
                    statement.setLong(1, merge.getValue());
                    statement.setLong(2, merge.getKey());
                    statement.addBatch();
                }
            }
            ids.executeBatch();
            earlier.executeBatch();
            point.executeBatch();
            insert.executeBatch();
        }
    }
}
