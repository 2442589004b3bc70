package io.subrelay.console;

import io.subrelay.delivery.Outbox;
import io.subrelay.store.CustomerRecords;
import io.subrelay.webhook.NotFound;
import java.sql.SQLException;
import java.util.Set;
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

    /**
     * Erases the customer, its events and what is still to be delivered of them.
     *
     * @return {@code {"erased":<events>}}
     * @throws NotFound if nobody is known by the id
     */
    public String erase(@Header("id") String id) throws SQLException, InterruptedException {
        Set<Long> numbers = records.numbersOf(id);
        if (numbers.isEmpty()) {
            throw new NotFound("no customer is known by this id");
        }
        outbox.forgetEverywhere(numbers);
        int events = records.erase(numbers, System.currentTimeMillis());
        // what was accepted or read meanwhile
        outbox.forget(numbers);
        return "{\"erased\":" + events + "}";
    }
}
