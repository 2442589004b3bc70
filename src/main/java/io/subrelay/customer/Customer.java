package io.subrelay.customer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What is known of one customer: a set of app user ids that events linked. It is a function of the set of events that
 * were {@link #add added}, whatever their order, and however they came together by {@link #merge}: every part of it
 * keeps what a comparison of the events themselves prefers. Mutable, and not safe for use by several threads.
 *
 * <p>Events of one id are taken to be one event. A transfer moves nothing in here; who owns what is told when the state
 * is looked at, by a {@link #view}, from the events of all customers that took part.
 */
public final class Customer {

    /** Every id, with where it first was an alias; null if it never was. */
    final TreeMap<String, AliasPosition> ids = new TreeMap<>();
    final TreeMap<String, Attribute> attributes = new TreeMap<>();
    final Purchases production = new Purchases();
    final Purchases sandbox = new Purchases();
    /** By event id. */
    final TreeMap<String, Transfer> transfers = new TreeMap<>();
    /** The ids that events were about, not only linked. */
    final TreeSet<String> named = new TreeSet<>();
    NamedId original;
    NamedId lastSeen;
    /** Null while there was no event. */
    EventKey newest;
    long firstSeenAt;
    /** What it was found by when that first changed since it was stored; null while it has not. */
    private Set<String> foundBefore;

    /** An empty customer. */
    public Customer() {
    }

    /**
     * @param  json what {@link #toJson()} returned
     * @throws IllegalArgumentException if it is something else
     */
    public static Customer parse(String json) {
        return StoredCustomerReader.read(json);
    }

    /** All of it as compact JSON; the same for the same events. */
    public String toJson() {
        return StoredCustomer.write(this);
    }

    /** Makes the id one of this customer's. */
    void addId(String id) {
        ids.putIfAbsent(id, null);
    }

    /**
     * Takes an event in; one that is in already changes nothing.
     *
     * @param event one that names this customer. A transfer is to be added to every customer that it takes from or
     *              gives to; each has to have an id by then.
     */
    public void add(Event event) {
        if (ImportedFacts.isTold(event)) {
            addStated(event);
            return;
        }
        EventKey key = EventKey.of(event);
        see(key, key.at());
        if (EventIds.isTransfer(event)) {
            Transfer transfer = Transfer.of(event);
            transfers.putIfAbsent(key.id(), transfer);
            if (transfer.to().stream().anyMatch(ids::containsKey)) {
                transfer.to().forEach(this::addId);
            }
        } else {
            addIds(event, key);
            addAttributes(event, key);
            Purchases purchases = in(Environment.of(event));
            String subscription = Fact.subscriptionKey(event);
            if (subscription != null) {
                if (!purchases.subscriptions.containsKey(subscription)) {
                    noteFoundBefore();
                }
                purchases.add(subscription, event);
            }
        }
    }

    private void see(EventKey key, long firstAt) {
        firstSeenAt = newest == null ? firstAt : Math.min(firstSeenAt, firstAt);
        if (key.isAfter(newest)) {
            newest = key;
        }
    }

    /** What the REST API told of the customer, who may not have been there then, and is by the id that events name. */
    private void addStated(Event event) {
        EventKey first = ImportedFacts.firstSeen(event);
        EventKey last = ImportedFacts.lastSeen(event);
        NamedId named = lastSeen;
        see(last, first.at());
        addIds(event, last);
        lastSeen = NamedId.newer(named, new NamedId(first, EventIds.id(event.event(), "app_user_id")));
        addAttributes(event, last);
        noteFoundBefore();
        ImportedFacts.add(event, this);
    }

    private void addIds(Event event, EventKey key) {
        JsonNode fields = event.event();
        String appUserId = EventIds.id(fields, "app_user_id");
        if (appUserId != null) {
            addId(appUserId);
            named.add(appUserId);
            lastSeen = NamedId.newer(new NamedId(key, appUserId), lastSeen);
        }
        String originalId = EventIds.id(fields, "original_app_user_id");
        if (originalId != null) {
            addId(originalId);
            original = NamedId.newer(new NamedId(key, originalId), original);
        }
        List<String> aliases = EventIds.ids(fields, "aliases");
        for (int i = 0; i < aliases.size(); i++) {
            see(aliases.get(i), new AliasPosition(key, i));
        }
    }

    private void see(String id, AliasPosition sight) {
        ids.put(id, AliasPosition.first(ids.get(id), sight));
    }

    private void addAttributes(Event event, EventKey key) {
        JsonNode given = event.event().get("subscriber_attributes");
        if (given == null || !given.isObject()) {
            return;
        }
        for (Map.Entry<String, JsonNode> each : given.properties()) {
            Attribute attribute = Attribute.of(each.getValue(), key.at());
            if (attribute != null) {
                Attribute before = attributes.get(each.getKey());
                if (before == null || !Objects.equals(before.value(), attribute.value())) {
                    noteFoundBefore();
                }
                attributes.merge(each.getKey(), attribute, Attribute::newer);
            }
        }
    }

    /** To be called before it is found by something else. */
    void noteFoundBefore() {
        if (foundBefore == null) {
            foundBefore = foundBy();
        }
    }

    /** What the customer is found by beside its ids: the values of its attributes, and the original transactions. */
    public Set<String> foundBy() {
        Set<String> found = new TreeSet<>(production.subscriptions.keySet());
        found.addAll(sandbox.subscriptions.keySet());
        attributes.values().stream().map(Attribute::value).filter(Objects::nonNull).forEach(found::add);
        return found;
    }

    /** The name of an attribute that has the value; null if none has. */
    public String attributeWith(Predicate<String> value) {
        return attributes.entrySet().stream()
                .filter(each -> each.getValue().value() != null && value.test(each.getValue().value()))
                .map(Map.Entry::getKey).findFirst().orElse(null);
    }

    /** What {@link #foundBy} was before it changed; null if it has not since this was asked. */
    public Set<String> takeFoundBefore() {
        Set<String> before = foundBefore;
        foundBefore = null;
        return before;
    }

    /**
     * Takes in all that is known of another customer who turned out to be this one.
     *
     * @param other is left as it is
     */
    public void merge(Customer other) {
        if (other == this) {
            return;
        }
        noteFoundBefore();
        other.ids.forEach(this::see);
        named.addAll(other.named);
        other.attributes.forEach((name, attribute) -> attributes.merge(name, attribute, Attribute::newer));
        production.merge(other.production);
        sandbox.merge(other.sandbox);
        other.transfers.forEach(transfers::putIfAbsent);
        original = NamedId.newer(original, other.original);
        lastSeen = NamedId.newer(lastSeen, other.lastSeen);
        if (other.newest != null) {
            see(other.newest, other.firstSeenAt);
        }
    }

    /** Every id that was linked to this customer. */
    public Set<String> ids() {
        return Collections.unmodifiableSet(ids.keySet());
    }

    /** Whether what this customer owns depends on the other customers of its transfers. */
    boolean isInTransfers() {
        return !transfers.isEmpty();
    }

    /** The {@code event_timestamp_ms} of the newest event, in milliseconds since the epoch; 0 if there was none. */
    public long newestEventAt() {
        return newest == null ? 0 : newest.at();
    }

    /**
     * Whether this customer has, in the event's environment, a newer event that destinations track and that carries a
     * purchase: no other makes one late.
     *
     * @param event may have been added already
     */
    public boolean isLate(Event event) {
        NamedId wrote = in(Environment.of(event)).wrote;
        return wrote != null && wrote.key().isAfter(EventKey.of(event));
    }

    Purchases in(Environment environment) {
        return environment == Environment.SANDBOX ? sandbox : production;
    }

    /** The id that the newest event named; of a customer known by transfers or aliases only, one of those. */
    public String appUserId() {
        if (lastSeen != null) {
            return lastSeen.id();
        }
        Transfer last = transfers.values().stream().max(Comparator.comparing(Transfer::key)).orElse(null);
        String told = last == null ? null : firstOwn(last);
        return told != null || ids.isEmpty() ? told : ids.firstKey();
    }

    /**
     * The ids under which destinations may hold how this customer stands: each that an event was about, and of a
     * transfer, which is about nobody, the first one.
     */
    Set<String> toldIds() {
        if (transfers.isEmpty()) {
            return named;
        }
        Set<String> told = new TreeSet<>(named);
        transfers.values().stream().map(this::firstOwn).filter(Objects::nonNull).forEach(told::add);
        return told;
    }

    private String firstOwn(Transfer transfer) {
        return Stream.concat(transfer.to().stream(), transfer.from().stream()).filter(ids::containsKey).findFirst()
                .orElse(null);
    }

    /** The same, the present one first: others may be merged into it. */
    List<String> toldIdsInOrder() {
        String present = appUserId();
        return toldIds().stream().sorted(Comparator.comparing(id -> !id.equals(present))).toList();
    }

    /** The ids that were listed as aliases in the order of first sight, then those that would be shown nowhere. */
    List<String> aliases() {
        List<String> aliases = new ArrayList<>(ids.size());
        List<String> others = new ArrayList<>(ids.size());
        ids.forEach((id, sight) -> (sight == null ? others : aliases).add(id));
        aliases.sort(Comparator.comparing(ids::get));
        others.remove(appUserId());
        if (original != null) {
            others.remove(original.id());
        }
        aliases.addAll(others);
        return aliases;
    }

    /**
     * The customer in one environment, as destinations get to know it.
     *
     * @param customerOf finds the customer of any id; one instance for all ids of a customer, null for an id that is
     *                   not known. Asked only where transfers are involved, and never for an id of this customer.
     * @param atMs       the time for which access is told, milliseconds since the epoch
     */
    public CustomerView view(Environment environment, Function<String, Customer> customerOf, long atMs) {
        return new CustomerView(this, CustomerHoldings.of(this, environment, customerOf, atMs));
    }

    /**
     * The customer as the API shows it.
     *
     * @param customerOf as in {@link #view}
     * @param atMs       the time for which access is told, milliseconds since the epoch
     */
    public ObjectNode toApiJson(Function<String, Customer> customerOf, long atMs) {
        CustomerView inProduction = view(Environment.PRODUCTION, customerOf, atMs);
        CustomerView inSandbox = view(Environment.SANDBOX, customerOf, atMs);
        CustomerView first = inProduction.holdsNothing() && !inSandbox.holdsNothing() ? inSandbox : inProduction;
        ObjectNode json = first.toApiJson();
        ObjectNode environments = json.putObject("environments");
        environments.set(Environment.PRODUCTION.name(), inProduction.toEnvironmentJson());
        environments.set(Environment.SANDBOX.name(), inSandbox.toEnvironmentJson());
        return json;
    }
}
