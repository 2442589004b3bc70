package io.subrelay.customer;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A customer as it is stored, for {@link StoredCustomerReader} to read. It is written with every few events, so it is
 * short: an event is named in full once where it can be, and a fact only lists the fields in which it differs from the
 * one before.
 *
 * @param newest        the event; null if there was none
 * @param first         milliseconds since the epoch
 * @param last          {@code [id]} if told by the newest event, as is {@code original}; else
 *                      {@code [id, at, rank, event id]}
 * @param named         the ids that events were about, but the last
 * @param ids           those that were never an alias
 * @param seen          {@code [at, rank, event id, alias by position, null where it was seen before…]} for each event
 * @param subscriptions of production, by {@link Fact#subscriptionKey}
 * @param wrote         {@code [kind]}, of production, if of the newest event; else {@code [at, rank, event id, kind]}
 * @param transfers     {@code [at, event id, [from…], [to…], {store, env, app}]}, the last one if there is any of them
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record StoredCustomer(EventKey newest, Long first, List<Object> last, List<Object> original, List<String> named,
        List<String> ids, Collection<List<Object>> seen, Map<String, Attribute> attributes,
        Map<String, List<StoredFact>> subscriptions, List<Object> wrote, Sandbox sandbox,
        List<List<Object>> transfers) {

    /** As {@code subscriptions} and {@code wrote} of production. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Sandbox(Map<String, List<StoredFact>> subscriptions, List<Object> wrote) {
    }

    /**
     * A {@link Fact}.
     *
     * @param values by {@link Field#code}, null where the fact before had it; times as milliseconds after the event's.
     *               The version before told production and sandbox apart by {@code env}, and wrote no {@code wrote}.
     */
    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    @JsonPropertyOrder({"type", "at", "id", "values"})
    record StoredFact(String type, long at, String id, Map<String, Object> values) {
    }

    /** The names are mostly ids, each of one customer: to look each up among all ever read costs and keeps. */
    static final JsonFactory FACTORY =
            JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();
    private static final ObjectWriter WRITER = JsonMapper.builder(FACTORY).build().writerFor(StoredCustomer.class);

    static String write(Customer customer) {
        try {
            return WRITER.writeValueAsString(of(customer));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a customer is JSON", e);
        }
    }

    private static StoredCustomer of(Customer customer) {
        EventKey newest = customer.newest;
        NamedId last = customer.lastSeen;
        List<String> unseen = new ArrayList<>();
        Map<EventKey, List<Object>> seen = new TreeMap<>();
        customer.ids.forEach((id, sight) -> {
            if (sight == null) {
                unseen.add(id);
            } else {
                List<Object> event = seen.computeIfAbsent(sight.key(), StoredCustomer::stored);
                while (event.size() <= 3 + sight.position()) {
                    event.add(null);
                }
                event.set(3 + sight.position(), id);
            }
        });
        Purchases sandbox = customer.sandbox;
        return new StoredCustomer(newest, newest == null ? null : customer.firstSeenAt, named(last, newest),
                named(customer.original, newest),
                customer.named.stream().filter(id -> !id.equals(last.id())).toList(), unseen, seen.values(),
                customer.attributes, stored(customer.production), wrote(customer.production, newest),
                sandbox.subscriptions.isEmpty() ? null : new Sandbox(stored(sandbox), wrote(sandbox, newest)),
                customer.transfers.values().stream().map(StoredCustomer::stored).toList());
    }

    private static List<Object> stored(EventKey key) {
        return new ArrayList<>(Arrays.asList(key.at(), key.rank(), key.id()));
    }

    private static List<Object> named(NamedId named, EventKey newest) {
        return named == null ? null : named.key().equals(newest) ? List.of(named.id())
                : List.of(named.id(), named.key().at(), named.key().rank(), named.key().id());
    }

    private static List<Object> wrote(Purchases purchases, EventKey newest) {
        NamedId wrote = purchases.subscriptions.isEmpty() ? null : purchases.wrote;
        return wrote == null ? null : wrote.key().equals(newest) ? List.of(wrote.id())
                : List.of(wrote.key().at(), wrote.key().rank(), wrote.key().id(), wrote.id());
    }

    private static Map<String, List<StoredFact>> stored(Purchases purchases) {
        Map<String, List<StoredFact>> stored = new LinkedHashMap<>();
        purchases.subscriptions.forEach((key, subscription) -> {
            List<StoredFact> facts = new ArrayList<>();
            Fact before = null;
            for (Fact fact : subscription.facts()) {
                facts.add(stored(fact, before));
                before = fact;
            }
            stored.put(key, facts);
        });
        return stored;
    }

    private static StoredFact stored(Fact fact, Fact before) {
        long at = fact.key().at();
        Map<String, Object> values = new LinkedHashMap<>();
        for (Field field : Field.ALL) {
            Object value = fact.value(field);
            if (!Objects.equals(value, before == null ? null : before.value(field))) {
                values.put(field.code, value instanceof Long time ? (Long) (time - at) : value);
            }
        }
        return new StoredFact(fact.type().code(), at, fact.key().id(), values);
    }

    private static List<Object> stored(Transfer transfer) {
        List<Object> stored = new ArrayList<>(Arrays.asList(
                transfer.key().at(), transfer.key().id(), transfer.from(), transfer.to()));
        Map<String, String> scope = new LinkedHashMap<>();
        scope.put("store", transfer.store());
        scope.put("env", transfer.environment() == null ? null : transfer.environment().name());
        scope.put("app", transfer.app());
        scope.values().removeIf(Objects::isNull);
        if (!scope.isEmpty()) {
            stored.add(scope);
        }
        return stored;
    }
}
