package io.subrelay.tracing;

import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.subrelay.config.Settings;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.apache.camel.CamelContext;
import org.apache.camel.opentelemetry2.OpenTelemetryTracer;
import org.apache.camel.spi.Registry;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Camel's tracer, and what sends its spans by the settings of OpenTelemetry. */
public final class Tracing implements AutoCloseable {

    private static final String ENABLED = "camel.opentelemetry2.enabled";

    private static final Map<String, String> DEFAULTS = Map.of(
            "otel.service.name", "subrelay",
            "otel.exporter.otlp.protocol", "http/protobuf",
            "otel.metrics.exporter", "none",
            "otel.logs.exporter", "none",
            // without baggage, which would tell vendors what a company's own systems tell each other
            "otel.propagators", "tracecontext");
    /** Requests of people, and what they lead to: the console makes some every few seconds. */
    private static final String NOT_OF_EVENTS = "platform-http:/,platform-http:/console/*,platform-http:/api/*,"
            + "rest:*,direct:api-*,direct:console-file,sql:file:routes/sql/*,bean:deliveryApi*";
    private static final long FLUSH_SECONDS = 5;
    /** Held, as the JDK forgets loggers that nobody holds. */
    private static final Logger LOGS = Logger.getLogger("io.opentelemetry");

    private final OpenTelemetrySdk sdk;

    private Tracing(OpenTelemetrySdk sdk) {
        this.sdk = sdk;
    }

    /**
     * Traces what the routes of a context do; has to come before them.
     *
     * @return null where traces are off
     * @throws Settings.InvalidSetting if a setting of OpenTelemetry is not understood
     */
    public static Tracing start(CamelContext context, Settings settings) {
        if (!Boolean.parseBoolean(settings.get(ENABLED))) {
            return null;
        }
        logWhatItLogs();
        OpenTelemetrySdk sdk;
        try {
            sdk = AutoConfiguredOpenTelemetrySdk.builder().disableShutdownHook()
                    .addPropertiesSupplier(() -> DEFAULTS)
                    .addPropertiesSupplier(() -> ofFile(context))
                    .addSpanExporterCustomizer((exporter, all) -> new AnonymousSpans(exporter))
                    .build().getOpenTelemetrySdk();
        } catch (RuntimeException e) {
            throw new Settings.InvalidSetting(ENABLED, "OpenTelemetry does not start: " + e.getMessage(), e);
        }
        Registry registry = context.getRegistry();
        registry.bind("tracer", Tracer.class, sdk.getTracer("camel"));
        registry.bind("tracePropagators", ContextPropagators.class, sdk.getPropagators());
        OpenTelemetryTracer tracer = new OpenTelemetryTracer();
        tracer.setCamelContext(context);
        tracer.setExcludePatterns(NOT_OF_EVENTS);
        tracer.init(context);
        return new Tracing(sdk);
    }

    private static void logWhatItLogs() {
        if (LOGS.getHandlers().length == 0) {
            LOGS.setUseParentHandlers(false);
            LOGS.addHandler(new SLF4JBridgeHandler());
        }
    }

    private static Map<String, String> ofFile(CamelContext context) {
        Properties properties = context.getPropertiesComponent().loadProperties(name -> name.startsWith("otel."));
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        return settings;
    }

    /** Sends what is left. */
    @Override
    public void close() {
        sdk.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
    }
}
