package io.subrelay;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.subrelay.console.AdminAccess;
import io.subrelay.console.ConsoleFiles;
import io.subrelay.console.CustomerApi;
import io.subrelay.console.DeliveryApi;
import io.subrelay.console.PreviewApi;
import io.subrelay.delivery.Outbox;
import io.subrelay.store.CustomerRecords;
import io.subrelay.store.Database;
import io.subrelay.store.DeliveryStore;
import io.subrelay.store.DestinationRecords;
import io.subrelay.store.EventPreview;
import io.subrelay.store.EventStore;
import io.subrelay.store.RequestStore;
import io.subrelay.store.Writer;
import io.subrelay.webhook.WebhookAuthorization;
import io.subrelay.webhook.WebhookSignature;
import io.subrelay.webhook.Webhooks;
import io.vertx.core.VertxOptions;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.Registry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts together what the routes use, checks the settings before anything starts, and takes it apart at the end. */
final class Runner extends MainListenerSupport {

    static final String PROPERTIES = "file:application.properties;optional=true,"
            + "classpath:io/subrelay/defaults.properties,classpath:io/subrelay/destinations.properties";

    private static final Logger LOG = LoggerFactory.getLogger(Subrelay.class);

    private Database database;
    private Writer writer;
    private Outbox outbox;
    private ScheduledExecutorService timer;

    @Override
    public void beforeConfigure(BaseMainSupport main) {
        CamelContext context = main.getCamelContext();
        Settings settings = new Settings(context.getPropertiesComponent());
        settings.check();
        Registry registry = context.getRegistry();

        MeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.bind("meterRegistry", meters);
        registry.bind("vertxOptions", new VertxOptions()
                .setWorkerPoolSize(settings.number("server.worker-threads", 1, 1000)));

        database = Database.open(settings);
        registry.bind("dataSource", database.dataSource());
        DeliveryStore deliveries = new DeliveryStore(database);
        writer = new Writer(database, new EventStore(() -> outbox.open()), deliveries);
        outbox = new Outbox(settings, deliveries, writer, meters);
        registry.bind("outbox", outbox);
        registry.bind("webhooks", new Webhooks(writer, meters));
        registry.bind("webhookAuthorization", new WebhookAuthorization(settings.get("webhook.authorization")));
        registry.bind("webhookSignature",
                new WebhookSignature(settings.get("webhook.signing-secret"), Clock.systemUTC()));
        registry.bind("adminAccess", new AdminAccess(settings.get("admin.username"), settings.get("admin.password")));
        registry.bind("customerApi", new CustomerApi(new CustomerRecords(database), outbox));
        registry.bind("deliveryApi", new DeliveryApi(
                outbox, deliveries, new DestinationRecords(database), new RequestStore(database)));
        registry.bind("previewApi", new PreviewApi(new EventPreview(database), outbox));
        registry.bind("consoleFiles", new ConsoleFiles());
        writer.start(outbox::accepted);
    }

    @Override
    public void afterStart(BaseMainSupport main) {
        CamelContext context = main.getCamelContext();
        if (context.getRoutes().stream().noneMatch(route -> route.getRouteId().equals("receive"))) {
            throw new IllegalStateException("routes/: there is no route with the id receive, in files named *.camel.yaml");
        }
        timer = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "outbox-positions");
        timer.scheduleWithFixedDelay(outbox::writePositions, 1, 1, TimeUnit.SECONDS);
        List<String> destinations = outbox.consumers().values().stream()
                .map(consumer -> consumer.name() + "=" + consumer.mode()).toList();
        LOG.info("Subrelay is ready: http://{}:{} {}", new Settings(context.getPropertiesComponent()).get("server.host"),
                new Settings(context.getPropertiesComponent()).get("server.port"), String.join(" ", destinations));
    }

    @Override
    public void afterStop(BaseMainSupport main) {
        if (writer != null) {
            outbox.writePositions();
            writer.close();
            database.close();
        }
    }
}
