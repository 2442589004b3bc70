package io.subrelay.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.subrelay.config.Secrets;
import io.subrelay.config.Settings;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Kind;
import io.subrelay.time.Clocks;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;

/** The destinations that have a route, and what their consumers share. */
public final class DestinationRegistry {

    private final Settings settings;
    private final MeterRegistry meters;
    private final Clocks clocks;
    private final Secrets secrets;
    private final Map<String, OutboxConsumer> consumers = new ConcurrentSkipListMap<>();
    private volatile List<String> open = List.of();
    private volatile List<String> updated = List.of();

    public DestinationRegistry(Settings settings, MeterRegistry meters, Clocks clocks) {
        this.settings = settings;
        this.meters = meters;
        this.clocks = clocks;
        this.secrets = new Secrets(settings);
    }

    /** A destination keeps its place when its route stops, so that no event misses it meanwhile. */
    synchronized void add(OutboxConsumer consumer) {
        consumers.put(consumer.name(), consumer);
        open = names(each -> !each.mode().equals("off"));
        updated = names(each -> !each.mode().equals("off") && each.takesCustomerUpdates());
    }

    private List<String> names(Predicate<OutboxConsumer> which) {
        return consumers.values().stream().filter(which).map(OutboxConsumer::name).toList();
    }

    /** All destinations by name, those that are off included. */
    public Map<String, OutboxConsumer> consumers() {
        return consumers;
    }

    /** The mode of each destination by name. */
    public Map<String, String> modes() {
        Map<String, String> modes = new TreeMap<>();
        consumers.forEach((name, consumer) -> modes.put(name, consumer.mode()));
        return modes;
    }

    /** The names of the destinations that are not switched off: an event that is accepted now is meant for them. */
    public List<String> open() {
        return open;
    }

    /** Those of them that a {@code customer_update} is meant for. */
    public List<String> updated() {
        return updated;
    }

    /** What each destination that an event accepted now is meant for would be sent, secrets masked. */
    public JsonNode previews(EnrichedEvent event) {
        ObjectNode previews = JsonNodeFactory.instance.objectNode();
        for (String name : event.event().kind().equals(Kind.CUSTOMER_UPDATE) ? updated : open) {
            previews.set(name, secrets.mask(consumers.get(name).preview(event)));
        }
        return previews;
    }

    Settings settings() {
        return settings;
    }

    MeterRegistry meters() {
        return meters;
    }

    Clocks clocks() {
        return clocks;
    }

    Secrets secrets() {
        return secrets;
    }
}
