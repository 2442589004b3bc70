package io.subrelay.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.subrelay.event.Ids;
import io.subrelay.webhook.WebhookReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Takes the ids of customers who are erased out of what stays of others: the events by which something went from one to
 * the other, what became of those, and the states that they are folded into.
 */
final class Erasure {

    private static final ObjectMapper JSON = WebhookReader.EXACT;

    private final Connection connection;
    /** The customers' numbers, as a list of SQL, and what stands for their ids. */
    private final String customers;
    private final TextNode erased;
    private final Set<String> ids;

    Erasure(Connection connection, Set<Long> numbers) throws SQLException {
        this.connection = connection;
        this.customers = "(" + numbers.stream().map(String::valueOf).collect(Collectors.joining(",")) + ")";
        this.erased = TextNode.valueOf("erased:" + numbers.iterator().next());
        this.ids = ids();
    }

    void ofOthers() throws SQLException {
        String theirEvents = "(select p.event from event_party p where p.customer in " + customers + ")";
        replace("event", "seq", "webhook", "seq in " + theirEvents + " and customer not in " + customers);
        String others = "(select e.customer from event e where e.seq in " + theirEvents
                + " union select p.customer from event_party p join event e on e.seq = p.event where e.customer in "
                + customers + ")";
        replace("customer", "id", "folded", "id not in " + customers + " and (id in " + others
                + " or id in (select merged_into from customer where id in " + others + "))");
        execute("update delivery set request = null where event in " + theirEvents);
        for (String id : ids) {
            execute("update delivery set reason = replace(reason, ?, ?) where event in " + theirEvents, id);
            execute("update redelivery set reason = replace(reason, ?, ?) where event in " + theirEvents, id);
            execute("update attempt set answer = replace(answer, ?, ?) where event in " + theirEvents, id);
        }
    }

    private void replace(String table, String key, String column, String which) throws SQLException {
        Map<Long, JsonNode> texts = new TreeMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select " + key + ", " + column + " from " + table + " where " + which);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                texts.put(rows.getLong(1), without(JSON.readTree(rows.getString(2))));
            }
        } catch (JsonProcessingException e) {
            throw new SQLException("there is something in " + table + " that is not JSON", e);
        }
        try (PreparedStatement update = connection.prepareStatement(
                "update " + table + " set " + column + " = ? where " + key + " = ?")) {
            for (Map.Entry<Long, JsonNode> each : texts.entrySet()) {
                update.setString(1, each.getValue().toString());
                update.setLong(2, each.getKey());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    private void execute(String sql, String... id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (String each : id) {
                statement.setString(1, each);
                statement.setString(2, erased.asText());
            }
            statement.executeUpdate();
        }
    }

    private Set<String> ids() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select app_user_id from customer_id where customer in " + customers);
                ResultSet rows = select.executeQuery()) {
            Set<String> ids = new HashSet<>();
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
            return ids;
        }
    }

    private JsonNode without(JsonNode json) {
        if (json instanceof ObjectNode object) {
            object.fields().forEachRemaining(field -> field.setValue(without(field.getValue())));
        } else if (json instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, without(array.get(i)));
            }
        } else if (json.isTextual() && ids.contains(Ids.ofCustomer(json.asText()))) {
            return erased;
        }
        return json;
    }
}
