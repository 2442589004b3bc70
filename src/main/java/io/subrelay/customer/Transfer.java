package io.subrelay.customer;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.event.Event;
import java.util.List;

/**
 * A transfer of what some customers own to another one.
 *
 * @param from        app user ids of any number of customers; may be empty
 * @param to          app user ids of one customer; may be empty, then nothing moves
 * @param store       null where it is of purchases in any store
 * @param environment null where it is of purchases in both
 * @param app         the {@code app_id}; null where it is of purchases in any app
 */
record Transfer(
        EventKey key, List<String> from, List<String> to, String store, Environment environment, String app) {

    static Transfer of(Event event) {
        JsonNode fields = event.event();
        String environment = Environment.named(event);
        return new Transfer(EventKey.of(event), EventIds.transferredFrom(event), EventIds.ofOneCustomer(event),
                Fields.text(fields, "store"), environment == null ? null : Environment.of(environment),
                Fields.text(fields, "app_id"));
    }

    /** Whether it moves what was bought there, each of which may be null where it is not known. */
    boolean moves(String ofStore, Environment ofEnvironment, String ofApp) {
        return (environment == null || environment == ofEnvironment)
                && (store == null || ofStore == null || store.equals(ofStore))
                && (app == null || ofApp == null || app.equals(ofApp));
    }
}
