package io.subrelay.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.subrelay.Secrets;
import io.subrelay.Settings;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.Mark;
import io.subrelay.store.Writer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The destinations of this runner, and the way of accepted events to them. */
public final class Outbox {

    private static final int SLICES = 1;

    private final Settings settings;
    private final DeliveryStore store;
    private final Writer writer;
    private final MeterRegistry meters;
    private final Secrets secrets;
    private final Map<String, OutboxConsumer> consumers = new ConcurrentSkipListMap<>();
    private final Map<String, Map<Integer, Long>> written = new ConcurrentHashMap<>();
    private volatile List<String> open = List.of();

    public Outbox(Settings settings, DeliveryStore store, Writer writer, MeterRegistry meters) {
        this.settings = settings;
        this.store = store;
        this.writer = writer;
        this.meters = meters;
        this.secrets = new Secrets(settings);
    }

    /** The names of the destinations that are not switched off: an event that is accepted now is meant for them. */
    public List<String> open() {
        return open;
    }

    /** Hands events that are on the disk to the destinations, in order. */
    public void accepted(List<EnrichedEvent> events) {
        for (OutboxConsumer consumer : consumers.values()) {
            consumer.offer(events);
        }
    }

    /** Tells a destination that deliveries were asked for: they are in the database. */
    public void requested(String destination) {
        OutboxConsumer consumer = consumers.get(destination);
        if (consumer != null) {
            consumer.offerRequests();
        }
    }

    /** What a destination would be sent for an event, secrets masked; see {@link OutboxConsumer#preview}. */
    public JsonNode preview(String destination, EnrichedEvent event) {
        return secrets.mask(consumers.get(destination).preview(event));
    }

    /** Drops what waits in memory for customers that were erased. */
    public void forget(Set<Long> customers) {
        consumers.values().forEach(consumer -> consumer.forget(customers));
    }

    /** All destinations by name, those that are off included. */
    public Map<String, OutboxConsumer> consumers() {
        return consumers;
    }

    Settings settings() {
        return settings;
    }

    MeterRegistry meters() {
        return meters;
    }

    Secrets secrets() {
        return secrets;
    }

    /** Makes a destination known; it keeps its place when its route stops, so that no event misses it meanwhile. */
    OutboxQueue open(OutboxConsumer consumer) throws SQLException {
        String name = consumer.name();
        store.register(name, SLICES);
        Slices slices = new Slices(SLICES, store.positions(name), store.lastEvent());
        consumers.put(name, consumer);
        List<String> names = new ArrayList<>(open);
        if (!names.contains(name)) {
            names.add(name);
            names.sort(null);
            open = List.copyOf(names);
        }
        return new OutboxQueue(name, store, writer::flush, settings.number("delivery.in-memory", 10, 1_000_000), slices);
    }

    /** Makes a destination known that is switched off. */
    void closed(OutboxConsumer consumer) {
        consumers.put(consumer.name(), consumer);
        open = open.stream().filter(name -> !name.equals(consumer.name())).toList();
    }

    void mark(Mark mark) {
        writer.mark(mark);
    }

    /** Writes down how far the destinations are, where it has changed. */
    public void writePositions() {
        consumers.forEach((name, consumer) -> {
            Map<Integer, Long> before = written.getOrDefault(name, Map.of());
            Map<Integer, Long> now = consumer.positions();
            now.forEach((slice, seq) -> {
                if (!seq.equals(before.get(slice))) {
                    writer.mark(new Mark.Position(name, slice, seq));
                }
            });
            written.put(name, now);
        });
    }
}
