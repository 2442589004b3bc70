package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Receipts;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What waits for its next attempt goes now: because somebody wants it, or because the runner has started. */
@ParameterizedClass
@EnumSource(Store.Kind.class)
class RetryNowTest {

    private static FakeVendors vendors;
    private static Relay relay;
    private static Api api;

    @Parameter
    private Store.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(Store.Kind kind) {
        vendors = FakeVendors.start();
        relay = Relay.start(kind.create(), hourly(vendors));
        api = relay.api();
    }

    /** Of one destination, whose next attempt is an hour away, as after a long outage. */
    static Map<String, String> hourly(FakeVendors vendors) {
        Map<String, String> settings = Relay.only(vendors, "statsig");
        settings.put("delivery.redelivery-delay", "1h");
        settings.put("delivery.maximum-redelivery-delay", "1h");
        return settings;
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        relay.close();
        vendors.close();
    }

    @AfterEach
    void reset() {
        vendors.reset();
    }

    private void awaitState(String customer, int n, String state) {
        await().untilAsserted(() -> assertThat(api.delivery(Hooks.id(customer, n), "statsig").path("state").asText())
                .isEqualTo(state));
    }

    private void awaitDelivered(String customer, Integer... numbers) {
        await().untilAsserted(() -> assertThat(Receipts.of(vendors, "statsig").of(customer)).containsExactly(numbers));
    }

    /** Two events of one customer, the second behind the first, which has failed. */
    private String waiting(Fault fault) {
        String customer = Hooks.customer();
        vendors.statsig().next(1, fault);
        api.accept(Hooks.renewal(customer, 1), Hooks.renewal(customer, 2));
        awaitState(customer, 1, "retrying");
        return customer;
    }

    private static JsonNode waits(String customer, int n) {
        JsonNode waits = api.delivery(Hooks.id(customer, n), "statsig").path("waits_for");
        // the history says the same, a moment later
        for (JsonNode event : api.history(customer)) {
            if (event.path("event_id").asText().equals(Hooks.id(customer, n))) {
                assertThat(event.at("/deliveries/0/waits_for/what")).isEqualTo(waits.path("what"));
            }
        }
        return waits;
    }

    @Test
    void whatWaitsSaysForWhatAndUntilWhen() {
        String customer = waiting(Fault.answer(503));
        JsonNode first = waits(customer, 1);
        assertThat(first.path("what").asText()).isEqualTo("attempt");
        assertThat(Instant.parse(first.path("until").asText()))
                .isBetween(Instant.now().plusSeconds(2_800), Instant.now().plusSeconds(4_400));
        JsonNode second = waits(customer, 2);
        assertThat(second.path("what").asText()).isEqualTo("event");
        assertThat(second.path("event_id").asText()).isEqualTo(Hooks.id(customer, 1));
        assertThat(second.path("until")).isEqualTo(first.path("until"));
        String other = Hooks.customer();
        api.accept(Hooks.renewal(other, 1));
        awaitState(other, 1, "delivered");
        assertThat(waits(other, 1).isNull()).isTrue();
        // behind the event of a customer that was merged into it
        api.accept(Hooks.renewal(other, 2, customer));
        JsonNode merged = waits(other, 2);
        assertThat(merged.path("what").asText()).isEqualTo("event");
        assertThat(merged.path("event_id").asText()).isEqualTo(Hooks.id(customer, 1));
        assertThat(api.call("POST", "/api/events/" + Hooks.id(other, 2) + "/retry").path("scheduled").asInt())
                .isEqualTo(1);
        awaitState(other, 2, "delivered");
        assertThat(waits(customer, 2).isNull()).isTrue();
    }

    @Test
    void whatWaitsForAHeldDestinationSaysSo() {
        vendors.statsig().always(Fault.answer(401));
        String customer = Hooks.customer();
        api.accept(Hooks.renewal(customer, 1), Hooks.renewal(customer, 2));
        await().until(() -> api.destination("statsig").path("circuit").asText().equals("held"));
        for (int n = 1; n <= 2; n++) {
            assertThat(api.delivery(Hooks.id(customer, n), "statsig").at("/waits_for/what").asText()).isEqualTo("held");
        }
        await().until(() -> waits(customer, 2).path("until").isTextual());
        vendors.reset();
        api.call("POST", "/api/destinations/statsig/retry");
        awaitDelivered(customer, 1, 2);
        await().until(() -> api.destination("statsig").path("circuit").asText().equals("closed"));
    }

