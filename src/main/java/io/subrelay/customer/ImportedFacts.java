package io.subrelay.customer;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.event.Event;
import io.subrelay.event.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What RevenueCat's REST API told of a customer's purchases, in an event of the kind {@code customer_imported}. Of a
 * subscription it tells how it stood when the API was asked, which holds against every webhook from before then; which
 * subscription stands for the customer is told by when things happened, as ever.
 *
 * <p>The API names no original transaction. So what it told is kept by store and product, and joins the subscription
 * that webhooks name where the state is looked at: whichever of them came first.
 */
final class ImportedFacts {

    private static final String PURCHASES = "purchases";

    private ImportedFacts() {
    }

    static boolean isTold(Event event) {
        return event.kind().equals(Kind.CUSTOMER_IMPORTED) && event.event().path(PURCHASES).isArray();
    }

    /** Where the id that was asked for counts among those of events: of several, one that is not anonymous. */
    static EventKey firstSeen(Event event) {
        Long at = Fields.number(event.event(), "first_seen_at_ms");
        String id = EventIds.id(event.event(), "app_user_id");
        int rank = id != null && id.startsWith("$RCAnonymousID:") ? 0 : 1;
        return new EventKey(at == null ? event.timestampMs() : at, rank, event.id());
    }

    static EventKey lastSeen(Event event) {
        Long at = Fields.number(event.event(), "last_seen_at_ms");
        return new EventKey(at == null ? event.timestampMs() : at, FactType.STATED.rank(), event.id());
    }

    /** Adds each purchase to the customer's of its environment. */
    static void add(Event event, Customer customer) {
        int position = 0;
        for (JsonNode purchase : event.event().path(PURCHASES)) {
            Fact fact = fact(event, purchase, position++);
            String product = fact.text(Field.PRODUCT);
            if (product != null) {
                customer.in(Environment.of(Fields.text(purchase, "environment")))
                        .of(Fact.keyOf(fact.text(Field.STORE), product)).add(fact);
            }
        }
    }

    private static Fact fact(Event event, JsonNode purchase, int position) {
        Object[] values = Fact.values(purchase);
        String id = event.id() + "/" + position;
        if (statusOf(Fields.text(purchase, "status")) == null) {
            Long bought = Fields.number(purchase, "purchased_at_ms");
            EventKey key = new EventKey(
                    bought == null ? event.timestampMs() : bought, FactType.STATED_PURCHASE.rank(), id);
            return new Fact(key, FactType.STATED_PURCHASE, values);
        }
        values[Field.GRACE.ordinal()] = Fields.number(purchase, "grace_period_expiration_at_ms");
        values[Field.RESUME.ordinal()] = Fields.number(purchase, "auto_resume_at_ms");
        values[Field.STATUS.ordinal()] = Fields.text(purchase, "status");
        Long happened = Fields.number(purchase, "happened_at_ms");
        values[Field.HAPPENED.ordinal()] = happened == null ? (Long) event.timestampMs() : happened;
        return new Fact(new EventKey(event.timestampMs(), FactType.STATED.rank(), id), FactType.STATED, values);
    }

    /** The status that was stated. */
    static Status status(Fact stated) {
        return statusOf(stated.text(Field.STATUS));
    }

    private static Status statusOf(String text) {
        for (Status status : Status.values()) {
            if (status.text().equals(text)) {
                return status;
            }
        }
        return null;
    }

    /** The kind of the event that leads to that status. */
    static String kind(String status) {
        return switch (status) {
            case "trial" -> "trial_started";
            case "cancelled" -> "cancellation";
            case "cancelled_trial" -> "trial_cancelled";
            case "grace_period", "grace_period_trial" -> "billing_issue";
            case "paused" -> "subscription_paused";
            case "expired", "expired_promotional" -> "expiration";
            case "promotional" -> "non_subscription_purchase";
            default -> "renewal";
        };
    }

    /**
     * @param  told the facts of each subscription, in the order of their events; left as it is
     * @return      the same, with what was stated where webhooks tell of the same purchase
     */
    static Map<String, List<Fact>> joined(Map<String, List<Fact>> told) {
        Map<String, List<Fact>> moved = new HashMap<>();
        Map<String, List<Fact>> joined = told;
        for (Map.Entry<String, List<Fact>> each : told.entrySet()) {
            for (Fact fact : each.getValue()) {
                String home = fact.isStated() ? home(fact, each.getKey(), told) : each.getKey();
                if (!home.equals(each.getKey())) {
                    joined = joined == told ? new TreeMap<>(told) : joined;
                    joined.computeIfPresent(each.getKey(), (key, facts) -> without(fact, facts));
                    moved.computeIfAbsent(home, key -> new ArrayList<>()).add(fact);
                }
            }
        }
        for (Map.Entry<String, List<Fact>> each : moved.entrySet()) {
            List<Fact> facts = new ArrayList<>(joined.get(each.getKey()));
            facts.addAll(each.getValue());
            facts.removeIf(fact -> fact.isStated() && facts.stream().anyMatch(other -> isEarlier(fact, other)));
            Collections.sort(facts);
            joined.put(each.getKey(), facts);
        }
        return joined;
    }

    /** Null where nothing is left. */
    private static List<Fact> without(Fact fact, List<Fact> facts) {
        List<Fact> others = new ArrayList<>(facts);
        others.remove(fact);
        return others.isEmpty() ? null : others;
    }

    /** Of one answer both, and of one subscription: a product that it had before another one. */
    private static boolean isEarlier(Fact fact, Fact other) {
        if (fact.type() != FactType.STATED || other.type() != FactType.STATED || fact == other
                || fact.key().at() != other.key().at()) {
            return false;
        }
        Long bought = fact.number(Field.PURCHASED);
        Long otherBought = other.number(Field.PURCHASED);
        int order = Long.compare(bought == null ? 0 : bought, otherBought == null ? 0 : otherBought);
        return order < 0 || order == 0 && fact.happened().compareTo(other.happened()) < 0;
    }

    /** The subscription of the same transaction; else that of the product which was told of last by then. */
    private static String home(Fact stated, String own, Map<String, List<Fact>> told) {
        String home = own;
        Fact newest = null;
        for (Map.Entry<String, List<Fact>> each : told.entrySet()) {
            for (Fact fact : each.getValue()) {
                if (fact.isStated()) {
                    continue;
                }
                if (stated.shares(Field.TRANSACTION, fact)) {
                    return each.getKey();
                }
                if (isAbout(stated, fact) && isBetter(fact, newest, stated.key())) {
                    newest = fact;
                    home = each.getKey();
                }
            }
        }
        return home;
    }

    private static boolean isAbout(Fact stated, Fact fact) {
        return stated.type() == FactType.STATED && fact.category() != Fact.Category.ONE_TIME
                && fact.category() != Fact.Category.TEMPORARY && fact.category() != Fact.Category.UNKNOWN
                && Fact.isOneProduct(stated.text(Field.PRODUCT), fact.text(Field.PRODUCT))
                && (fact.value(Field.STORE) == null || fact.shares(Field.STORE, stated));
    }

    /** The newest of those before, else the first one after. */
    private static boolean isBetter(Fact fact, Fact than, EventKey stated) {
        if (than == null) {
            return true;
        }
        boolean before = stated.isAfter(fact.key());
        boolean thanBefore = stated.isAfter(than.key());
        return before == thanBefore ? before == fact.key().isAfter(than.key()) : before;
    }
}
