package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Store;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What keeps the runner from starting, and what is answered while it starts: it listens before it accepts events. */
class StartTest {

    @Test
    void asksWhoComesTooEarlyToComeAgain() {
        JsonNode webhook = Hooks.renewal(Hooks.customer(), 1);
        List<HttpResponse<String>> early = new ArrayList<>();
        try (Relay relay = Relay.start(Store.Kind.H2.create(), Map.of(), api -> {
            early.add(api.post(webhook));
            early.add(api.call("GET", "/", null));
            early.add(api.call("PUT", "/no/such/address?a=%00", new byte[100_000]));
        })) {
            assertThat(early).hasSize(3).allSatisfy(answer -> {
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(answer.headers().firstValue("Retry-After")).contains("30");
                assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
                JsonNode error = Api.json(answer.body());
                assertThat(error.fieldNames()).toIterable().containsExactly("error");
                assertThat(error.path("error").asText()).contains("try again");
            });
            assertThat(relay.api().post(webhook).body()).isEqualTo("{\"status\":\"accepted\"}");
            HttpResponse<String> none = relay.api().call("GET", "/no/such/address", null);
            assertThat(none.statusCode()).isEqualTo(404);
            assertThat(none.headers().firstValue("Retry-After")).isEmpty();
            assertThat(Api.json(none.body()).path("error").asText()).contains("nothing at this address");
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = {
            "server.port,eighty,server.port is 'eighty': it accepts a whole number from 0 to 65535",
            "server.host,0.0.0.0,webhook.authorization is blank", "statsig.mode,live,statsig.mode is 'live'",
            "delivery.give-up-after,soon,delivery.give-up-after is 'soon': it accepts a duration",
            "retention.delivered,30,\"retention.delivered is '30': it accepts a duration with its unit, such as\"",
            "database.url,jdbc:oracle:thin:anna/SECRET@host,"
                    + "database.url is 'jdbc:oracle:…': it accepts a jdbc:h2: or jdbc:postgresql: address"})
    void isKeptFromItByASettingThatCannotWork(String name, String value, String says) {
        assertThatThrownBy(() -> Relay.start(Store.Kind.H2.create(), Map.of(name, value)))
                .hasMessageContaining(says).hasMessageNotContaining("SECRET");
    }

    @ParameterizedTest
    @ValueSource(strings = {"server.port", "management.port"})
    void isKeptFromItByAPortThatIsTaken(String name) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            assertThatThrownBy(() -> Relay.start(Store.Kind.H2.create(), Map.of(name, port)))
                    .hasMessageStartingWith(name + " is '" + port
                            + "': it accepts a port that is free at 127.0.0.1 (Address already in use");
        }
    }
}
