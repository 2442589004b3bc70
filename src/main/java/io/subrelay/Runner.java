package io.subrelay;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.subrelay.beans.Beans;
import io.subrelay.books.Ledger;
import io.subrelay.check.Check;
import io.subrelay.check.CheckedReload;
import io.subrelay.check.Folder;
import io.subrelay.config.Secrets;
import io.subrelay.config.Settings;
import io.subrelay.delivery.DestinationRegistry;
import io.subrelay.delivery.Outbox;
import io.subrelay.delivery.OutboxEndpoint;
import io.subrelay.delivery.OutboxHealth;
import io.subrelay.delivery.Preview;
import io.subrelay.http.BoundedHttp;
import io.subrelay.http.Connections;
import io.subrelay.http.HttpErrors;
import io.subrelay.http.Intake;
import io.subrelay.http.OwnTls;
import io.subrelay.http.PortHealth;
import io.subrelay.imports.GapsApi;
import io.subrelay.store.Database;
import io.subrelay.store.DatabaseHealth;
import io.subrelay.store.EventStore;
import io.subrelay.store.PoolMetrics;
import io.subrelay.store.Retention;
import io.subrelay.store.SearchIndex;
import io.subrelay.store.Writer;
import io.subrelay.time.Clocks;
import io.subrelay.time.Repeatedly;
import io.subrelay.tracing.Tracing;
import io.subrelay.webhook.LocalHostNames;
import io.subrelay.webhook.RejectedWebhooks;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.Registry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts together what the routes use, checks the settings before anything starts, and takes it apart at the end. */
final class Runner extends MainListenerSupport {

    private static final Logger LOG = LoggerFactory.getLogger(Subrelay.class);

    /** Longer than proxies keep a connection: else they would use one that is being closed. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(75);
    private static final long CLEAN_MS = 10_000;
    private static final long BOOKS_MS = 10_000;
    private static final long INDEX_MS = 1_000;
    /** Counting what was missed reads every customer: not while what a start finds waiting is delivered. */
    private static final long GAPS_SECONDS = 3600;
    private static final long GAPS_AFTER_SECONDS = 600;
    private static final long END_SECONDS = 30;
    private final boolean dev;
    private final Clocks clocks = Clocks.system();
    private final HttpErrors errors = new HttpErrors();
    private Database database;
    private Writer writer;
    private DestinationRegistry destinations;
    private Outbox outbox;
    private Connections connections;
    private Vertx vertx;
    private Tracing tracing;

    Runner(boolean dev) {
        this.dev = dev;
    }

    /** Runs until it is told to stop; returns the exit status. */
    static int run(boolean dev) {
        Main main = new Main() {
            @Override
            protected CamelContext createCamelContext() {
                CamelContext context = super.createCamelContext();
                context.getPropertiesComponent().setEncoding("UTF-8");
                return context;
            }
        };
        main.setPropertyPlaceholderLocations(Settings.LOCATIONS);
        return run(main, dev);
    }

