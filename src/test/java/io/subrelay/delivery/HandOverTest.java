package io.subrelay.delivery;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.subrelay.config.Settings;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import io.subrelay.store.Database;
import io.subrelay.store.EventStore;
import io.subrelay.store.Writer;
import io.subrelay.time.Clocks;
import io.subrelay.webhook.WebhookReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HandOverTest {

    /** Not only once another one is accepted. */
    @ParameterizedTest
    @EnumSource
    void anEventThatIsStoredAndNotHandedOverIsDelivered(Store.Kind kind) throws Exception {
        AtomicInteger delivered = new AtomicInteger();
        try (DefaultCamelContext camel = new DefaultCamelContext();
                Database database = OpenedDatabase.with(kind.create().settings())) {
            Properties settings = new Properties();
            settings.put("crm.mode", "live");
            camel.getPropertiesComponent().setInitialProperties(settings);
            camel.getPropertiesComponent().addLocation("classpath:io/subrelay/defaults.properties");
            DestinationRegistry destinations = new DestinationRegistry(
                    new Settings(camel.getPropertiesComponent()), new SimpleMeterRegistry(), Clocks.system());
            Writer writer = new Writer(database, new EventStore(destinations::open, List::of));
            camel.getRegistry().bind("destinations", destinations);
            Outbox outbox = new Outbox(destinations, database, writer);
            camel.getRegistry().bind("outbox", outbox);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("outbox:crm").process(exchange -> delivered.incrementAndGet());
                }
            });
            writer.start(events -> {
                throw new IllegalStateException("as if memory had run out");
            });
            camel.start();
            camel.addService(outbox);
            writer.accept(List.of(new WebhookReader().read(
                    Hooks.renewal("anna", 1).toString().getBytes(StandardCharsets.UTF_8))), 1_800_000_000_000L).get(0)
                    .get();
            await().until(() -> delivered.get() == 1);
            camel.stop();
        }
    }
}
