package io.subrelay.destinations;

import static io.subrelay.destinations.Destinations.enrich;
import static io.subrelay.destinations.Destinations.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.destinations.Destinations.Outcome;
import io.subrelay.destinations.Destinations.Request;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the shipped route files once for all tests of a class. */
abstract class WithDestinations {

    static Destinations destinations;

    @BeforeAll
    static void start() throws Exception {
        destinations = new Destinations(Map.of());
    }

    @AfterAll
    static void stop() {
        destinations.close();
    }

    static ObjectNode webhook(String type, String... fields) {
        ObjectNode event = (ObjectNode) json("""
                {"type": "INITIAL_PURCHASE", "id": "evt-1", "event_timestamp_ms": 1663786195063, "app_id": "app12",
                 "app_user_id": "user-1", "original_app_user_id": "$RCAnonymousID:1", "aliases": ["user-1", "a2"],
                 "subscriber_attributes": {"$email": {"value": "a@b.c", "updated_at_ms": 1},
                                           "$onesignalUserId": {"value": "os-1", "updated_at_ms": 1}},
                 "product_id": "monthly", "entitlement_ids": ["pro", "plus"], "period_type": "NORMAL",
                 "purchased_at_ms": 1662493499000, "expiration_at_ms": 1665085499500, "store": "APP_STORE",
                 "environment": "PRODUCTION", "price": 9.99, "price_in_purchased_currency": 10.49, "currency": "EUR",
                 "tax_percentage": 0.1109, "commission_percentage": 0.30, "takehome_percentage": 0.7,
                 "transaction_id": "t1", "original_transaction_id": "t0", "presented_offering_id": null}""");
        event.put("type", type);
        for (int i = 0; i < fields.length; i += 2) {
            event.set(fields[i], json(fields[i + 1]));
        }
        ObjectNode webhook = Destinations.JSON.createObjectNode().put("api_version", "1.0");
        webhook.set("event", event);
        return webhook;
    }

    static ObjectNode event(String type, String... fields) {
        return enrich(webhook(type, fields));
    }

    static ObjectNode transfer() {
        return enrich(json("""
                {"api_version": "1.0", "event": {"type": "TRANSFER", "id": "evt-t", "event_timestamp_ms": 1663786195063,
                 "store": "APP_STORE", "transferred_from": ["a"], "transferred_to": ["b"]}}"""));
    }
}
