package io.subrelay.beans;

import io.micrometer.core.instrument.MeterRegistry;
import io.subrelay.books.BooksApi;
import io.subrelay.config.Settings;
import io.subrelay.console.BackupApi;
import io.subrelay.console.ConsoleFiles;
import io.subrelay.console.CustomerApi;
import io.subrelay.console.DeadLetterApi;
import io.subrelay.console.DeliveryApi;
import io.subrelay.console.EventListApi;
import io.subrelay.console.PreviewApi;
import io.subrelay.console.SearchApi;
import io.subrelay.delivery.DestinationRegistry;
import io.subrelay.delivery.Outbox;
import io.subrelay.imports.GapsApi;
import io.subrelay.imports.ImportApi;
import io.subrelay.imports.ImportRunsApi;
import io.subrelay.store.CustomerRecords;
import io.subrelay.store.Database;
import io.subrelay.store.DeadLetterGroups;
import io.subrelay.store.EventPreview;
import io.subrelay.store.EventTimes;
import io.subrelay.store.ImportRuns;
import io.subrelay.store.RequestedDeliveryStore;
import io.subrelay.store.Search;
import io.subrelay.webhook.RejectedWebhooks;
import io.subrelay.webhook.WebhookReader;
import io.subrelay.webhook.WebhookSignature;
import java.time.Clock;
import javax.sql.DataSource;
import org.apache.camel.spi.Registry;
import org.apache.camel.util.function.Suppliers;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What the routes call by name. */
public final class Beans {

    private Beans() {
    }

    /**
     * @param outbox   null where nothing is delivered
     * @param database null where the routes are built and never run
     */
    public static void bind(Registry registry, Settings settings, MeterRegistry meters,
            DestinationRegistry destinations, Outbox outbox, Database database) {
        registry.bind("meterRegistry", meters);
        DataSource data = database == null ? new DriverManagerDataSource("no database") : database.dataSource();
        registry.bind("dataSource", DataSource.class, data);
        registry.bind("destinations", destinations);
        if (outbox != null) {
            registry.bind("outbox", outbox);
        }
        registry.bind("rejectedWebhooks", new RejectedWebhooks(meters));
        registry.bind("webhookReader", new WebhookReader(true));
        registry.bind("webhookSignature",
                new WebhookSignature(settings.get("webhook.signing-secret"), Clock.systemUTC()));
        registry.bind("customerApi", new CustomerApi(new CustomerRecords(database), outbox));
        DeadLetterApi letters = new DeadLetterApi(new DeadLetterGroups(database), destinations);
        registry.bind("deadLetterApi", letters);
        registry.bind("deliveryApi",
                new DeliveryApi(destinations, outbox, new RequestedDeliveryStore(database), letters));
        registry.bind("eventListApi", new EventListApi(new EventTimes(database)));
        registry.bind("searchApi", new SearchApi(new Search(database)));
        registry.bind("backupApi", new BackupApi(database));
        registry.bind("importApi",
                new ImportApi(new CustomerRecords(database), new EventPreview(database), outbox));
        registry.bind("importRunsApi", new ImportRunsApi(new ImportRuns(database)));
        registry.bind("gapsApi", new GapsApi(new CustomerRecords(database), meters));
        registry.bind("booksApi", new BooksApi(data));
        // read once a page is asked for
        registry.bind("consoleFiles", ConsoleFiles.class, Suppliers.memorize(ConsoleFiles::new));
        registry.bind("previewApi", new PreviewApi(new EventPreview(database), destinations));
    }
}
