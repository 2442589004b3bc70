package io.subrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.subrelay.config.Settings;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import io.subrelay.store.Database;
import io.subrelay.store.EventStore;
import io.subrelay.store.RequestedDeliveryStore;
import io.subrelay.store.Writer;
import io.subrelay.time.Clocks;
import io.subrelay.time.TestClock;
import io.subrelay.webhook.WebhookReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** Deliveries that somebody has asked for wait in the database while their destination is away. */
class RetryNowTest {

    private static final long HOUR = TimeUnit.HOURS.toMillis(1);
    private static final String BERTA = Hooks.id("berta", 1);
    private static final String CLARA = Hooks.id("clara", 1);

    private final TestClock wall = new TestClock(1_800_000_000_000L);
    private final TestClock steady = new TestClock(1_000_000_000L);
    private final List<String> attempts = new CopyOnWriteArrayList<>();
    private final AtomicBoolean away = new AtomicBoolean();

    @Test
    void oneSeesWhetherTheDestinationIsBackAndThenTheOthersGo() throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext();
                Database database = OpenedDatabase.with(Store.Kind.H2.create().settings())) {
            Properties settings = new Properties();
            settings.put("crm.mode", "live");
            camel.getPropertiesComponent().setInitialProperties(settings);
            camel.getPropertiesComponent().addLocation("classpath:io/subrelay/defaults.properties");
            DestinationRegistry destinations = new DestinationRegistry(new Settings(camel.getPropertiesComponent()),
                    new SimpleMeterRegistry(), new Clocks(wall, steady));
            Writer writer = new Writer(database, new EventStore(destinations::open, List::of));
            // it is no service of the context: nothing is done but what is done here
            Outbox outbox = new Outbox(destinations, database, writer);
            camel.getRegistry().bind("destinations", destinations);
            camel.getRegistry().bind("outbox", outbox);
            OutboxEndpoint.makeDurable(camel);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    errorHandler(defaultErrorHandler().maximumRedeliveries(-1).redeliveryDelay(HOUR)
                            .maximumRedeliveryDelay(HOUR));
                    from("outbox:crm").process(exchange -> {
                        attempts.add(exchange.getVariable("event_id", String.class));
                        if (away.get()) {
                            throw new IllegalStateException("away");
                        }
                    });
                }
            });
            writer.start(outbox::accepted);
            camel.start();
            for (String customer : List.of("berta", "clara")) {
                writer.accept(List.of(new WebhookReader().read(Hooks.renewal(customer, 1).toString()
                        .getBytes(StandardCharsets.UTF_8))), wall.millis()).get(0).get();
            }
            attempted(outbox, BERTA, CLARA);
            await().until(() -> OpenedDatabase.number(database, "select count(*) from delivery") == 2);
            away.set(true);
            RequestedDeliveryStore requests = new RequestedDeliveryStore(database);
            assertThat(requests.event(BERTA, "crm") + requests.event(CLARA, "crm")).isEqualTo(2);
            outbox.requested("crm");
            attempted(outbox, BERTA, CLARA);

            pass(outbox, database, 2);
            attempted(outbox, BERTA);

            away.set(false);
            pass(outbox, database, 3);
            attempted(outbox, BERTA);
            await().untilAsserted(() -> {
                outbox.retries().check();
                outbox.requested("crm");
                assertThat(attempts).containsExactly(CLARA);
            });
            camel.stop();
            writer.close();
        }
    }

    private void attempted(Outbox outbox, String... events) {
        await().untilAsserted(() -> {
            // what has just failed is left for the reading after the next
            outbox.requested("crm");
            assertThat(attempts).containsExactlyInAnyOrder(events);
        });
        attempts.clear();
    }

    /** Half a minute without an attempt, after so many that failed. */
    private void pass(Outbox outbox, Database database, int failed) {
        await().until(() -> OpenedDatabase.number(database,
                "select count(*) from attempt where answer is not null") == failed);
        wall.advance(31_000);
        steady.advance(31_000);
        outbox.retries().check();
    }
}
