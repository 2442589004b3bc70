package io.subrelay.delivery;

import io.subrelay.store.RetryNowStore;
import io.subrelay.time.Clocks;
import io.subrelay.time.Repeatedly;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;

/**
 * Attempts ahead of their time: because somebody wants them, because the runner has started, or because a destination
 * that failed is back. Other runners do the same for their customers within some seconds.
 */
public final class RetryNow {

    private final RetryNowStore store;
    private final Map<String, DeliveringConsumer> consumers;
    private final Clocks clocks;
    private final Runnable flush;

    /** @param flush waits a moment until the results of deliveries are in the database */
    RetryNow(RetryNowStore store, Map<String, DeliveringConsumer> consumers, Clocks clocks, Runnable flush) {
        this.store = store;
        this.consumers = consumers;
        this.clocks = clocks;
        this.flush = flush;
    }

    /**
     * Attempts now what waits for its next attempt at a destination; one that is held or left alone is called at once.
     *
     * @return how many deliveries waited for their time
     */
    public int ofAll(String destination) throws SQLException {
        flush.run();
        return told(destination, store.makeDue(destination, clocks.now()));
    }

    /** The same of one customer, by any of its ids. */
    public int ofCustomer(String destination, String appUserId) throws SQLException {
        flush.run();
        return told(destination, store.makeDue(destination, clocks.now(), store.customers(appUserId)));
    }

    /** The same of an event that is not settled there, and of what it waits for: its customer's earlier events. */
    public int ofEvent(String destination, String eventId) throws SQLException {
        flush.run();
        return told(destination,
                store.makeDue(destination, clocks.now(), store.customersOfEvent(destination, eventId)));
    }

    private int told(String destination, int due) throws SQLException {
        DeliveringConsumer consumer = consumers.get(destination);
        retryNow(consumer);
        consumer.tryNow();
        return due;
    }

    private void retryNow(DeliveringConsumer consumer) throws SQLException {
        Set<Long> customers = store.customersDue(consumer.name());
        consumer.queue().makeDue(customers::contains, Integer.MAX_VALUE);
    }

    /** What waits is attempted at once after a start, unless the destination has asked for a later time. */
    void atStart(String destination) throws SQLException {
        store.makeDueAtStart(destination, clocks.now());
    }

    /** Attempts what was asked for or made due at another runner. */
    void ofOthers() throws SQLException {
        for (DeliveringConsumer consumer : consumers.values()) {
            consumer.queue().offerRequests();
            retryNow(consumer);
        }
    }

    /** Has to be called every second or so: sees which destinations are back. */
    void check() {
        for (DeliveringConsumer consumer : consumers.values()) {
            Repeatedly.once(consumer.name() + ": what waits could not be made due", () -> check(consumer));
        }
    }

    private void check(DeliveringConsumer consumer) throws SQLException {
        boolean probe = consumer.probe();
        boolean recovered = consumer.takeRecovery();
        try {
            // what somebody asked for waits in the database
            if ((probe || recovered) && store.makeRequestsDue(consumer.name(), clocks.now(), !recovered) > 0) {
                consumer.queue().offerRequests();
            }
        } catch (SQLException | RuntimeException e) {
            if (recovered) {
                consumer.giveRecoveryBack();
            }
            throw e;
        }
    }
}
