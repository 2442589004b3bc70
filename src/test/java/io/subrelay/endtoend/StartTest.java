package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Store;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is answered while the runner starts: it listens before it can take anything. */
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
}
