package io.subrelay.delivery;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.subrelay.config.Settings;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import io.subrelay.store.Database;
import io.subrelay.store.DeliveryStore;
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
            Writer[] writer = new Writer[1];
            Outbox[] outbox = new Outbox[1];
            writer[0] = new Writer(database, new EventStore(() -> outbox[0].open(), List::of));
            outbox[0] = new Outbox(new Settings(camel.getPropertiesComponent()), database, new DeliveryStore(database),
                    writer[0], new SimpleMeterRegistry(), Clocks.system());
            camel.getRegistry().bind("outbox", outbox[0]);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("outbox:crm").process(exchange -> delivered.incrementAndGet());
                }
            });
            writer[0].start(events -> {
                throw new IllegalStateException("as if memory had run out");
            });
            camel.start();
            outbox[0].start(camel);
            writer[0].accept(List.of(new WebhookReader().read(
                    Hooks.renewal("anna", 1).toString().getBytes(StandardCharsets.UTF_8))), 1_800_000_000_000L).get(0)
                    .get();
            await().until(() -> delivered.get() == 1);
            camel.stop();
            outbox[0].stop();
        }
    }
}
