package io.subrelay.store;

import io.subrelay.customer.Customer;
import io.subrelay.customer.Customers;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The customers that were used last, so that they need not be read and parsed again with each event. Only the writer
 * uses it, and it drops it all when the database tells of a change that was not the writer's. Not thread safe.
 */
final class CustomerCache {

    /**
     * How long the states may be together, as JSON, in characters. In memory they take about three times as much: at
     * most a quarter of the heap.
     */
    private static final long MAX_LENGTH = Math.min(24_000_000, Runtime.getRuntime().maxMemory() / 12);

    /** @param ids how many the customer had then: it may have more by now */
    private record Known(Customers.Stored stored, int ids, int length, int behind) {
    }

    private final Map<String, Customers.Stored> byId = new HashMap<>();
    private final LinkedHashMap<Long, Known> byNumber = new LinkedHashMap<>(16, 0.75f, true);
    private long length;

    /** @return null if the id is not known here; it may be stored all the same */
    Customers.Stored byId(String appUserId) {
        Customers.Stored stored = byId.get(appUserId);
        if (stored != null) {
            byNumber.get(stored.number());
        }
        return stored;
    }

    /**
     * Keeps a state that is not to be written.
     *
     * @param  newer by how many events it is newer than what was put before
     * @param  most  by how many events the stored one may be behind
     * @return       false if it has to be written, as the stored one would be more behind, or how much is not known
     */
    boolean putUnwritten(long number, Customer customer, int newer, int most) {
        Known known = byNumber.get(number);
        if (known == null || known.behind() + newer > most) {
            return false;
        }
        put(number, customer, known.length(), known.behind() + newer);
        return true;
    }

    /**
     * @param jsonLength how long its state is as JSON
     * @param behind     by how many events its stored state is behind
     */
    void put(long number, Customer customer, int jsonLength, int behind) {
        Known before = byNumber.get(number);
        boolean isSame =
                before != null && before.stored().customer() == customer && before.ids() == customer.ids().size();
        Customers.Stored stored = isSame ? before.stored() : new Customers.Stored(number, customer);
        byNumber.put(number, new Known(stored, customer.ids().size(), jsonLength, behind));
        length += jsonLength - (before == null ? 0 : before.length());
        if (!isSame) {
            customer.ids().forEach(id -> byId.put(id, stored));
        }
        Iterator<Known> eldest = byNumber.values().iterator();
        while (length > MAX_LENGTH) {
            Known dropped = eldest.next();
            eldest.remove();
            unlink(dropped);
        }
    }

    void forget(long number) {
        Known known = byNumber.remove(number);
        if (known != null) {
            unlink(known);
        }
    }

    private void unlink(Known known) {
        length -= known.length();
        known.stored().customer().ids().forEach(byId::remove);
    }

    void clear() {
        byId.clear();
        byNumber.clear();
        length = 0;
    }
}
