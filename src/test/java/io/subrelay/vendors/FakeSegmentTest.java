package io.subrelay.vendors;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FakeSegmentTest {

    private static final String TRACK = """
            {"type":"track","messageId":"m1","userId":"u1","event":"e","timestamp":"2026-01-02T03:04:05.678Z",
             "properties":{"revenue":7.99,"currency":"USD"},"context":{}}""";
    private static final String IDENTIFY = """
            {"type":"identify","messageId":"m2","userId":"u1","timestamp":"2026-01-02T03:04:05Z","traits":{"a":1}}""";

    private final FakeSegment segment = new FakeSegment(0);

    @BeforeEach
    void start() {
        segment.start();
    }

    @AfterEach
    void stop() {
        segment.close();
    }

    @Test
    void takesInABatchInOrder() {
        HttpResponse<String> answer = batch(TRACK, IDENTIFY);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"success\":true}");
        assertThat(segment.items("u1")).extracting(FakeVendor.Item::key).containsExactly("m1", "m2");
        assertThat(segment.dropped()).isEmpty();
        assertThat(segment.accepted()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo("/v1/batch");
            assertThat(request.header("Authorization")).startsWith("Basic ");
            assertThat(request.body().path("batch")).hasSize(2);
            assertThat(request.status()).isEqualTo(200);
        });
    }

    @Test
    void takesInASingleCall() {
        assertThat(post("/v1/identify", IDENTIFY).statusCode()).isEqualTo(200);
        assertThat(segment.items("u1")).hasSize(1);
    }

    @Test
    void takesTheKeyFromTheBodyToo() {
        segment.keys("right");
        Sender.json("POST", segment.url() + "/v1/batch", "{\"writeKey\":\"right\",\"batch\":[" + TRACK + "]}");
        assertThat(segment.items()).hasSize(1);
    }

    @Test
    void dropsBehindASuccessWhatHasAWrongKeyOrNone() {
        segment.keys("right");
        String body = "{\"batch\":[" + TRACK + "]}";
        assertThat(batch(TRACK).statusCode()).isEqualTo(200);
        assertThat(Sender.json("POST", segment.url() + "/v1/batch", body).statusCode()).isEqualTo(200);
        String noColon = "Basic cmlnaHQ="; // "right"
        Sender.json("POST", segment.url() + "/v1/batch", body, "Authorization", noColon);
        assertThat(reasons()).containsExactly("project_not_found", "project_not_found", "project_not_found");
        assertThat(segment.items()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"type":"track","event":"e"}                                      | no_user_anon_id
            {"type":"track","userId":7,"event":"e"}                           | no_user_anon_id
            {"type":"track","user_id":"u1","event":"e"}                       | no_user_anon_id
            {"type":"track","userId":"u1"}                                    | event_not_defined
            {"type":"track","userId":"u1","event":1}                          | event_not_string
            {"type":"track","userId":"u1","event":"e","properties":[]}        | properties_not_object
            {"type":"track","userId":"u1","event":"e","properties":{"revenue":"1"}} | revenue_not_number
            {"type":"track","userId":"u1","event":"e","properties":{"currency":"usd"}} | currency_not_iso_4217
            {"type":"identify","userId":"u1","traits":"t"}                    | traits_not_object
            {"type":"identify","userId":"u1","context":1}                     | context_not_object
            {"type":"identify","userId":"u1","timestamp":1562397132}          | timestamp_not_iso_8601_utc
            {"type":"identify","userId":"u1","timestamp":"2019-07-06T07:12:12"} | timestamp_not_iso_8601_utc
            {"type":"identify","userId":"u1","timestamp":"2019-07-06T07:12:12+02:00"} | timestamp_not_iso_8601_utc
            {"userId":"u1","event":"e"}                                       | type_not_known
            """)
    void dropsBehindASuccess(String item, String reason) {
        assertThat(batch(item, TRACK).statusCode()).isEqualTo(200);
        assertThat(reasons()).containsExactly(reason);
        assertThat(segment.items()).hasSize(1);
    }

    @Test
    void dropsALongMessageIdAndARepeatedOne() {
        batch(TRACK.replace("m1", "m".repeat(101)), TRACK, TRACK);
        assertThat(reasons()).containsExactly("message_id_not_valid", "duplicate_message_id");
        assertThat(segment.duplicates()).hasSize(1);
        assertThat(segment.items()).hasSize(1);
    }

    @Test
    void dropsAnEmptyBatchAndATooLongOneWhole() {
        batch();
        String[] items = new String[2501];
        java.util.Arrays.fill(items, "{\"type\":\"track\",\"userId\":\"u1\",\"event\":\"e\"}");
        assertThat(batch(items).statusCode()).isEqualTo(200);
        assertThat(reasons()).containsExactly("empty_batch", "too_many_items");
        assertThat(segment.items()).isEmpty();
    }

    @Test
    void refusesWhatIsNoJsonOrTooLarge() {
        String large = TRACK.replace("\"e\"", "\"" + "e".repeat(33_000) + "\"");
        String half = TRACK.replace("\"e\"", "\"" + "e".repeat(31_000) + "\"");
        assertThat(post("/v1/batch", "{").statusCode()).isEqualTo(400);
        assertThat(post("/v1/track", large).statusCode()).isEqualTo(400);
        assertThat(batch(TRACK, large).statusCode()).isEqualTo(400);
        assertThat(batch(java.util.Collections.nCopies(17, half).toArray(String[]::new)).statusCode()).isEqualTo(400);
        assertThat(segment.refused()).hasSize(4);
        assertThat(segment.accepted()).isEmpty();
        assertThat(post("/v1/tracks", TRACK).statusCode()).isEqualTo(404);
        assertThat(Sender.json("PUT", segment.url() + "/v1/track", TRACK).statusCode()).isEqualTo(405);
    }

    private List<String> reasons() {
        return segment.dropped().stream().map(FakeVendor.Rejection::reason).toList();
    }

    private HttpResponse<String> batch(String... items) {
        return post("/v1/batch", "{\"batch\":[" + String.join(",", items) + "]}");
    }

    private HttpResponse<String> post(String path, String body) {
        return Sender.json("POST", segment.url() + path, body, "Authorization", Sender.basic("key"));
    }
}
