package io.subrelay.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.customer.Customer;
import io.subrelay.customer.CustomerUpdate;
import io.subrelay.customer.CustomerView;
import io.subrelay.customer.Customers;
import io.subrelay.customer.Environment;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Takes events into their customers, one after the other, and gives each the customer as of it; numbers both. */
final class Enricher {

    private final Customers customers;
    private final List<Object[]> parties = new ArrayList<>();
    private long lastEvent;
    private long lastCustomer;

    /**
     * @param lastEvent    the number after which events are numbered
     * @param lastCustomer the same for customers that are not stored yet
     */
    Enricher(Customers.Lookup stored, long lastEvent, long lastCustomer) {
        this.customers = new Customers(stored, () -> ++this.lastCustomer);
        this.lastEvent = lastEvent;
        this.lastCustomer = lastCustomer;
    }

    /**
     * An event that names no customer, and an update of a customer who is not stored, belong to an empty customer.
     *
     * @param destinations for which it is meant
     */
    EnrichedEvent enrich(Event event, long receivedAt, List<String> destinations) {
        boolean update = CustomerUpdate.is(event);
        Set<Long> mergedBefore = customers.merges().keySet();
        Customers.Folded folded = update
                ? new Customers.Folded(customers.entryOf(CustomerUpdate.appUserId(event)), List.of())
                : customers.fold(event);
        List<Long> merged = new ArrayList<>(customers.merges().keySet());
        merged.removeAll(mergedBefore);
        long seq = ++lastEvent;
        folded.from().forEach(from -> parties.add(new Object[] {from.number(), seq}));
        boolean nobody = folded.customer() == null;
        Customer customer = nobody ? new Customer() : folded.customer().customer();
        long number = nobody ? ++lastCustomer : folded.customer().number();
        long at = Math.max(event.timestampMs(), customer.newestEventAt());
        CustomerView view = customer.view(Environment.of(event), customers::customerOf, at);
        boolean late = !update && customer.isLate(event);
        ObjectNode then = view.toEventJson();
        if (update || late || view.standsOtherwise(event)) {
            then.set(EnrichedEvent.STANDING, view.toStandingJson());
        }
        return new EnrichedEvent(seq, number, merged, event, then, receivedAt, late, destinations);
    }

    /**
     * The same of an update of the runner's own.
     *
     * @param traceparent null for no trace
     */
    EnrichedEvent enrich(CustomerUpdate update, long atMs, String traceparent, List<String> destinations) {
        Event event = update.toEvent(String.valueOf(lastEvent + 1), atMs).withTraceparent(traceparent);
        return enrich(event, atMs, destinations);
    }

    Customers customers() {
        return customers;
    }

    /** Rows of customers whose history an event belongs to besides its own customer's: customer and event. */
    List<Object[]> parties() {
        return parties;
    }

    /** The numbers of the newest event and of the newest customer. */
    List<Long> position() {
        return List.of(lastEvent, lastCustomer);
    }
}
