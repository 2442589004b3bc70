package io.subrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.subrelay.config.Settings;
import io.subrelay.harness.Logged;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import io.subrelay.store.Database;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.EventStore;
import io.subrelay.store.Writer;
import io.subrelay.time.Clocks;
import io.subrelay.time.TestClock;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClockSetBackWhileRunningTest {

    private static final long NOW = 1_800_000_000_000L;
    private static final long YEAR = 31_536_000_000L;

    /** The destination has asked for the time, so that the start does not make it earlier. */
    @ParameterizedTest
    @EnumSource
    void whatWaitsInTheDatabaseForATimeOfTheWrongClockIsDelivered(Store.Kind kind) throws Exception {
        AtomicInteger delivered = new AtomicInteger();
        TestClock wall = new TestClock(NOW + YEAR);
        try (Logged log = new Logged();
                DefaultCamelContext camel = new DefaultCamelContext();
                Database database = OpenedDatabase.with(kind.create().settings())) {
            OpenedDatabase.accept(database, "anna", 1, 1);
            DeliveryStore store = new DeliveryStore(database);
            store.register("crm", 1);
            try (Connection connection = database.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("insert into redelivery (destination, event, customer, origin, attempts, "
                        + "first_attempt_at, next_attempt_at, asked) select 'crm', seq, customer, 'request', 1, "
                        + (NOW + YEAR) + ", " + (NOW + YEAR + 60_000) + ", true from event");
                statement.execute("insert into attempt (event, destination, attempt, attempted_at, millis)"
                        + " select seq, 'crm', 1, " + (NOW + YEAR) + ", 1 from event");
            }
            Properties settings = new Properties();
            settings.put("crm.mode", "live");
            camel.getPropertiesComponent().setInitialProperties(settings);
            camel.getPropertiesComponent().addLocation("classpath:io/subrelay/defaults.properties");
            Writer writer = new Writer(database, new EventStore(() -> List.of("crm"), List::of));
            DestinationRegistry destinations = new DestinationRegistry(new Settings(camel.getPropertiesComponent()),
                    new SimpleMeterRegistry(), new Clocks(wall, Clock.systemUTC()));
            camel.getRegistry().bind("destinations", destinations);
            Outbox outbox = new Outbox(destinations, database, writer);
            camel.getRegistry().bind("outbox", outbox);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("outbox:crm").process(exchange -> delivered.incrementAndGet());
                }
            });
            writer.start(outbox::accepted);
            camel.start();
            camel.addService(outbox);

            wall.advance(-YEAR);

            await().until(() -> delivered.get() == 1);
            assertThat(log.lines()).anyMatch(line -> line.startsWith("WARN The clock was set back by 31536"));
            camel.stop();
        }
    }
}
