package io.subrelay.destinations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.harness.Hooks;
import io.subrelay.vendors.FakeIterable;
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

    private static final Map<String, FakeVendor> VENDORS = Map.of("iterable", new FakeIterable(0));

    private static Destinations destinations;

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> settings = new java.util.HashMap<>();
        VENDORS.forEach((name, vendor) -> {
            vendor.start();
            settings.put(name + ".url", vendor.url());
        });
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
            ((ObjectNode) webhook.path("event")).setAll((ObjectNode) Destinations.json(each));
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
            assertThat(vendor.refused()).as(name).isEmpty();
            assertThat(vendor.dropped()).as(name).isEmpty();
        });
    }
}
