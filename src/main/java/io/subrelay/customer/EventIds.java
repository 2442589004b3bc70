package io.subrelay.customer;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.event.Event;
import io.subrelay.event.Ids;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which app user ids an event names, and what it says about them. Ids that are null, blank or no text are ignored. */
public final class EventIds {

    private EventIds() {
    }

    /**
     * The ids that the event says are one customer: {@code app_user_id}, {@code original_app_user_id} and
     * {@code aliases}; of a transfer, those that it transfers to; of a redemption, those that redeemed, and those that
     * they redeemed from where it makes them aliases.
     *
     * @return in the order of the event, without repetitions; empty if it names none
     */
    public static List<String> ofOneCustomer(Event event) {
        JsonNode fields = event.event();
        FactType type = FactType.of(event.type());
        if (type == FactType.TRANSFER) {
            return ids(fields, "transferred_to");
        }
        Set<String> ids = new LinkedHashSet<>();
        if (type == FactType.PURCHASE_REDEEMED) {
            ids.addAll(ids(fields, "redeemed_by"));
            if (hasOutcome(event, "alias")) {
                ids.addAll(ids(fields, "redeemed_from"));
            }
            if (hasOutcome(event, "transfer") && !ids.isEmpty()) {
                return new ArrayList<>(ids);
            }
        }
        addIfPresent(ids, id(fields, "app_user_id"));
        addIfPresent(ids, id(fields, "original_app_user_id"));
        ids.addAll(ids(fields, "aliases"));
        return new ArrayList<>(ids);
    }

    /**
     * The ids that a transfer takes from. They need not be one customer: each takes part by itself.
     *
     * @return in the order of the event, without repetitions; empty if it is no transfer
     */
    public static List<String> transferredFrom(Event event) {
        if (!isTransfer(event)) {
            return List.of();
        }
        return ids(event.event(),
                FactType.of(event.type()) == FactType.TRANSFER ? "transferred_from" : "redeemed_from");
    }

    /** Every id that the event names: all whose customers it may change. Without repetitions. */
    public static Set<String> all(Event event) {
        Set<String> ids = new LinkedHashSet<>(ofOneCustomer(event));
        ids.addAll(transferredFrom(event));
        return ids;
    }

    /** Whether it moves purchases from some customers to another: a transfer, or a redemption that ends as one. */
    static boolean isTransfer(Event event) {
        return switch (FactType.of(event.type())) {
            case TRANSFER -> true;
            case PURCHASE_REDEEMED -> hasOutcome(event, "transfer");
            default -> false;
        };
    }

    private static boolean hasOutcome(Event event, String outcome) {
        return outcome.equalsIgnoreCase(Fields.text(event.event(), "redemption_outcome"));
    }

    /** The id, as it can be stored; null where there is none. */
    static String id(JsonNode fields, String name) {
        String id = Fields.text(fields, name);
        return id == null ? null : Ids.wellFormed(id);
    }

    static List<String> ids(JsonNode fields, String name) {
        List<String> ids = Fields.texts(fields, name);
        for (int i = 0; i < ids.size(); i++) {
            String id = Ids.wellFormed(ids.get(i));
            if (id != ids.get(i)) {
                ids = new ArrayList<>(ids);
                ids.set(i, id);
            }
        }
        return ids;
    }

    private static void addIfPresent(Set<String> ids, String id) {
        if (id != null) {
            ids.add(id);
        }
    }
}
