package io.subrelay.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.subrelay.event.Ids;
import io.subrelay.webhook.WebhookReader;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Takes the ids of customers who are erased out of what stays of others: the events by which something went from one to
 * the other, the results of their deliveries, and the states that they are folded into.
 */
final class Erasure {

    private static final ObjectMapper JSON = WebhookReader.EXACT;

    private final JdbcTemplate jdbc;
    /** The customers' numbers, as a list of SQL, and what stands for their ids. */
    private final String customers;
    private final TextNode erased;
    private final Set<String> ids;

    Erasure(JdbcTemplate jdbc, Set<Long> numbers) {
        this.jdbc = jdbc;
        this.customers = "(" + numbers.stream().map(String::valueOf).collect(Collectors.joining(",")) + ")";
        this.erased = TextNode.valueOf("erased:" + numbers.iterator().next());
        this.ids = Set.copyOf(jdbc.queryForList(
                "select app_user_id from customer_id where customer in " + customers, String.class));
    }

    void ofOthers() {
        String theirEvents = "(select p.event from event_party p where p.customer in " + customers + ")";
        replace("event", "seq", "webhook", "seq in " + theirEvents + " and customer not in " + customers);
        String others = "(select e.customer from event e where e.seq in " + theirEvents
                + " union select p.customer from event_party p join event e on e.seq = p.event where e.customer in "
                + customers + ")";
        replace("customer", "id", "folded", "id not in " + customers + " and (id in " + others
                + " or id in (select merged_into from customer where id in " + others + "))");
        String deliveries = DeliveryId.ofAll("p.event", "event_party p where p.customer in " + customers);
        jdbc.update("update delivery set request = null where id in " + deliveries);
        // longer ones first, as an id may be a part of another
        List<Object[]> names = ids.stream().sorted(Comparator.comparingInt(String::length).reversed())
                .map(id -> new Object[] {id, erased.asText()}).toList();
        jdbc.batchUpdate("update delivery set reason = replace(reason, ?, ?) where id in " + deliveries, names);
        jdbc.batchUpdate("update redelivery set reason = replace(reason, ?, ?) where event in " + theirEvents, names);
        jdbc.batchUpdate("update attempt set answer = replace(answer, ?, ?) where event in " + theirEvents, names);
    }

    private void replace(String table, String key, String column, String which) {
        List<Object[]> texts = jdbc.query(
                "select " + key + ", " + column + " from " + table + " where " + which + " order by " + key,
                (row, number) -> new Object[] {without(row.getString(2)), row.getLong(1)});
        jdbc.batchUpdate("update " + table + " set " + column + " = ? where " + key + " = ?", texts);
    }

    private String without(String text) {
        try {
            return without(JSON.readTree(text)).toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("something is stored that is not JSON", e);
        }
    }

    private JsonNode without(JsonNode json) {
        if (json instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(without(field.getValue())));
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
