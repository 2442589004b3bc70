package io.subrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.subrelay.config.Settings;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import io.subrelay.store.Database;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.EventStore;
import io.subrelay.store.Mark;
import io.subrelay.store.Writer;
import io.subrelay.time.Clocks;
import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class OutboxStopTest {

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
            Outbox outbox = new Outbox(
                    new Settings(camel.getPropertiesComponent()), database, store, writer, new SimpleMeterRegistry(),
                    Clocks.system());
            writer.start(outbox::accepted);
            outbox.mark(new Mark.Position("segment", 0, 7));
            outbox.stop();
            assertThat(store.positions("segment")).containsEntry(0, 7L);
        }
    }
}
