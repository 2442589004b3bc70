package io.subrelay.customer;

import io.subrelay.webhook.Event;
import java.util.List;

/**
 * A transfer of all that some customers own to another one.
 *
 * @param from app user ids of any number of customers; may be empty
 * @param to   app user ids of one customer; may be empty, then nothing moves
 */
record Transfer(EventKey key, List<String> from, List<String> to) {

    static Transfer of(Event event) {
        return new Transfer(EventKey.of(event), EventIds.transferredFrom(event), EventIds.ofOneCustomer(event));
    }
}
