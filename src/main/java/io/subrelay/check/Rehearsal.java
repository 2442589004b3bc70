package io.subrelay.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.subrelay.beans.Beans;
import io.subrelay.config.Secrets;
import io.subrelay.config.Settings;
import io.subrelay.delivery.DestinationRegistry;
import io.subrelay.delivery.OutboxEndpoint;
import io.subrelay.delivery.Preview;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.time.Clocks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.camel.Processor;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** Routes in a context that is thrown away: without a server, a database, a network, or events that come in. */
public final class Rehearsal implements AutoCloseable {

    /** Routes that others call, or that are asked for previews; nothing else is started. */
    private static final Set<String> STARTED = Set.of("outbox", "direct", "seda");

    /** A consumer that no web server calls. */
    private static final class Nobody extends DefaultConsumer implements PlatformHttpConsumer {

        private Nobody(PlatformHttpEndpoint endpoint, Processor processor) {
            super(endpoint, processor);
        }

        @Override
        public PlatformHttpEndpoint getEndpoint() {
            return (PlatformHttpEndpoint) super.getEndpoint();
        }
    }

    private final DefaultCamelContext camel;
    private final DestinationRegistry destinations;
    /** Those of the folder: what an example gives is no secret. */
    private final Secrets secrets;

    private Rehearsal(Folder folder, DefaultCamelContext camel) {
        this.camel = camel;
        Settings settings = new Settings(camel.getPropertiesComponent()).normalized();
        this.secrets = new Secrets(settings);
        camel.setSourceLocationEnabled(true);
        camel.setStreamCaching(false);
        camel.getShutdownStrategy().setTimeout(1);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        this.destinations = new DestinationRegistry(settings, meters, Clocks.system());
        Preview.guard(camel);
        OutboxEndpoint.makeDurable(camel);
        Beans.bind(camel.getRegistry(), settings, meters, destinations, null, null);
        camel.getRegistry().bind("resource-loader-file", new FilesOf(folder.root()));
        camel.getComponent("platform-http", PlatformHttpComponent.class).setEngine(Nobody::new);
        for (String scheme : List.of("http", "https")) {
            camel.getComponent(scheme, HttpComponent.class)
                    .setHttpClientConfigurer(client -> client.addRequestInterceptorFirst((request, entity, context) -> {
                        throw new IOException("there is no network here");
                    }));
        }
    }

    /**
     * Ready to be asked what a runner that is started in this folder would send.
     *
     * @throws FaultsFound if it would not start
     */
    public static Rehearsal of(Path root) {
        Folder folder = new Folder(root);
        Rehearsal rehearsal = asStarted(folder);
        String failure = null;
        try {
            folder.checkEncoding();
            List<RouteFile> files = folder.routeFiles();
            if (!files.isEmpty() && Check.ofRules(folder, rehearsal.camel).stream().noneMatch(Fault::isFault)) {
                return rehearsal.load(files).start();
            }
        } catch (Exception e) {
            failure = rehearsal.masked(Blame.oneLine(e));
        }
        rehearsal.close();
        // what is wrong is told by file and line, which takes longer
        List<String> faults = Check.faults(root);
        throw new FaultsFound(faults.isEmpty() ? List.of(failure) : faults);
    }

    /** With the settings of a runner that is started in this folder, those of the environment included. */
    static Rehearsal asStarted(Folder folder) {
        Properties all = Folder.defaults();
        all.putAll(folder.ownSettings());
        DefaultCamelContext camel = new DefaultCamelContext();
        camel.getPropertiesComponent().setInitialProperties(all);
        return new Rehearsal(folder, camel);
    }

    /**
     * With the default of every setting, whatever the runner's own settings and its environment say; of those only what
     * has no default is taken, as an added destination needs it.
     */
    static Rehearsal withDefaults(Folder folder, Map<String, String> given) {
        Properties all = folder.ownSettings();
        all.keySet().removeIf(name -> String.valueOf(name).matches("camel\\..*|.*\\.mode"));
        all.putAll(Folder.defaults());
        DefaultCamelContext camel = new DefaultCamelContext();
        PropertiesComponent properties = (PropertiesComponent) camel.getPropertiesComponent();
        properties.setInitialProperties(all);
        properties.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_NEVER);
        properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_NEVER);
        Rehearsal rehearsal = new Rehearsal(folder, camel);
        given.forEach(properties::addOverrideProperty);
        new Settings(properties).normalized();
        return rehearsal;
    }

    DefaultCamelContext camel() {
        return camel;
    }

    /** Loads files; what is wrong with them shows here or in {@link #build}. */
    Rehearsal load(Collection<RouteFile> files) throws Exception {
        PluginHelper.getRoutesLoader(camel).loadRoutes(files.stream()
                .map(file -> ResourceHelper.fromString("file:" + file.name(), file.text())).toList());
        for (RouteDefinition route : camel.getRouteDefinitions()) {
            String uri = camel.resolvePropertyPlaceholders(route.getInput().getEndpointUri());
            if (!STARTED.contains(uri.replaceFirst(":.*", ""))) {
                route.setAutoStartup("false");
            }
        }
        return this;
    }

    /** Builds the routes: endpoints, expressions, steps. */
    void build() {
        camel.init();
    }

    /** Makes the destinations ready to be asked. */
    Rehearsal start() {
        camel.start();
        return this;
    }

    /** What a destination would be sent; secrets are not masked. */
    ObjectNode preview(String destination, EnrichedEvent event) {
        return destinations.consumers().get(destination).preview(event);
    }

    /** A text about what goes on in here, without secrets. */
    String masked(String text) {
        return secrets.mask(text);
    }

    /** The mode of each destination by name. */
    public Map<String, String> modes() {
        return destinations.modes();
    }

    /** What each destination that is not off would be sent, secrets masked. */
    public JsonNode previews(EnrichedEvent event) {
        return destinations.previews(event);
    }

    @Override
    public void close() {
        camel.stop();
    }
}
