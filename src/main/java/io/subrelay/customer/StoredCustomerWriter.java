package io.subrelay.customer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Writes a customer as JSON, for {@link StoredCustomerReader} to read. It is written with every few events, so it is
 * short: an event is named in full once where it can be, and a fact only lists the fields in which it differs from the
 * one before.
 *
 * <pre>
 * newest         [at, rank, event id]
 * first          ms
 * last, original [id], if told by the newest event; else [id, at, rank, event id]
 * named          [ids that events were about, but the last]
 * ids            [those that were never an alias]
 * seen           [[at, rank, event id, alias by position, null where it was seen before…]…]
 * attributes     {name: [value or null, ms]}
 * subscriptions  {key: [[type, at, event id, {field: value, null where the one before had it}]…]}, of production;
 *                times as milliseconds after the event's
 * wrote          [kind], of production, if of the newest event; else [at, rank, event id, kind]
 * sandbox        {subscriptions, wrote}
 * transfers      [[at, event id, [from…], [to…], {store, env, app}]…], the last one if there is any of them
 * </pre>
 *
 * The version before told production and sandbox apart by a field {@code env} of each fact, and wrote no
 * {@code wrote}.
 */
final class StoredCustomerWriter {

    /** The names are mostly ids, each of one customer: to look each up among all ever read costs and keeps. */
    static final JsonFactory FACTORY =
            JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();

    private final Customer customer;
    private final JsonGenerator json;

    private StoredCustomerWriter(Customer customer, JsonGenerator json) {
        this.customer = customer;
        this.json = json;
    }

    static String write(Customer customer) {
        StringWriter text = new StringWriter(512);
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            new StoredCustomerWriter(customer, json).write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private void write() throws IOException {
        json.writeStartObject();
        if (customer.newest != null) {
            json.writeArrayFieldStart("newest");
            key(customer.newest);
            json.writeEndArray();
            json.writeNumberField("first", customer.firstSeenAt);
        }
        named("last", customer.lastSeen);
        named("original", customer.original);
        others();
        ids();
        attributes();
        purchases(customer.production);
        if (!customer.sandbox.subscriptions.isEmpty()) {
            json.writeObjectFieldStart("sandbox");
            purchases(customer.sandbox);
            json.writeEndObject();
        }
        transfers();
        json.writeEndObject();
    }

    private void purchases(Purchases purchases) throws IOException {
        if (purchases.subscriptions.isEmpty()) {
            return;
        }
        subscriptions(purchases);
        NamedId wrote = purchases.wrote;
        if (wrote != null) {
            json.writeArrayFieldStart("wrote");
            if (!wrote.key().equals(customer.newest)) {
                key(wrote.key());
            }
            json.writeString(wrote.id());
            json.writeEndArray();
        }
    }

    private void key(EventKey key) throws IOException {
        json.writeNumber(key.at());
        json.writeNumber(key.rank());
        json.writeString(key.id());
    }

    private void named(String name, NamedId named) throws IOException {
        if (named == null) {
            return;
        }
        json.writeArrayFieldStart(name);
        json.writeString(named.id());
        if (!named.key().equals(customer.newest)) {
            key(named.key());
        }
        json.writeEndArray();
    }

    private void others() throws IOException {
        if (customer.named.size() > 1) {
            json.writeFieldName("named");
            texts(customer.named.stream().filter(id -> !id.equals(customer.lastSeen.id())).toList());
        }
    }

    private void ids() throws IOException {
        List<String> others = new ArrayList<>();
        Map<EventKey, TreeMap<Integer, String>> seen = new TreeMap<>();
        customer.ids.forEach((id, sight) -> {
            if (sight == null) {
                others.add(id);
            } else {
                seen.computeIfAbsent(sight.key(), key -> new TreeMap<>()).put(sight.position(), id);
            }
        });
        if (!others.isEmpty()) {
            json.writeFieldName("ids");
            texts(others);
        }
        if (seen.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("seen");
        for (Map.Entry<EventKey, TreeMap<Integer, String>> event : seen.entrySet()) {
            json.writeStartArray();
            key(event.getKey());
            for (int i = 0; i <= event.getValue().lastKey(); i++) {
                json.writeString(event.getValue().get(i));
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private void attributes() throws IOException {
        if (customer.attributes.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart("attributes");
        for (Map.Entry<String, Attribute> each : customer.attributes.entrySet()) {
            json.writeArrayFieldStart(each.getKey());
            json.writeString(each.getValue().value());
            json.writeNumber(each.getValue().updatedAt());
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private void subscriptions(Purchases purchases) throws IOException {
        json.writeObjectFieldStart("subscriptions");
        for (Map.Entry<String, Subscription> each : purchases.subscriptions.entrySet()) {
            json.writeArrayFieldStart(each.getKey());
            Fact before = null;
            for (Fact fact : each.getValue().facts()) {
                fact(fact, before);
                before = fact;
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private void fact(Fact fact, Fact before) throws IOException {
        json.writeStartArray();
        json.writeString(fact.type().code());
        json.writeNumber(fact.key().at());
        json.writeString(fact.key().id());
        json.writeStartObject();
        for (Field field : Field.ALL) {
            Object value = fact.value(field);
            if (!Objects.equals(value, before == null ? null : before.value(field))) {
                json.writeFieldName(field.code());
                value(value, fact.key().at());
            }
        }
        json.writeEndObject();
        json.writeEndArray();
    }

    private void value(Object value, long at) throws IOException {
        if (value instanceof Long time) {
            json.writeNumber(time - at);
        } else if (value instanceof Collection<?> several) {
            texts(several);
        } else {
            json.writeString((String) value);
        }
    }

    private void transfers() throws IOException {
        if (customer.transfers.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("transfers");
        for (Transfer transfer : customer.transfers.values()) {
            json.writeStartArray();
            json.writeNumber(transfer.key().at());
            json.writeString(transfer.key().id());
            texts(transfer.from());
            texts(transfer.to());
            scope(transfer);
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private void scope(Transfer transfer) throws IOException {
        if (transfer.store() == null && transfer.environment() == null && transfer.app() == null) {
            return;
        }
        json.writeStartObject();
        optional("store", transfer.store());
        optional("env", transfer.environment() == null ? null : transfer.environment().name());
        optional("app", transfer.app());
        json.writeEndObject();
    }

    private void optional(String name, String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    private void texts(Collection<?> texts) throws IOException {
        json.writeStartArray();
        for (Object text : texts) {
            json.writeString((String) text);
        }
        json.writeEndArray();
    }
}
