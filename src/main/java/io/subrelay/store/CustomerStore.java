package io.subrelay.store;

import io.subrelay.customer.Customer;
import io.subrelay.customer.Customers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Customers in the database, for one transaction: finds them by any of their ids, and stores what changed. */
final class CustomerStore implements Customers.Lookup {

    private final Connection connection;
    private final KnownCustomers known;
    private final Map<Long, Customers.Stored> stored = new HashMap<>();
    private final Map<String, Customers.Stored> loaded = new HashMap<>();
    private final Set<String> asked = new HashSet<>();

    /** @param known those that need not be read; what is read is added */
    CustomerStore(Connection connection, KnownCustomers known) {
        this.connection = connection;
        this.known = known;
    }

    /** Finds the customers of all these ids at once. */
    void load(Collection<String> appUserIds) throws SQLException {
        List<String> unknown = new ArrayList<>();
        for (String id : appUserIds) {
            if (asked.add(id) && known.byId(id) == null) {
                unknown.add(id);
            }
        }
        if (unknown.isEmpty()) {
            return;
        }
        try (PreparedStatement select = connection.prepareStatement("""
                select c.id, c.state from customer_id i join customer c on c.id = i.customer
                where i.app_user_id = any (?)""")) {
            select.setArray(1, connection.createArrayOf("varchar", unknown.toArray()));
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    long number = rows.getLong(1);
                    if (!stored.containsKey(number)) {
                        String state = rows.getString(2);
                        Customer customer = Customer.parse(state);
                        Customers.Stored read = new Customers.Stored(number, customer);
                        stored.put(number, read);
                        customer.ids().forEach(id -> loaded.put(id, read));
                        known.put(number, customer, state.length());
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
        Customers.Stored found = loaded.getOrDefault(appUserId, known.byId(appUserId));
        if (found != null) {
            stored.put(found.number(), found);
        }
        return found;
    }

    void save(Customers customers) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("update customer set state = ? where id = ?");
             PreparedStatement insert = connection.prepareStatement("insert into customer (state, id) values (?, ?)")) {
            boolean inserts = false;
            boolean updates = false;
            for (Customers.Entry entry : customers.changed()) {
                boolean isStored = stored.containsKey(entry.number());
                PreparedStatement statement = isStored ? update : insert;
                String state = entry.customer().toJson();
                known.put(entry.number(), entry.customer(), state.length());
                statement.setString(1, state);
                statement.setLong(2, entry.number());
                statement.addBatch();
                updates |= isStored;
                inserts |= !isStored;
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
             PreparedStatement requested = connection.prepareStatement(
                     "update redelivery set customer = ? where customer = ? and origin = 'request'");
             PreparedStatement insert = connection.prepareStatement(
                     "insert into customer (merged_into, state, id) values (?, '{}', ?)")) {
            for (Map.Entry<Long, Long> merge : merges.entrySet()) {
                known.forget(merge.getKey());
                known.forget(merge.getValue());
                PreparedStatement pointer = stored.containsKey(merge.getKey()) ? point : insert;
                for (PreparedStatement statement : new PreparedStatement[] {ids, earlier, requested, pointer}) {
                    statement.setLong(1, merge.getValue());
                    statement.setLong(2, merge.getKey());
                    statement.addBatch();
                }
            }
            ids.executeBatch();
            earlier.executeBatch();
            requested.executeBatch();
            point.executeBatch();
            insert.executeBatch();
        }
    }
}
