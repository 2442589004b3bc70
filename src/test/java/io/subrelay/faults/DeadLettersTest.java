package io.subrelay.faults;

import static io.subrelay.faults.Guarantees.DESTINATIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A dead letter lets its customer's next events go, but not before it is known to be one whatever happens then. */
class DeadLettersTest {

    @ParameterizedTest
    @EnumSource(Store.Kind.class)
    void areOnTheDiskBeforeTheNextOneGoes(Store.Kind kind) {
        List<String> customers = Stream.generate(Hooks::customer).limit(10).toList();
        Map<String, String> secondThen = new ConcurrentHashMap<>();
        try (FakeVendors vendors = FakeVendors.start(); Relay relay = Relay.start(kind.create(), Relay.live(vendors))) {
            Api api = relay.api();
            for (String destination : DESTINATIONS) {
                FakeVendor vendor = Receipts.vendor(vendors, destination);
                vendor.when(request -> {
                    // a list, too, until the refused one is alone
                    boolean refused = request.text().matches("(?s).*\"p-\\d+2\".*");
                    for (int i = 0; i < customers.size() && !refused; i++) {
                        if (request.text().contains("\"p-" + number(i, 3) + '"')) {
                            String second = Hooks.id(customers.get(i), number(i, 2));
                            secondThen.computeIfAbsent(destination + " " + second,
                                    key -> api.delivery(second, destination).path("state").asText());
                        }
                    }
                    return refused;
                }, Integer.MAX_VALUE, Fault.answer(400));
                // so that the second and the third one are in a list, where there are any
                vendor.always(Fault.slow(Duration.ofMillis(300)));
            }
            for (int i = 0; i < customers.size(); i++) {
                for (int n = 1; n <= 3; n++) {
                    api.accept(Hooks.renewal(customers.get(i), number(i, n)));
                }
            }
            await().until(() -> secondThen.size() == customers.size() * DESTINATIONS.size());
        }
        assertThat(secondThen).allSatisfy((which, state) -> assertThat(state).as(which).isEqualTo("dead"));
    }

    private static int number(int customer, int n) {
        return (customer + 1) * 10 + n;
    }
}
