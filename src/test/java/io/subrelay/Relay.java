package io.subrelay;

import io.subrelay.check.Check;
import io.subrelay.config.Settings;
import io.subrelay.harness.Api;
import io.subrelay.harness.Ports;
import io.subrelay.harness.RouteFiles;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;

/** The runner in this process, with the {@linkplain RouteFiles routes}, and a database and ports of its own. */
public final class Relay implements AutoCloseable {

    private final Map<String, String> settings = new HashMap<>();
    private final Store store;
    private final Api api;
    private final Consumer<Api> beforeRoutes;
    private Main main;
    private Thread thread;

    private Relay(Store store, Map<String, String> settings, Consumer<Api> beforeRoutes) {
        this.store = store;
        this.beforeRoutes = beforeRoutes;
        int port = Ports.free();
        int managementPort = Ports.free();
        this.settings.putAll(store.settings());
        this.settings.put("server.port", String.valueOf(port));
        this.settings.put("management.port", String.valueOf(managementPort));
        this.settings.put(RouteFiles.SETTING, RouteFiles.pattern(settings.keySet()));
        this.settings.putAll(settings);
        this.api = new Api(port, managementPort);
    }

    /** @throws IllegalStateException if it does not start */
    public static Relay start(Store store, Map<String, String> settings) {
        return start(store, settings, api -> {});
    }

    /** @param beforeRoutes is called once the runner listens, and before its routes start */
    public static Relay start(Store store, Map<String, String> settings, Consumer<Api> beforeRoutes) {
        Relay relay = new Relay(store, settings, beforeRoutes);
        relay.start();
        return relay;
    }

    /** The same with the route files of a folder as well. */
    public static Relay start(Store store, Map<String, String> settings, Path routes) {
        Relay relay = new Relay(store, settings, api -> {});
        relay.addRoutes(routes);
        relay.start();
        return relay;
    }

    /** What a runner needs to deliver to all four of these vendors, failures being tried again soon. */
    public static Map<String, String> live(FakeVendors vendors) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "segment.url", vendors.segmentUrl(), "segment.write-key", "segment-key",
                "amplitude.url", vendors.amplitudeUrl(), "amplitude.api-key", "amplitude-key",
                "onesignal.url", vendors.onesignalUrl(), "onesignal.app-id", "app", "onesignal.api-key",
                "onesignal-key",
                "statsig.url", vendors.statsigUrl(), "statsig.server-secret", "statsig-key"));
        settings.put("delivery.redelivery-delay", "100ms");
        settings.put("delivery.maximum-redelivery-delay", "1s");
        return settings;
    }

    /** The same, and more. */
    public static Map<String, String> live(FakeVendors vendors, Map<String, String> more) {
        Map<String, String> settings = live(vendors);
        settings.putAll(more);
        return settings;
    }

    /** The same for one vendor; the other destinations are off. */
    public static Map<String, String> only(FakeVendors vendors, String destination) {
        Map<String, String> settings = live(vendors);
        for (String name : new String[] {"segment", "amplitude", "onesignal", "statsig"}) {
            if (!name.equals(destination)) {
                settings.put(name + ".mode", "off");
            }
        }
        return settings;
    }

    public Api api() {
        return api;
    }

    public Store store() {
        return store;
    }

    /** Adds the route files of a folder, which may be none, from its next start on. */
    public void addRoutes(Path folder) {
        settings.merge(RouteFiles.SETTING, "file:" + folder + "/*.camel.yaml", (before, added) -> before + "," + added);
    }

    private void start() {
        CompletableFuture<Void> started = new CompletableFuture<>();
        main = new Main();
        main.setPropertyPlaceholderLocations(Settings.LOCATIONS.replaceFirst("file:[^,]*,", ""));
        Properties properties = new Properties();
        properties.putAll(settings);
        main.setOverrideProperties(properties);
        main.addMainListener(new Runner(false));
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void afterConfigure(BaseMainSupport it) {
                it.getCamelContext().getManagementStrategy().addEventNotifier(new SimpleEventNotifierSupport() {
                    @Override
                    public void notify(CamelEvent event) {
                        if (event.getType() == CamelEvent.Type.RoutesStarting) {
                            beforeRoutes.accept(api);
                        }
                    }
                });
            }

            @Override
            public void afterStart(BaseMainSupport it) {
                started.complete(null);
            }
        });
        Main running = main;
        thread = new Thread(() -> {
            try {
                running.run();
            } catch (Exception e) {
                running.shutdown();
                started.completeExceptionally(e);
            }
        }, "relay");
        thread.start();
        try {
            started.get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(String.join("; ", Check.reasons(e)), e);
        }
    }

    public void stop() {
        main.completed();
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops it in order, and starts it again on the same database and ports. */
    public void restart(Map<String, String> changed) {
        stop();
        settings.putAll(changed);
        start();
    }

    @Override
    public void close() {
        stop();
    }
}