    /** The same with an application that has more than Subrelay in it. */
    static int run(Main main, boolean dev) {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            LOG.error("The thread {} failed", thread.getName(), failure);
            OutOfMemory.exit(failure);
        });
        main.addMainListener(new Runner(dev));
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> await(ended), "subrelay-end"));
        try {
            main.run();
            return main.getExitCode();
        } catch (Exception e) {
            Secrets secrets = new Secrets(new Settings(main.getCamelContext().getPropertiesComponent()));
            Check.reasons(e).forEach(line -> LOG.error("Subrelay does not start: {}", secrets.mask(line)));
            main.shutdown();
            return 1;
        } finally {
            ended.countDown();
        }
    }

    /** Camel lets the process end once its context has stopped: results of deliveries have to be written before. */
    private static void await(CountDownLatch ended) {
        try {
            ended.await(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void beforeConfigure(BaseMainSupport main) {
        new Folder(Path.of("")).checkEncoding();
        CamelContext context = main.getCamelContext();
        Settings settings = new Settings(context.getPropertiesComponent()).normalized();
        Check.beforeStart(Path.of(""), context);
        checkAddress(settings, "server");
        checkAddress(settings, "management");
        SSLContext tls = OwnTls.of(settings);
        tracing = Tracing.start(context, settings);
        Preview.guard(context);
        OutboxEndpoint.makeDurable(context);
        Registry registry = context.getRegistry();

        HttpHeaderFilterStrategy answerHeaders = new HttpHeaderFilterStrategy();
        // a route says who may keep an answer
        answerHeaders.getOutFilter().remove("cache-control");
        registry.bind("answerHeaders", answerHeaders);
        for (String component : List.of("http", "https")) {
            context.addComponent(component,
                    new BoundedHttp(settings.number("delivery.max-answer-size", 1024, 16 << 20)));
        }
        MeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        connections = new Connections(settings.number("server.max-connections", 10, 100_000),
                settings.duration("server.head-timeout"), settings.duration("server.body-timeout"), KEEP_ALIVE);
        vertx = connections.vertx(new VertxOptions()
                .setWorkerPoolSize(settings.number("server.worker-threads", 1, 1000)));
        vertx.exceptionHandler(OutOfMemory::exit);
        registry.bind("vertx", Vertx.class, vertx);

        connections.measure(meters);

        database = Database.open(settings);
        PoolMetrics.bind(database, meters);
        destinations = new DestinationRegistry(settings, meters, clocks);
        writer = new Writer(database, new EventStore(destinations::open, destinations::updated));
        outbox = new Outbox(destinations, database, writer);
        Beans.bind(registry, settings, meters, destinations, outbox, database);
        HealthCheckRegistry health = HealthCheckRegistry.get(context);
        health.register(new DatabaseHealth(database, writer));
        health.register(new OutboxHealth(destinations, outbox));
        health.register(new PortHealth(settings.get("server.host"), settings.port("server"),
                tls == null ? SocketFactory.getDefault() : tls.getSocketFactory()));
        writer.start(outbox::accepted);
    }

    /** Camel would log that it cannot listen, and go on. */
    private static void checkAddress(Settings settings, String server) {
        String host = settings.get(server + ".host");
        try (ServerSocket any = new ServerSocket()) {
            any.bind(new InetSocketAddress(host, 0));
        } catch (IOException e) {
            throw new Settings.InvalidSetting(
                    server + ".host", host, "an address of this machine (" + e.getMessage() + ")");
        }
        int port = settings.port(server);
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new Settings.InvalidSetting(server + ".port", String.valueOf(port),
                    "a port that is free at " + host + " (" + e.getMessage() + ")");
        }
    }

    @Override
    public void afterConfigure(BaseMainSupport main) {
        CamelContext context = main.getCamelContext();
        Settings settings = new Settings(context.getPropertiesComponent());
        Intake intake = new Intake(settings, connections,
                context.getRegistry().lookupByNameAndType("rejectedWebhooks", RejectedWebhooks.class));
        errors.refuseUntilStarted(context, intake);
        String management = settings.get("management.host");
        intake.guardManagement(context, settings.isLoopback(management) ? new LocalHostNames(management) : null);
    }

    @Override
    public void afterStart(BaseMainSupport main) {
        CamelContext context = main.getCamelContext();
        Settings settings = new Settings(context.getPropertiesComponent());
        if (context.getRoutes().stream().noneMatch(route -> route.getRouteId().equals("receive"))) {
            throw new IllegalStateException(
                    "routes/: there is no route with the id receive, in files named *.camel.yaml");
        }
        errors.answerInJson(context, settings.port("server"));
        addService(context, outbox);
        Retention retention = new Retention(database, settings.duration("retention.delivered").toMillis());
        Duration erased = settings.duration("retention.erased");
        ScheduledExecutorService cleaner = timer(context, "retention");
        Repeatedly.every(cleaner, CLEAN_MS, "Old events could not be deleted",
                () -> retention.run(destinations.open(), clocks.nowNotSetAhead()));
        Repeatedly.every(cleaner, CLEAN_MS, "What was erased is still in the database's file",
                () -> database.dropErased(erased));
        Repeatedly.every(timer(context, "search-index"), INDEX_MS, "Customers could not be indexed for search",
                new SearchIndex(database)::fill);
        GapsApi gaps = context.getRegistry().lookupByNameAndType("gapsApi", GapsApi.class);
        timer(context, "gaps").scheduleWithFixedDelay(gaps::count, GAPS_AFTER_SECONDS, GAPS_SECONDS, TimeUnit.SECONDS);
        Repeatedly.every(timer(context, "books"), BOOKS_MS, "The books could not be added up",
                new Ledger(database.dataSource())::addUp);
        if (dev) {
            addService(context, new CheckedReload(Path.of("")));
        }
        List<String> modes = destinations.consumers().values().stream()
                .map(consumer -> consumer.name() + "=" + consumer.mode()).toList();
        outbox.gone().forEach((name, waiting) -> LOG.warn("{}: {} deliveries wait, and it has no route any more: put "
                + "routes/destinations/{}.camel.yaml back, or end them with a route that skips", name, waiting, name));
        LOG.info("Subrelay is ready: {}://{}:{} {}", OwnTls.isOn(settings) ? "https" : "http",
                settings.get("server.host"),
                settings.get("server.port"), String.join(" ", modes));
    }

    private ScheduledExecutorService timer(CamelContext context, String name) {
        return context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, name);
    }

    private static void addService(CamelContext context, Object service) {
        try {
            context.addService(service);
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeCamelException(e);
        }
    }

    @Override
    public void beforeStop(BaseMainSupport main) {
        errors.refuseFromNowOn();
        if (outbox != null) {
            outbox.takeNoMore();
        }
    }

    @Override
    public void afterStop(BaseMainSupport main) {
        if (outbox != null) {
            outbox.stop();
        }
        if (database != null) {
            database.close();
        }
        if (vertx != null) {
            vertx.close();
        }
        if (tracing != null) {
            tracing.close();
        }
    }
}
