package io.subrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.subrelay.config.Settings;
import io.subrelay.event.Delivery;
import io.subrelay.event.DeliveryResult;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.event.Outcome;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import io.subrelay.store.Database;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.EventStore;
import io.subrelay.store.Writer;
import io.subrelay.time.Clocks;
import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class OutboxStopTest {

    /** It would take the customers again that it has just given back to other runners. */
    @Test
    void nothingIsRepeatedOnceItHasStopped() throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext();
                Database database = OpenedDatabase.with(Store.Kind.H2.create().settings())) {
            camel.getPropertiesComponent().addLocation("classpath:io/subrelay/defaults.properties");
            Writer writer = new Writer(database, new EventStore(List::of, List::of));
            Outbox outbox = new Outbox(new DestinationRegistry(new Settings(camel.getPropertiesComponent()),
                    new SimpleMeterRegistry(), Clocks.system()), database, writer);
            camel.start();
            camel.addService(outbox);
            assertThat(timers(camel)).hasSize(4);
            outbox.stop();
            await().untilAsserted(() -> assertThat(timers(camel)).isEmpty());
        }
    }

    private static List<String> timers(DefaultCamelContext camel) {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.contains("(" + camel.getName() + ")")
                        && name.matches(".* - (outbox|erasures|.*-backfill)"))
                .toList();
    }

    /**
     * Another runner may have the customers from then on, and would deliver again what it cannot know to be delivered.
     */
    @Test
    void resultsOfDeliveriesAreInTheDatabaseOnceItHasStopped() throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext();
                Database database = OpenedDatabase.with(Store.Kind.POSTGRESQL.create().settings())) {
            camel.getPropertiesComponent().addLocation("classpath:io/subrelay/defaults.properties");
            DeliveryStore store = new DeliveryStore(database);
            store.register("segment", 1);
            Writer writer = new Writer(database, new EventStore(List::of, List::of));
            Outbox outbox = new Outbox(new DestinationRegistry(new Settings(camel.getPropertiesComponent()),
                    new SimpleMeterRegistry(), Clocks.system()), database, writer);
            writer.start(outbox::accepted);
            ObjectNode webhook = Hooks.renewal(Hooks.customer(), 1);
            EnrichedEvent event = new EnrichedEvent(7, 1, List.of(), Event.of(webhook, webhook.toString()), null, 1,
                    false, List.of("segment"));
            writer.add(new DeliveryResult("segment", Delivery.of(event), Outcome.delivered(200), 1, 1, 1));
            outbox.stop();
            assertThat(store.counts().get("segment").delivered()).isEqualTo(1);
        }
    }
}
