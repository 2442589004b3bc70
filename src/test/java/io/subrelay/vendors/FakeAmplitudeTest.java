package io.subrelay.vendors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FakeAmplitudeTest {

    private static final String EVENT = """
            {"event_type":"e","user_id":"user-1","insert_id":"i1","time":1662665865167,"revenue":7.61,
             "productId":"p","platform":"iOS","event_properties":{"a":{"b":[1]}},"user_properties":{"s":"active"}}""";

    private final FakeAmplitude amplitude = new FakeAmplitude(0);

    @BeforeEach
    void start() {
        amplitude.start();
    }

    @AfterEach
    void stop() {
        amplitude.close();
    }

    @Test
    void ingestsEventsAndCountsThem() throws Exception {
        HttpResponse<String> answer = events(EVENT, EVENT.replace("i1", "i2"));
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode body = Received.JSON.readTree(answer.body());
        assertThat(body.path("code").asInt()).isEqualTo(200);
        assertThat(body.path("events_ingested").asInt()).isEqualTo(2);
        assertThat(body.path("payload_size_bytes").asInt()).isEqualTo(amplitude.accepted().get(0).size());
        assertThat(body.path("server_upload_time").isIntegralNumber()).isTrue();
        assertThat(amplitude.items("user-1")).hasSize(2);
    }

    @Test
    void deduplicatesOnTheDeviceOrElseTheUser() {
        String device = EVENT.replace("\"user_id\"", "\"device_id\":\"device-1\",\"user_id\"");
        assertThat(events(EVENT, device, EVENT, device).statusCode()).isEqualTo(200);
        events(device.replace("user-1", "user-2")); // another user, the same device
        events(EVENT.replace("user-1", "user-2"));
        assertThat(amplitude.duplicates()).hasSize(3);
        assertThat(amplitude.items()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"user_id":"user-1"}                                        | missing | event_type
            {"event_type":"e"}                                          | missing | user_id
            {"event_type":"e","user_id":"user-1","time":1.5}            | invalid_fields | time
            {"event_type":"e","user_id":"user-1","time":"2022-08-08T19:11:04Z"} | invalid_fields | time
            {"event_type":"e","user_id":12345}                          | invalid_fields | user_id
            {"event_type":"e","user_id":"anonymous"}                    | invalid_fields | user_id
            {"event_type":"e","device_id":"00000000-0000-0000-0000-000000000000"} | invalid_fields | device_id
            {"event_type":"e","user_id":"user-1","revenue":"1"}         | invalid_fields | revenue
            {"event_type":"e","user_id":"user-1","quantity":1.5}        | invalid_fields | quantity
            {"event_type":"e","user_id":"user-1","insert_id":7}         | invalid_fields | insert_id
            {"event_type":"e","user_id":"user-1","event_properties":[]} | invalid_fields | event_properties
            {"event_type":"e","user_id":"user-1","currency":"usd"}      | invalid_fields | currency
            {"event_type":"[Amplitude] Revenue","user_id":"user-1"}     | invalid_fields | event_type
            {"event_type":"e","user_id":"user-1","user_properties":{"$set":{}}} | invalid_fields | user_properties
            {"event_type":"e","user_id":"u1"}                           | invalid_id_lengths | user_id
            {"event_type":"e","user_id":"user-1","device_id":"d1"}      | invalid_id_lengths | device_id
            """)
    void refusesAllAndNamesTheFirstEventAtFault(String event, String what, String field) throws Exception {
        HttpResponse<String> answer = events(EVENT, event, event);
        assertThat(answer.statusCode()).isEqualTo(400);
        String key = what.equals("missing") ? "events_with_missing_fields" : "events_with_" + what;
        JsonNode body = Received.JSON.readTree(answer.body());
        assertThat(body.path(key).path(field).toString()).isEqualTo("[1]");
        assertThat(amplitude.items()).isEmpty();
        assertThat(amplitude.refused()).hasSize(1);
        answer = Sender.json("POST", amplitude.url() + "/batch", body(EVENT, event, event));
        assertThat(Received.JSON.readTree(answer.body()).path(key).path(field).toString()).isEqualTo("[1,2]");
    }

    @Test
    void takesShortIdsWhereTheOptionSaysSo() {
        String body = body(EVENT.replace("user-1", "u")).replace("{\"api_key\"",
                "{\"options\":{\"min_id_length\":1},\"api_key\"");
        assertThat(post(body).statusCode()).isEqualTo(200);
    }

    @Test
    void namesAWrongKey() {
        amplitude.keys("right");
        HttpResponse<String> answer = events(EVENT);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"error\":\"Invalid API key: key\"");
    }

    @Test
    void refusesARequestThatIsNotWhole() {
        assertThat(post("{\"events\":[]}").body()).contains("\"missing_field\":\"api_key\"");
        assertThat(post("{\"api_key\":\"key\"}").body()).contains("\"missing_field\":\"events\"");
        assertThat(post("").body()).contains("Missing request body");
        assertThat(post("{").body()).contains("Invalid JSON request body");
        assertThat(Sender.send("POST", amplitude.url() + "/2/httpapi", body(EVENT), "Content-Type", "text/plain")
                .statusCode()).isEqualTo(400);
        assertThat(Sender.json("POST", amplitude.url() + "/httpapi", body(EVENT)).body())
                .contains("Invalid request path");
        assertThat(Sender.json("PUT", amplitude.url() + "/2/httpapi", body(EVENT)).statusCode()).isEqualTo(405);
        assertThat(amplitude.accepted()).isEmpty();
    }

    @Test
    void refusesWhatIsTooLarge() {
        String[] many = Collections.nCopies(2001, "{\"event_type\":\"e\",\"user_id\":\"user-1\"}")
                .toArray(String[]::new);
        assertThat(events(many).statusCode()).isEqualTo(413);
        assertThat(events(EVENT.replace("\"e\"", "\"" + "e".repeat(1_100_000) + "\"")).statusCode()).isEqualTo(413);
        String deep = "{\"a\":".repeat(41) + "1" + "}".repeat(41);
        assertThat(events(EVENT.replace("{\"a\":{\"b\":[1]}}", deep)).body()).contains("event_properties");
    }

    @Test
    void truncatesLongStrings() {
        assertThat(events(EVENT.replace("active", "a".repeat(1025))).statusCode()).isEqualTo(200);
        assertThat(amplitude.dropped()).extracting(FakeVendor.Rejection::reason).containsExactly("string_truncated");
    }

    private static String body(String... events) {
        return "{\"api_key\":\"key\",\"events\":[" + String.join(",", events) + "]}";
    }

    private HttpResponse<String> events(String... events) {
        return post(body(events));
    }

    private HttpResponse<String> post(String body) {
        return Sender.json("POST", amplitude.url() + "/2/httpapi", body);
    }
}
