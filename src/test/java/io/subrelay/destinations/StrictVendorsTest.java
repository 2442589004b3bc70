package io.subrelay.destinations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.event.Kind;
import io.subrelay.harness.Hooks;
import io.subrelay.vendors.FakeAdjust;
import io.subrelay.vendors.FakeAppsFlyer;
import io.subrelay.vendors.FakeIterable;
import io.subrelay.vendors.FakeMeta;
import io.subrelay.vendors.FakeMparticle;
import io.subrelay.vendors.FakeVendor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Vendors that refuse what the real ones refuse take in whatever an event may be. */
class StrictVendorsTest {

    private static final Map<String, FakeVendor> VENDORS =
            Map.of("iterable", new FakeIterable(0), "mparticle", new FakeMparticle(0),
                    "appsflyer", new FakeAppsFlyer(0), "adjust", new FakeAdjust(0), "meta", new FakeMeta(0));
    /** What the receivers of attribution know a customer by. */
    private static final Map<String, String> DEVICE = Map.of("$appsflyerId", "1767550959127-4823116",
            "$adjustId", "8a4c1f0e9b2d7753c6e1a0f4d2b98c75", "$fbAnonId", "XZ1A5D0C", "$attConsentStatus", "authorized",
            "$idfa", "9F2C4B1E-77A0-4D35-8E61-2B0C5D9A4F13", "$gpsAdId", "38400000-8cf0-11bd-b23e-10b96e40000d",
            "$phoneNumber", "+49 170 1234567", "$ip", "2001:db8::7");

    private static Destinations destinations;

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> settings = new java.util.HashMap<>();
        VENDORS.forEach((name, vendor) -> {
            vendor.start();
            settings.put(name + ".url", vendor.url());
        });
        for (String os : List.of("ios", "android")) {
            settings.putAll(Map.of("mparticle." + os + ".key", "mp", "mparticle." + os + ".secret", "s"));
            settings.putAll(Map.of("appsflyer." + os + ".key", "af", "adjust." + os + ".app-token", "2fm9gkqubvpc"));
            Kind.KNOWN.forEach(kind -> settings.put("adjust." + os + ".event-token." + kind, "rb6oy2"));
        }
        settings.putAll(Map.of("appsflyer.ios.app-id", "id1", "appsflyer.android.app-id", "com.tidepool.app",
                "meta.dataset-id", "1", "meta.access-token", "EAAG"));
        destinations = new Destinations(settings);
    }

    @AfterAll
    static void stop() {
        destinations.close();
        VENDORS.values().forEach(FakeVendor::close);
    }

    static List<Path> webhooks() {
        return Hooks.files("src/examples");
    }

    /** Its price and its texts as they may be, and as nobody expects them. */
    private static List<ObjectNode> variants(Path file) {
        List<String> fields = List.of("{}", "{\"price\": null}", "{\"price\": -7.99}", "{\"price\": \"many\"}",
                "{\"app_user_id\": \"$RCAnonymousID:5b8f0c2e91d44a7f8e63d17a20c9b4f6\"}",
                "{\"id\": \"" + "\u20ac".repeat(600) + "\"}", "{\"product_id\": null}",
                "{\"subscriber_attributes\": {}}", "{\"environment\": \"SANDBOX\"}", "{\"store\": \"STRIPE\"}");
        return fields.stream().map(each -> {
            ObjectNode webhook = (ObjectNode) Hooks.read(file);
            ObjectNode event = Hooks.event(webhook);
            ObjectNode attributes = event.withObjectProperty("subscriber_attributes");
            DEVICE.forEach((name, value) -> attributes.putObject(name).put("value", value));
            long passed = System.currentTimeMillis() - event.path("event_timestamp_ms").asLong();
            event.properties().forEach(field -> {
                if (field.getKey().endsWith("_ms") && field.getValue().isIntegralNumber()) {
                    field.setValue(LongNode.valueOf(field.getValue().asLong() + passed));
                }
            });
            event.setAll((ObjectNode) Destinations.json(each));
            return Destinations.enrich(webhook);
        }).toList();
    }

    @ParameterizedTest
    @MethodSource("webhooks")
    void take_in_what_is_sent(Path file) {
        VENDORS.forEach((name, vendor) -> {
            vendor.forget();
            for (ObjectNode event : variants(file)) {
                assertThat(destinations.send(name, event).result()).as("%s %s", name, event)
                        .matches("deliver|(?s)skip: .*");
            }
            if (file.endsWith("renewal.json")) {
                assertThat(vendor.items()).as(name).isNotEmpty();
            }
            assertThat(vendor.refused()).as(name).isEmpty();
            assertThat(vendor.dropped()).as(name).isEmpty();
        });
    }
}
