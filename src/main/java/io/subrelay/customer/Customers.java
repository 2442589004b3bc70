package io.subrelay.customer;

import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The customers that a batch of events touches: takes the events in, merges customers that turn out to be one, and
 * tells what has to be stored in the end. Meant to live as long as one transaction; not for use by several threads.
 *
 * <p>It works on the {@link Customer} instances that it was given: where they are kept for later, they have to be
 * dropped if what it tells could not be stored.
 */
public final class Customers {

    /** Finds the customers that are stored. */
    public interface Lookup {

        /**
         * @return the customer with that app user id as it is stored, or null; asked at most once for each id. Other
         *         ids of a customer may be answered with another instance, of which only the number is looked at
         */
        Stored byId(String appUserId);
    }

    /** @param number tells stored customers apart, whatever their ids */
    public record Stored(long number, Customer customer) {
    }

    /** A customer of the batch. It stays valid when the customer is merged: it then speaks for what both became. */
    public static final class Entry {

        private final long number;
        private Customer customer;
        private Entry mergedInto;
        private int taken;
        private boolean hasToBeWritten;

        private Entry(long number, Customer customer) {
            this.number = number;
            this.customer = customer;
        }

        /** The number under which the customer is to be stored. */
        public long number() {
            return current().number;
        }

        /** The state, as of the events taken in so far. */
        public Customer customer() {
            return current().customer;
        }

        /** How many events it took in, without those of customers that were merged into it. */
        public int taken() {
            return current().taken;
        }

        /** Whether what was stored and its own events do not tell it all: it was merged, or took part in a transfer. */
        public boolean hasToBeWritten() {
            return current().hasToBeWritten;
        }

        private Entry current() {
            Entry entry = this;
            while (entry.mergedInto != null) {
                entry = entry.mergedInto;
            }
            return entry;
        }
    }

    /**
     * The customers that an event concerns.
     *
     * @param customer the event's customer, of a transfer the one that it gives to (if it names none, the first one
     *                 that it takes from); null if it names nobody
     * @param from     the customers that a transfer takes from, without the above; otherwise empty
     */
    public record Folded(Entry customer, List<Entry> from) {
    }

    private final Lookup lookup;
    private final LongSupplier numbers;
    private final Map<String, Entry> byId = new HashMap<>();
    private final Map<Long, Entry> byNumber = new HashMap<>();
    private final Set<String> unknown = new LinkedHashSet<>();
    private final Map<String, Entry> links = new LinkedHashMap<>();
    private final Set<Entry> touched = new LinkedHashSet<>();
    private final Set<Entry> losers = new LinkedHashSet<>();
    private final OwnerChanges owners = new OwnerChanges(this::customerOf);
    private final ToldIds told = new ToldIds(this::customerOf);
    private final List<CustomerUpdate> updates = new ArrayList<>();

    /** @param numbers gives each customer that is not stored yet its number */
    public Customers(Lookup lookup, LongSupplier numbers) {
        this.lookup = lookup;
        this.numbers = numbers;
    }

    /** Takes an event in. */
    public Folded fold(Event event) {
        boolean transfer = EventIds.isTransfer(event);
        String named = transfer ? null : EventIds.id(event.event(), "app_user_id");
        Entry customer = link(EventIds.ofOneCustomer(event), named);
        Set<Entry> from = new LinkedHashSet<>();
        for (String id : EventIds.transferredFrom(event)) {
            Entry each = link(List.of(id), null);
            if (customer == null) {
                customer = each;
            } else if (each != customer) {
                from.add(each);
            }
        }
        if (customer != null) {
            noteOwners(event, customer, transfer, from);
            add(event, customer);
            from.forEach(each -> add(event, each));
            customer.hasToBeWritten |= transfer;
            from.forEach(each -> each.hasToBeWritten = true);
            tellOwners(event, customer, transfer);
            tellOtherIds(event, customer, named);
        }
        return new Folded(customer, List.copyOf(from));
    }

