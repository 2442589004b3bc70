package io.subrelay.customer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a {@link StoredCustomer}, event by event: to bind records takes 1.4 times as long. */
final class StoredCustomerReader {

    private final JsonParser json;
    private final Customer customer = new Customer();
    /** The environment that the version before wrote of the fact that is read. */
    private Environment named;

    private StoredCustomerReader(JsonParser json) {
        this.json = json;
    }

    /** @throws IllegalArgumentException if it is something else */
    static Customer read(String text) {
        try (JsonParser json = StoredCustomer.FACTORY.createParser(text)) {
            return new StoredCustomerReader(json).read();
        } catch (IOException e) {
            // Without the cause's message, which would show what the customer's data is in logs.
            throw new IllegalArgumentException("Not the stored state of a customer");
        }
    }

    private Customer read() throws IOException {
        expect(json.nextToken(), JsonToken.START_OBJECT);
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            switch (name) {
                case "newest" -> {
                    customer.newest = key();
                    expect(json.nextToken(), JsonToken.END_ARRAY);
                }
                case "first" -> customer.firstSeenAt = json.getLongValue();
                case "last" -> {
                    customer.lastSeen = named();
                    customer.named.add(customer.lastSeen.id());
                }
                case "named" -> customer.named.addAll(texts());
                case "original" -> customer.original = named();
                case "ids" -> texts().forEach(customer::addId);
                case "seen" -> seen();
                case "attributes" -> attributes();
                case "subscriptions" -> subscriptions(Environment.PRODUCTION);
                case "wrote" -> customer.production.wrote = wrote();
                case "sandbox" -> sandbox();
                case "transfers" -> transfers();
                default -> throw new IOException("Unknown name at " + value);
            }
        }
        expect(json.currentToken(), JsonToken.END_OBJECT);
        tellWhatWrote(customer.production);
        tellWhatWrote(customer.sandbox);
        return customer;
    }

    private void sandbox() throws IOException {
        String name;
        while ((name = json.nextFieldName()) != null) {
            json.nextToken();
            switch (name) {
                case "subscriptions" -> subscriptions(Environment.SANDBOX);
                case "wrote" -> customer.sandbox.wrote = wrote();
                default -> throw new IOException("Unknown name");
            }
        }
    }

    private NamedId wrote() throws IOException {
        EventKey key = customer.newest;
        if (json.nextToken() != JsonToken.VALUE_STRING) {
            long at = json.getLongValue();
            int rank = (int) number();
            key = new EventKey(at, rank, text());
            json.nextToken();
        }
        NamedId wrote = new NamedId(key, json.getText());
        expect(json.nextToken(), JsonToken.END_ARRAY);
        return wrote;
    }

    /** The version before did not write it, but the fact of that event is always kept. */
    private static void tellWhatWrote(Purchases purchases) {
        if (purchases.wrote != null) {
            return;
        }
        for (Subscription subscription : purchases.subscriptions.values()) {
            for (Fact fact : subscription.facts()) {
                if (fact.type().isTracked()) {
                    purchases.wrote = NamedId.newer(purchases.wrote, new NamedId(fact.key(), fact.kind()));
                }
            }
        }
    }

    private EventKey key() throws IOException {
        long at = number();
        int rank = (int) number();
        return new EventKey(at, rank, text());
    }

    private NamedId named() throws IOException {
        String id = text();
        if (json.nextToken() == JsonToken.END_ARRAY) {
            return new NamedId(customer.newest, id);
        }
        long at = json.getLongValue();
        int rank = (int) number();
        NamedId named = new NamedId(new EventKey(at, rank, text()), id);
        expect(json.nextToken(), JsonToken.END_ARRAY);
        return named;
    }

    private void seen() throws IOException {
        while (json.nextToken() == JsonToken.START_ARRAY) {
            EventKey key = key();
            for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
                if (json.currentToken() != JsonToken.VALUE_NULL) {
                    customer.ids.put(json.getText(), new AliasPosition(key, i));
                }
            }
        }
    }

    private void attributes() throws IOException {
        String name;
        while ((name = json.nextFieldName()) != null) {
            expect(json.nextToken(), JsonToken.START_ARRAY);
            String value = json.nextToken() == JsonToken.VALUE_NULL ? null : json.getText();
            customer.attributes.put(name, new Attribute(value, number()));
            expect(json.nextToken(), JsonToken.END_ARRAY);
        }
    }

    /** @param environment of those facts that do not name one themselves, as the version before wrote it */
    private void subscriptions(Environment environment) throws IOException {
        String key;
        while ((key = json.nextFieldName()) != null) {
            expect(json.nextToken(), JsonToken.START_ARRAY);
            Object[] before = new Object[Field.ALL.length];
            named = null;
            while (json.nextToken() == JsonToken.START_ARRAY) {
                FactType type = FactType.ofCode(text());
                long at = number();
                EventKey event = new EventKey(at, type.rank(), text());
                Object[] values = values(before, at);
                Environment own = named == null ? environment : named;
                customer.in(own).of(key).restore(new Fact(event, type, values));
                expect(json.nextToken(), JsonToken.END_ARRAY);
                before = values;
            }
        }
    }

    /** @param at of the event, milliseconds since the epoch */
    private Object[] values(Object[] before, long at) throws IOException {
        Object[] values = before.clone();
        expect(json.nextToken(), JsonToken.START_OBJECT);
        String name;
        while ((name = json.nextFieldName()) != null) {
            Field field = Field.ofCode(name);
            JsonToken value = json.nextToken();
            if (name.equals("env")) {
                named = value == JsonToken.VALUE_NULL ? null : Environment.of(json.getText());
                continue;
            }
            if (field == null) {
                throw new IOException("Unknown field");
            }
            values[field.ordinal()] = value == JsonToken.VALUE_NULL ? null : switch (field.shape) {
                case TEXT -> json.getText();
                case TIME -> (Object) (json.getLongValue() + (name.equals(field.code) ? at : 0));
                case TEXTS -> texts();
            };
        }
        return values;
    }

    private void transfers() throws IOException {
        while (json.nextToken() == JsonToken.START_ARRAY) {
            long at = number();
            EventKey key = new EventKey(at, FactType.TRANSFER.rank(), text());
            expect(json.nextToken(), JsonToken.START_ARRAY);
            List<String> from = texts();
            expect(json.nextToken(), JsonToken.START_ARRAY);
            List<String> to = texts();
            Map<String, String> scope = new HashMap<>();
            if (json.nextToken() == JsonToken.START_OBJECT) {
                String name;
                while ((name = json.nextFieldName()) != null) {
                    scope.put(name, text());
                }
                json.nextToken();
            }
            expect(json.currentToken(), JsonToken.END_ARRAY);
            String environment = scope.get("env");
            customer.transfers.put(key.id(), new Transfer(key, from, to, scope.get("store"),
                    environment == null ? null : Environment.of(environment), scope.get("app")));
        }
    }

    /** The rest of an array of texts whose start was read. */
    private List<String> texts() throws IOException {
        List<String> texts = new ArrayList<>(4);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json.currentToken(), JsonToken.VALUE_STRING);
            texts.add(json.getText());
        }
        return texts;
    }

    private long number() throws IOException {
        expect(json.nextToken(), JsonToken.VALUE_NUMBER_INT);
        return json.getLongValue();
    }

    private String text() throws IOException {
        expect(json.nextToken(), JsonToken.VALUE_STRING);
        return json.getText();
    }

    private static void expect(JsonToken token, JsonToken expected) throws IOException {
        if (token != expected) {
            throw new IOException("Expected " + expected);
        }
    }
}