    @Test
    void anEventGoesNowAndWhatItWaitsFor() {
        String customer = waiting(Fault.answer(503));
        String other = waiting(Fault.answer(503));
        assertThat(api.call("POST", "/api/events/" + Hooks.id(customer, 2) + "/retry").path("scheduled").asInt())
                .isEqualTo(1);
        awaitDelivered(customer, 1, 2);
        assertThat(Receipts.of(vendors, "statsig").of(other)).isEmpty();
        awaitState(customer, 1, "delivered");
        JsonNode none = api.call("POST", "/api/events/" + Hooks.id(customer, 1) + "/retry?destination=statsig");
        assertThat(none.path("scheduled").asInt()).isZero();
        assertThat(none.path("reason").asText()).isEqualTo("nothing of it waits for its next attempt");
        // as does asking for it again, before it has ended
        String redeliver = "/api/events/" + Hooks.id(other, 1) + "/redeliver";
        assertThat(api.call("POST", redeliver).path("scheduled").asInt()).isEqualTo(1);
        awaitDelivered(other, 1, 2);
    }

    @Test
    void aCustomerGoesNowByAnyOfItsIds() {
        String customer = Hooks.customer();
        vendors.statsig().next(1, Fault.answer(503));
        api.accept(Hooks.renewal(customer, 1, "alias-" + customer));
        awaitState(customer, 1, "retrying");
        assertThat(api.call("POST", "/api/customers/alias-" + customer + "/retry").path("scheduled").asInt())
                .isEqualTo(1);
        awaitDelivered(customer, 1);
    }

    /** Also where what failed was accepted of a customer that is part of another one since. */
    @Test
    void aCustomerGoesNowAcrossAMerge() {
        String one = waiting(Fault.answer(503));
        String two = waiting(Fault.answer(503));
        api.accept(Hooks.renewal(one, 3, two));
        assertThat(api.call("POST", "/api/customers/" + two + "/retry").path("scheduled").asInt()).isEqualTo(2);
        awaitState(one, 3, "delivered");
    }

    @Test
    void whatWasAskedForGoesNowToo() {
        String customer = Hooks.customer();
        vendors.statsig().next(1, Fault.answer(400));
        api.accept(Hooks.renewal(customer, 1));
        awaitState(customer, 1, "dead");
        vendors.statsig().next(1, Fault.answer(503));
        api.call("POST", "/api/events/" + Hooks.id(customer, 1) + "/redeliver");
        awaitState(customer, 1, "retrying");
        assertThat(api.call("POST", "/api/events/" + Hooks.id(customer, 1) + "/retry").path("scheduled").asInt())
                .isEqualTo(1);
        awaitState(customer, 1, "delivered");
    }

    @Test
    void aStartMakesGoWhatWaitsUnlessTheDestinationAskedForTheTime() {
        String customer = waiting(Fault.answer(503));
        String asked = waiting(Fault.tooMany(3600));
        relay.restart(Map.of());
        awaitDelivered(customer, 1, 2);
        assertThat(Receipts.of(vendors, "statsig").of(asked)).isEmpty();
        awaitState(asked, 1, "retrying");
    }

    /** A policy that allows three attempts allows three in their time, however often somebody wants one now. */
    @Test
    void anAttemptAheadOfItsTimeUsesNoneUp() throws Exception {
        String customer = waiting(Fault.answer(503));
        for (int i = 2; i < 5; i++) {
            int requests = i;
            vendors.statsig().next(1, Fault.answer(503));
            api.call("POST", "/api/customers/" + customer + "/retry");
            await().until(() -> vendors.statsig().requests().size() == requests);
            await().until(() -> api.delivery(Hooks.id(customer, 1), "statsig").path("attempts").size() == requests);
        }
        JsonNode delivery = api.history(customer).get(1).path("deliveries").get(0);
        assertThat(delivery.path("state").asText()).isEqualTo("retrying");
        assertThat(delivery.path("attempts").asInt()).isEqualTo(1);
        api.call("POST", "/api/customers/" + customer + "/retry");
        awaitDelivered(customer, 1, 2);
        awaitState(customer, 2, "delivered");
        assertThat(relay.store().number("select count(*) from redelivery r join event e on e.seq = r.event"
                + " where e.event_id = '" + Hooks.id(customer, 1) + "'")).isZero();
    }
}
