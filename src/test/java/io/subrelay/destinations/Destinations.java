package io.subrelay.destinations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.subrelay.config.Settings;
import io.subrelay.delivery.Attempts;
import io.subrelay.delivery.DestinationRegistry;
import io.subrelay.delivery.OutboxEndpoint;
import io.subrelay.delivery.Preview;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.event.Kind;
import io.subrelay.redelivery.DurableRedelivery;
import io.subrelay.time.Clocks;
import io.subrelay.time.TestClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;

/** The shipped route files, running against a vendor of this machine that notes what it is sent. */
final class Destinations implements AutoCloseable {

    static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("segment.write-key", "wri+te%Key/1"), Map.entry("amplitude.api-key", "amp-key"),
            Map.entry("onesignal.app-id", "app-1"), Map.entry("onesignal.api-key", "os-key"),
            Map.entry("statsig.server-secret", "secret-1"),
            Map.entry("clevertap.account-id", "ct-1"), Map.entry("clevertap.passcode", "ct-pass"),
            Map.entry("airship.app-key", "as-app"), Map.entry("airship.token", "as-token"),
            Map.entry("airship.status-attribute", "rc_subscription_status"),
            Map.entry("raw-webhook.authorization", "Bearer from-the-receiver"),
            Map.entry("discord.webhook-url", "https://discord.com/api/webhooks/811/t0ken-X"),
            Map.entry("intercom.access-token", "ic-token"),
            Map.entry("mparticle.ios.key", "mp-key"), Map.entry("mparticle.ios.secret", "mp-secret"),
            Map.entry("mparticle.android.key", "mp-key"), Map.entry("mparticle.android.secret", "mp-secret"),
            Map.entry("mparticle.web.key", "mp-key"), Map.entry("mparticle.web.secret", "mp-secret"),
            Map.entry("iterable.api-key", "it-key"));

    static final List<String> NAMES =
            List.of("segment", "amplitude", "onesignal", "statsig", "signed-webhook", "mixpanel",
                    "posthog", "braze", "customer-io", "slack",
                    "iterable", "clevertap", "airship", "raw-webhook", "discord", "intercom",
                    "appsflyer", "adjust", "firebase", "meta", "branch", "singular", "mparticle");

    /** What the vendor received; header names in lower case. */
    record Request(String method, String path, Map<String, String> headers, String text) {
        JsonNode body() {
            return json(text);
        }
    }

    /**
     * What an attempt resulted in.
     *
     * @param results for each event {@code deliver}, or {@code skip}, {@code refuse}, {@code hold} or {@code retry}, a
     *                colon and why
     */
    record Outcome(List<Request> requests, List<String> results) {
        Request request() {
            if (requests.size() != 1) {
                throw new AssertionError("not one request: " + this);
            }
            return requests.get(0);
        }

        String result() {
            return results.get(0);
        }
    }

    final DefaultCamelContext camel = new DefaultCamelContext();
    /** The time at which the newest event was sent, as no vendor takes what is too old. */
    private final TestClock clock = new TestClock(0);
    private final DestinationRegistry registry = new DestinationRegistry(
            new Settings(camel.getPropertiesComponent()), new SimpleMeterRegistry(),
            new Clocks(clock, Clock.systemUTC()));
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final HttpServer vendor;
    /** The status to answer with; 0 breaks the connection off. */
    volatile ToIntFunction<Request> answer = request -> 200;
    volatile Map<String, String> answerHeaders = Map.of();
    volatile Function<Request, String> answerBody = request -> "";

    Destinations(Map<String, String> settings) throws Exception {
        this(settings, Stream.concat(Stream.of("routes/2-delivery.camel.yaml"),
                NAMES.stream().map(name -> "routes/destinations/" + name + ".camel.yaml")).toArray(String[]::new));
    }

    Destinations(Map<String, String> settings, String... files) throws Exception {
        vendor = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        vendor.setExecutor(Executors.newCachedThreadPool());
        vendor.createContext("/", exchange -> {
            Map<String, String> headers = new TreeMap<>();
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(), values.get(0)));
            Request request = new Request(exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers,
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            requests.add(request);
            answerHeaders.forEach(exchange.getResponseHeaders()::add);
            int status = answer.applyAsInt(request);
            if (status > 0) {
                byte[] body = answerBody.apply(request).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        vendor.start();

        Properties properties = new Properties();
        for (String file : List.of("defaults", "destinations")) {
            try (InputStream in = getClass().getResourceAsStream("/io/subrelay/" + file + ".properties")) {
                properties.load(in);
            }
        }
        String url = "http://127.0.0.1:" + vendor.getAddress().getPort();
        for (String name : NAMES) {
            properties.setProperty(name + ".url", url);
        }
        properties.putAll(KEYS);
        properties.putAll(settings);
        camel.getPropertiesComponent().setInitialProperties(properties);
        camel.getRegistry().bind("registry", registry);
        Preview.guard(camel);
        OutboxEndpoint.makeDurable(camel);
        HttpComponent http = camel.getComponent("http", HttpComponent.class);
        http.setAutomaticRetriesDisabled(true);
        http.setCopyHeaders(false);
        http.setCookieManagementDisabled(true);
        List<Resource> resources = new ArrayList<>();
        for (String file : files) {
            resources.add(PluginHelper.getResourceLoader(camel).resolveResource("file:" + file));
        }
        PluginHelper.getRoutesLoader(camel).loadRoutes(resources);
        camel.start();
    }

    /** Attempts to deliver events together, as soon as they have come. */
    Outcome send(String destination, JsonNode... events) {
        return sendAfter(0, destination, events);
    }

    Outcome sendAfter(int seconds, String destination, JsonNode... events) {
        requests.clear();
        List<EnrichedEvent> enriched = Stream.of(events).map(Destinations::event).toList();
        clock.advance(enriched.stream().mapToLong(EnrichedEvent::receivedAt).max().getAsLong() - clock.millis()
                + seconds * 1000L);
        List<String> results = Attempts.run(registry, destination, enriched)
                .stream().map(Destinations::shown).toList();
        return new Outcome(List.copyOf(requests), results);
    }

    /** What {@code POST /api/preview} shows for a destination. */
    JsonNode preview(String destination, JsonNode event) {
        requests.clear();
        JsonNode preview = registry.consumers().get(destination).preview(event(event));
        assertThat(requests).isEmpty();
        return preview;
    }

    private static String shown(io.subrelay.event.Outcome outcome) {
        return switch (outcome.verdict()) {
            case DELIVERED -> "deliver";
            case SKIPPED -> "skip: " + outcome.reason();
            case REFUSED -> "refuse: " + outcome.reason();
            case HOLD -> "hold: " + outcome.reason();
            case RETRY -> "retry: " + outcome.reason();
            default -> throw new AssertionError(outcome);
        };
    }

    /** From the form in which a route gets it. */
    private static EnrichedEvent event(JsonNode enriched) {
        ObjectNode webhook = ((ObjectNode) enriched).deepCopy().retain("api_version", "event");
        ObjectNode customer = enriched.path("customer").deepCopy();
        if (enriched.has(EnrichedEvent.STANDING)) {
            customer.set(EnrichedEvent.STANDING, enriched.get(EnrichedEvent.STANDING));
        }
        Event event = Event.of(webhook, webhook.toString());
        return new EnrichedEvent(1, 1, List.of(), event, customer, event.timestampMs(),
                enriched.path("late").asBoolean(), NAMES);
    }

    @Override
    public void close() {
        camel.stop();
        vendor.stop(0);
    }

    /** The enriched event of a webhook, for a customer of whom nothing else is known. */
    static ObjectNode enrich(JsonNode webhook) {
        JsonNode event = webhook.path("event");
        ObjectNode enriched = webhook.deepCopy();
        String kind = Kind.of(event);
        enriched.put("kind", kind);
        enriched.put("happened_at_ms", Kind.happenedAt(kind, event));
        ObjectNode customer = enriched.putObject("customer");
        customer.set("app_user_id", event.get("app_user_id"));
        customer.set("original_app_user_id", event.get("original_app_user_id"));
        customer.set("last_seen_app_user_id", event.get("app_user_id"));
        customer.set("aliases", event.get("aliases"));
        ObjectNode attributes = customer.putObject("subscriber_attributes");
        event.path("subscriber_attributes").properties()
                .forEach(attribute -> attributes.set(attribute.getKey(), attribute.getValue().get("value")));
        customer.put("subscription_status", "active");
        customer.putArray("active_entitlements").add("pro");
        return enriched;
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
