package io.subrelay.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.store.Search;
import io.subrelay.webhook.Invalid;
import java.sql.SQLException;
import java.time.Instant;
import org.apache.camel.Header;

/** Customers and events by whatever a person has at hand. */
public final class SearchApi {

    private static final int MOST = 20;

    private final Search search;

    public SearchApi(Search search) {
        this.search = search;
    }

    /**
     * @param  typed an id of a customer or event, or its beginning; the value of an attribute; a store's transaction
     * @return       {@code {"customers":[{found_by, app_user_id, subscription_status, environment}],
     *               "events":[{event_id, kind, happened_at}], "complete"}}, up to 20 of each; {@code complete} is false
     *               while customers of before an upgrade may not be found by attributes yet
     */
    public String find(@Header("q") String typed) throws SQLException {
        String text = typed == null ? "" : typed.strip();
        if (text.isEmpty() || text.indexOf('\0') >= 0) {
            throw new Invalid("q accepts an id, its beginning, an attribute or a transaction");
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode customers = answer.putArray("customers");
        search.customers(text, MOST, System.currentTimeMillis()).forEach(each -> customers.addObject()
                .put("found_by", each.by()).put("app_user_id", each.id())
                .put("subscription_status", each.status()).put("environment", each.environment()));
        ArrayNode events = answer.putArray("events");
        search.events(text, MOST).forEach(each -> events.addObject().put("event_id", each.eventId())
                .put("kind", each.kind()).put("happened_at", Instant.ofEpochMilli(each.happenedAt()).toString()));
        return answer.put("complete", search.isComplete()).toString();
    }
}
