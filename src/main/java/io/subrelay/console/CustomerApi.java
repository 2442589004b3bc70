package io.subrelay.console;

import io.subrelay.delivery.Outbox;
import io.subrelay.event.Ids;
import io.subrelay.store.CustomerRecords;
import io.subrelay.webhook.NotFound;
import java.sql.SQLException;
import org.apache.camel.Header;

/** One customer, by any of its ids. */
public final class CustomerApi {

    private final CustomerRecords records;
    private final Outbox outbox;

    public CustomerApi(CustomerRecords records, Outbox outbox) {
        this.records = records;
        this.outbox = outbox;
    }

    /**
     * @return the customer as JSON, its entitlements as of now
     * @throws NotFound if nobody is known by the id
     */
    public String find(@Header("id") String id) throws SQLException {
        return records.find(id, System.currentTimeMillis())
                .orElseThrow(() -> new NotFound("no customer is known by this id")).toString();
    }

    /** The key that the id is stored under. */
    public String key(@Header("id") String id) {
        return Ids.ofCustomer(id);
    }

    /**
     * Erases the customer, its events and what is still to be delivered of them.
     *
     * @return {@code {"erased":<events>}}
     * @throws NotFound if nobody is known by the id
     */
    public String erase(@Header("id") String id) throws SQLException {
        int events = outbox.erase(id).orElseThrow(() -> new NotFound("no customer is known by this id"));
        return "{\"erased\":" + events + "}";
    }
}