    private void noteOwners(Event event, Entry customer, boolean transfer, Set<Entry> from) {
        if (transfer || ImportedFacts.isTold(event) && customer.customer.isInTransfers()) {
            owners.note(customer.customer);
            from.forEach(each -> owners.note(each.customer));
        } else if (customer.customer.isInTransfers()) {
            String subscription = Fact.subscriptionKey(event);
            if (subscription != null) {
                owners.note(customer.customer, Environment.of(event), subscription);
            }
        }
    }

    /** An event tells of its own customer; of a transfer destinations hear only by what is told of each. */
    private void tellOwners(Event event, Entry customer, boolean transfer) {
        owners.since(customer.customer, (owner, environment) -> {
            if (transfer || owner != customer.customer) {
                tell(owner, environment, CustomerUpdate.Reason.TRANSFER, event);
            }
        });
    }

    /** Of an event that destinations track they hear under the id that it is about. */
    private void tellOtherIds(Event event, Entry customer, String named) {
        Environment own = FactType.of(event.type()).isTracked() ? Environment.of(event) : null;
        told.since(customer.customer, (id, environment) -> {
            if (environment != own || !id.equals(named)) {
                updates.add(new CustomerUpdate(id, environment, CustomerUpdate.Reason.MERGE, event.id()));
            }
        });
    }

    private void tell(Customer customer, Environment environment, CustomerUpdate.Reason reason, Event cause) {
        customer.toldIdsInOrder().forEach(id -> updates.add(new CustomerUpdate(id, environment, reason, cause.id())));
    }

    private void add(Event event, Entry entry) {
        entry.customer.add(event);
        entry.taken++;
        touched.add(entry);
    }

    /**
     * Makes all these ids one customer's; null if there are none.
     *
     * @param named the one that the event is about; may be null
     */
    private Entry link(List<String> ids, String named) {
        Set<Entry> known = new LinkedHashSet<>();
        for (String id : ids) {
            Entry entry = entryOf(id);
            if (entry != null) {
                known.add(entry);
            }
        }
        for (Entry entry : known) {
            Set<String> toldIds = entry.customer.toldIds();
            if (known.size() > 1 || toldIds.size() > 1 || !(named == null || toldIds.contains(named))) {
                told.note(entry.customer);
            }
        }
        Entry winner = null;
        for (Entry entry : known) {
            winner = winner == null ? entry : merge(winner, entry);
        }
        for (String id : ids) {
            if (winner == null) {
                winner = new Entry(numbers.getAsLong(), new Customer());
                byNumber.put(winner.number, winner);
            }
            if (unknown.remove(id)) {
                winner.customer.addId(id);
                byId.put(id, winner);
                links.put(id, winner);
            }
        }
        return winner;
    }

    /** Of two customers the one with the lower number stays. */
    private Entry merge(Entry one, Entry other) {
        Entry winner = one.number < other.number ? one : other;
        Entry loser = winner == one ? other : one;
        if (one.customer.isInTransfers() || other.customer.isInTransfers()) {
            owners.note(one.customer);
            owners.note(other.customer);
        }
        winner.customer.merge(loser.customer);
        winner.hasToBeWritten = true;
        loser.mergedInto = winner;
        loser.customer = null;
        losers.add(loser);
        return winner;
    }

    /** The customer of an id as of the events taken in so far, looked up if need be; null if nobody is known by it. */
    public Entry entryOf(String id) {
        Entry known = byId.get(id);
        if (known == null && !unknown.contains(id)) {
            Stored stored = lookup.byId(id);
            if (stored == null) {
                unknown.add(id);
            } else {
                known = byNumber.computeIfAbsent(stored.number(), number -> new Entry(number, stored.customer()));
                byId.put(id, known);
            }
        }
        return known == null ? null : known.current();
    }

    /** The state of {@link #entryOf}, which is what {@link Customer#view} asks for. */
    public Customer customerOf(String appUserId) {
        Entry entry = entryOf(appUserId);
        return entry == null ? null : entry.customer;
    }

    /**
     * Gives others what this customer's events told of subscriptions that are theirs by now, as it is to be erased.
     * Afterwards nobody needs it any more, and {@link #changed} tells who has to be stored.
     */
    public void leave(String appUserId) {
        Entry leaving = entryOf(appUserId);
        if (leaving == null) {
            return;
        }
        for (Environment environment : Environment.values()) {
            Set<Customer> takers = Ownership.handOver(leaving.customer, environment, this::customerOf);
            byNumber.values().stream().filter(entry -> takers.contains(entry.customer)).forEach(entry -> {
                entry.hasToBeWritten = true;
                touched.add(entry);
            });
        }
    }

