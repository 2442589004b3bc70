package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Store;
import io.subrelay.harness.TempFolders;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A destination that means something else than the shared policy says so in its own file, also after a restart. */
class OverrideTest {

    private static final String ROUTE = """
            - beans:
                - name: few
                  type: org.apache.camel.processor.errorhandler.RedeliveryPolicy
                  properties: {maximumRedeliveries: 3, redeliveryDelay: 1500}
            - onException:
                id: picky-busy
                exception: [org.apache.camel.http.base.HttpOperationFailedException]
                onWhen: {expression: {simple: {expression: "${exception.statusCode} == 409"}}}
                redeliveryPolicyRef: few
                handled: {constant: {expression: "false"}}
            - onException:
                id: picky-broken
                exception: [org.apache.camel.http.base.HttpOperationFailedException]
                onWhen: {expression: {simple: {expression: "${exception.statusCode} == 500"}}}
                redeliveryPolicy: {disableRedelivery: true}
            - onException:
                id: picky-uninterested
                exception: [org.apache.camel.http.base.HttpOperationFailedException]
                onWhen: {expression: {simple: {expression: "${exception.statusCode} == 418"}}}
                handled: {constant: {expression: "true"}}
                steps:
                  - to: {id: picky-skip, uri: outbox:skip, parameters: {reason: "It is a ${exception.responseBody}"}}
            - onException:
                id: picky-unpaid
                exception: [org.apache.camel.http.base.HttpOperationFailedException]
                onWhen: {expression: {simple: {expression: "${exception.statusCode} == 402"}}}
                handled: {constant: {expression: "true"}}
                steps:
                  - to: {id: picky-hold, uri: outbox:hold}
            - onException:
                id: picky-early
                exception: [org.apache.camel.http.base.HttpOperationFailedException]
                onWhen: {expression: {simple: {expression: "${exception.statusCode} == 400"}}}
                redeliveryPolicyRef: redelivery
                handled: {constant: {expression: "false"}}
            - route:
                id: picky
                routeConfigurationId: delivery
                from:
                  uri: outbox:picky
                  steps:
                    - transform: {expression: {variable: {expression: webhook}}}
                    - setHeader: {name: Content-Type, expression: {constant: {expression: application/json}}}
                    - setHeader: {name: statsig-api-key, expression: {constant: {expression: k}}}
                    - to: {uri: "{{picky.url}}/v1/webhooks/revenuecat_webhook", parameters: {httpMethod: POST}}
            """;
    private static final FakeVendors VENDORS = FakeVendors.start();

    @AfterAll
    static void stop() {
        VENDORS.close();
    }

    private static void answer(String customer, int times, int status, String body) {
        VENDORS.statsig().when(request -> request.text().contains('"' + customer + '"'), times,
                Fault.answer(status, Map.of(), body));
    }

    private static long requests(String customer) {
        return VENDORS.statsig().requests().stream()
                .filter(request -> request.text().contains('"' + customer + '"')).count();
    }

    private static JsonNode await(Api api, String customer, String state) {
        return Awaitility.await().until(
                () -> api.delivery(Hooks.id(customer, 1), "picky"), it -> it.path("state").asText().equals(state));
    }

    @Test
    void byOnExceptionInFourWaysAcrossARestart() throws Exception {
        Map<String, String> settings = Relay.only(VENDORS, "none");
        settings.put("picky.url", VENDORS.statsigUrl());
        Path folder = TempFolders.create();
        Files.writeString(folder.resolve("picky.camel.yaml"), ROUTE);
        try (Relay relay = Relay.start(Store.Kind.H2.create(), settings, folder)) {
            Api api = relay.api();
            String busy = Hooks.customer();
            String broken = Hooks.customer();
            String uninterested = Hooks.customer();
            String early = Hooks.customer();
            answer(busy, Integer.MAX_VALUE, 409, "busy");
            answer(broken, Integer.MAX_VALUE, 500, "broken");
            answer(uninterested, Integer.MAX_VALUE, 418, "teapot");
            answer(early, 2, 400, "early");
            for (String customer : new String[] {busy, broken, uninterested, early}) {
                api.accept(Hooks.renewal(customer, 1));
            }
            assertThat(await(api, broken, "dead").path("reason").asText()).isEqualTo("broken");
            assertThat(await(api, uninterested, "skipped").path("reason").asText()).isEqualTo("It is a teapot");
            await(api, early, "delivered");
            Awaitility.await().until(() -> api.delivery(Hooks.id(busy, 1), "picky").path("attempts").size() >= 2);

            relay.restart(Map.of());
            JsonNode dead = await(api, busy, "dead");
            // those that are allowed; and the one at the start, if it came ahead of its time
            assertThat(dead.path("attempts").size()).isIn(4, 5);
            assertThat(dead.path("response_code").asInt()).isEqualTo(409);
            assertThat(requests(busy)).isEqualTo(dead.path("attempts").size());
            assertThat(requests(broken)).isEqualTo(1);
            assertThat(requests(uninterested)).isEqualTo(1);
            assertThat(requests(early)).isEqualTo(3);

            String unpaid = Hooks.customer();
            answer(unpaid, 1, 402, "pay");
            api.accept(Hooks.renewal(unpaid, 1));
            Awaitility.await().until(() -> api.destination("picky").path("circuit").asText().equals("held"));
            assertThat(api.delivery(Hooks.id(unpaid, 1), "picky").path("attempts").get(0).path("answer").asText())
                    .isEqualTo("pay");
            api.call("POST", "/api/destinations/picky/retry");
            await(api, unpaid, "delivered");
        }
    }
}
