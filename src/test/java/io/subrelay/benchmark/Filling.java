package io.subrelay.benchmark;

import io.subrelay.config.Settings;
import io.subrelay.event.Delivery;
import io.subrelay.event.DeliveryResult;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.event.Outcome;
import io.subrelay.store.Database;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.EventStore;
import io.subrelay.store.Writer;
import io.subrelay.webhook.WebhookReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;

/** Puts events into a database before a runner starts: delivered ones, and a backlog of those that are not. */
final class Filling {

    private static final List<String> DESTINATIONS = List.of("amplitude", "onesignal", "segment", "statsig");
    private static final int AT_ONCE = 1000;

    private Filling() {
    }

    static void fill(String url, Options options) {
        int stored = options.number("stored");
        int all = stored + options.number("backlog");
        if (all == 0) {
            return;
        }
        Properties properties = new Properties();
        properties.put("database.url", url);
        try (CamelContext context = new DefaultCamelContext()) {
            context.getPropertiesComponent().setInitialProperties(properties);
            try (Database database = Database.open(new Settings(context.getPropertiesComponent()))) {
                DeliveryStore deliveries = new DeliveryStore(database);
                int slices = database.isShared() ? 16 : 1;
                for (String destination : DESTINATIONS) {
                    deliveries.register(destination, slices);
                }
                try (Writer writer = new Writer(database, new EventStore(() -> DESTINATIONS, List::of))) {
                    writer.start(events -> {});
                    for (int from = 0; from < all; from += AT_ONCE) {
                        fill(writer, from, Math.min(all, from + AT_ONCE), stored, options.number("customers"));
                    }
                    writer.flush(Long.MAX_VALUE);
                    Map<Integer, Long> positions = new HashMap<>();
                    for (int slice = 0; slice < slices; slice++) {
                        positions.put(slice, (long) options.number("stored"));
                    }
                    deliveries.savePositions(
                            DESTINATIONS.stream().collect(Collectors.toMap(name -> name, name -> positions)));
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException("cannot fill " + url, e);
        }
    }

    private static void fill(Writer writer, int from, int to, int delivered, int customers) {
        WebhookTemplate template = new WebhookTemplate();
        WebhookReader reader = new WebhookReader();
        long now = System.currentTimeMillis();
        List<CompletableFuture<EnrichedEvent>> events = new java.util.ArrayList<>();
        for (int i = from; i < to; i++) {
            Event event = reader.read(template.fill("stored-" + i, i % customers, now));
            events.addAll(writer.accept(List.of(event), now));
        }
        for (CompletableFuture<EnrichedEvent> each : events) {
            EnrichedEvent event = each.join();
            if (event.seq() <= delivered) {
                for (String destination : DESTINATIONS) {
                    Delivery delivery = new Delivery(event, Delivery.Origin.EVENT, 1, 0, false);
                    writer.add(new DeliveryResult(destination, delivery, Outcome.delivered(200), now, now, 1));
                }
            }
        }
    }
}