    /** Nobody is told of what an event has led to. */
    public void tellNothingOf(Event event) {
        updates.removeIf(update -> update.cause().equals(event.id()));
    }

    /**
     * How the customer that an event names stands, to be compared with how it stands once the event is taken in.
     *
     * @param  atMs the time for which access is told, milliseconds since the epoch
     * @return      status and entitlements; empty if nobody is known by its ids
     */
    public Map<Environment, List<Object>> standing(Event event, long atMs) {
        Map<Environment, List<Object>> standing = new EnumMap<>(Environment.class);
        EventIds.ofOneCustomer(event).stream().map(this::customerOf).filter(Objects::nonNull).findFirst()
                .ifPresent(customer -> Arrays.stream(Environment.values()).forEach(environment -> standing
                        .put(environment, customer.view(environment, this::customerOf, atMs).standing())));
        return standing;
    }

    /**
     * Destinations are told of the customer of an event that was taken in, where it stands differently.
     *
     * @param before what {@link #standing} told; empty for a customer of which no destination has been told
     */
    public void correct(Event event, Map<Environment, List<Object>> before, long atMs) {
        Map<Environment, List<Object>> now = standing(event, atMs);
        before.forEach((environment, standing) -> {
            if (!Objects.equals(standing, now.get(environment))) {
                tell(customerOf(EventIds.ofOneCustomer(event).get(0)), environment, CustomerUpdate.Reason.CORRECTION,
                        event);
            }
        });
    }

    /** What destinations have to be told besides the events since the last time it was asked for, each once. */
    public List<CustomerUpdate> updates() {
        Map<List<Object>, CustomerUpdate> told = new LinkedHashMap<>();
        updates.forEach(each -> told.put(List.of(each.appUserId(), each.environment()), each));
        updates.clear();
        return List.copyOf(told.values());
    }

    /**
     * How a customer stands in each environment in which it has something; in production where it has nothing. One for
     * each id that destinations may have been told of.
     *
     * @param cause see {@link CustomerUpdate}
     * @param atMs  the time for which access is told, milliseconds since the epoch
     */
    public List<CustomerUpdate> states(String appUserId, String cause, long atMs) {
        Customer customer = customerOf(appUserId);
        List<CustomerUpdate> states = new ArrayList<>();
        for (Environment environment : Environment.values()) {
            if (!customer.view(environment, this::customerOf, atMs).holdsNothing()) {
                states.addAll(statesOf(customer, environment, cause));
            }
        }
        return states.isEmpty() ? statesOf(customer, Environment.PRODUCTION, cause) : states;
    }

    private static List<CustomerUpdate> statesOf(Customer customer, Environment environment, String cause) {
        List<String> ids = customer.toldIdsInOrder();
        return (ids.isEmpty() ? List.of(customer.appUserId()) : ids).stream()
                .map(id -> new CustomerUpdate(id, environment, CustomerUpdate.Reason.STATE_BACKFILL, cause)).toList();
    }

    /** The customers whose state has to be stored, merged ones as what they became. */
    public Collection<Entry> changed() {
        Set<Entry> changed = new LinkedHashSet<>();
        touched.forEach(entry -> changed.add(entry.current()));
        return Collections.unmodifiableSet(changed);
    }

    /** The ids that were not stored before, with the number of the customer that they are to find. */
    public Map<String, Long> links() {
        Map<String, Long> numbered = new LinkedHashMap<>();
        links.forEach((id, entry) -> numbered.put(id, entry.number()));
        return numbered;
    }

    /**
     * The numbers of customers that are no more, with the number of the customer that each became. All that is stored
     * under the former belongs to the latter, the ids that {@link #links} does not name included. A former one may be
     * new and never have been stored.
     */
    public Map<Long, Long> merges() {
        Map<Long, Long> merges = new LinkedHashMap<>();
        losers.forEach(loser -> merges.put(loser.number, loser.number()));
        return merges;
    }
}
