package io.subrelay.vendors;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FakeOneSignalTest {

    private final FakeOneSignal onesignal = new FakeOneSignal(0);

    @BeforeEach
    void start() {
        onesignal.start();
    }

    @AfterEach
    void stop() {
        onesignal.close();
    }

    @Test
    void writesTagsOfAUser() {
        HttpResponse<String> answer = patch("u1", "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}");
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEqualTo("{\"properties\":{\"tags\":{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}}}");
        patch("u1", "{\"a\":\"\",\"b\":null,\"d\":\"4\"}");
        assertThat(onesignal.tags("onesignal_id", "u1")).isEqualTo(Map.of("c", "3", "d", "4"));
        assertThat(onesignal.items("u1")).hasSize(2);
        patch("u1", "{\"a\":\"\",\"b\":null,\"d\":\"4\"}");
        assertThat(onesignal.duplicates()).hasSize(1);
    }

    @Test
    void decodesTheAlias() {
        patch("u%2F1+", "{\"a\":\"1\"}");
        assertThat(onesignal.tags("onesignal_id", "u/1+")).containsEntry("a", "1");
    }

    @Test
    void letsInOnlyTheRightKeyAndApp() {
        onesignal.keys("key");
        onesignal.apps("app");
        String url = onesignal.url() + "/apps/app/users/by/onesignal_id/u1";
        assertThat(patch("u1", "{}").statusCode()).isEqualTo(202);
        assertThat(Sender.json("PATCH", url, "{}", "Authorization", "Key wrong").statusCode()).isEqualTo(403);
        assertThat(Sender.json("PATCH", url, "{}", "Authorization", "Basic key").statusCode()).isEqualTo(403);
        assertThat(Sender.json("PATCH", url, "{}").body()).contains("Access denied.  Please include");
        assertThat(Sender.json("PATCH", url.replace("/app/", "/other/"), "{}", "Authorization", "Key key")
                .statusCode()).isEqualTo(403);
        assertThat(onesignal.refused()).hasSize(4);
    }

    @Test
    void refusesWrongTags() {
        assertThat(patch("u1", "{\"a\":1}").statusCode()).isEqualTo(400);
        assertThat(patch("u1", "{\"a\":true}").statusCode()).isEqualTo(400);
        assertThat(patch("u1", "{\"a\":[\"b\"]}").statusCode()).isEqualTo(400);
        assertThat(patch("u1", tags(100)).statusCode()).isEqualTo(202);
        assertThat(patch("u1", tags(101)).body()).contains("limit your tag updates to 100 per request");
        String url = onesignal.url() + "/apps/app/users/by/onesignal_id/u1";
        assertThat(Sender.json("PATCH", url, "{", "Authorization", "Key key").statusCode()).isEqualTo(400);
        assertThat(Sender.json("POST", url, "{}", "Authorization", "Key key").statusCode()).isEqualTo(405);
        assertThat(Sender.json("PATCH", onesignal.url() + "/users", "{}").statusCode()).isEqualTo(404);
    }

    @Test
    void dropsTagsWithAReservedOrOddName() {
        assertThat(patch("u1", "{\"user\":\"1\",\"a-b\":\"2\",\"c\":\"3\"}").statusCode()).isEqualTo(202);
        assertThat(onesignal.dropped()).hasSize(2);
        assertThat(onesignal.tags("onesignal_id", "u1")).isEqualTo(Map.of("c", "3"));
    }

    @Test
    void knowsItsUsersIfTold() {
        onesignal.users("onesignal_id/u1", "player/p1");
        assertThat(patch("u1", "{}").statusCode()).isEqualTo(202);
        assertThat(patch("u2", "{}").statusCode()).isEqualTo(404);
        assertThat(put("/players/p1", "{}").statusCode()).isEqualTo(200);
        assertThat(put("/players/p2", "{}").body()).isEqualTo("{\"errors\":[\"No user with this id found\"]}");
    }

    @Test
    void limitsTheRateOfOneUserIfTold() {
        onesignal.limitRate(true);
        assertThat(patch("u1", "{\"a\":\"1\"}").statusCode()).isEqualTo(202);
        HttpResponse<String> answer = patch("u1", "{\"a\":\"2\"}");
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.body()).isEqualTo("{\"errors\":[\"API rate limit exceeded.\"]}");
        assertThat(patch("u2", "{\"a\":\"1\"}").statusCode()).isEqualTo(202);
        assertThat(onesignal.tags("onesignal_id", "u1")).containsEntry("a", "1");
    }

    @Test
    void limitsTheTagsOfAPlanIfTold() {
        onesignal.limitTags(2);
        assertThat(patch("u1", tags(2)).statusCode()).isEqualTo(202);
        assertThat(patch("u1", "{\"more\":\"1\"}").body()).contains("App is limited to a maximum of 2 tags");
    }

    @Test
    void writesTagsOfADevice() {
        HttpResponse<String> answer = put("/players/p1", "{\"a\":1,\"b\":null,\"c\":\"3\"}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"success\":true}");
        assertThat(put("/api/v1/players/p1", "{\"c\":null}").statusCode()).isEqualTo(200);
        assertThat(onesignal.tags("player", "p1")).isEqualTo(Map.of("a", "1"));
        assertThat(put("/players/p1", "{\"a\":{}}").statusCode()).isEqualTo(400);
        assertThat(put("/players/p1", tags(101)).statusCode()).isEqualTo(400);
        assertThat(Sender.json("PUT", onesignal.url() + "/players/p1", "{\"tags\":{}}").statusCode()).isEqualTo(400);
        onesignal.keys("key");
        String body = "{\"app_id\":\"app\",\"tags\":{}}";
        assertThat(Sender.json("PUT", onesignal.url() + "/players/p1", body, "Authorization", "Basic key")
                .statusCode()).isEqualTo(200);
        assertThat(Sender.json("PUT", onesignal.url() + "/players/p1", body, "Authorization", "Key wrong")
                .statusCode()).isEqualTo(403);
    }

    private static String tags(int n) {
        return IntStream.range(0, n).mapToObj(i -> "\"t" + i + "\":\"1\"").collect(Collectors.joining(",", "{", "}"));
    }

    private HttpResponse<String> patch(String user, String tags) {
        return Sender.json("PATCH", onesignal.url() + "/apps/app/users/by/onesignal_id/" + user,
                "{\"properties\":{\"tags\":" + tags + "}}", "Authorization", "Key key");
    }

    private HttpResponse<String> put(String path, String tags) {
        return Sender.json("PUT", onesignal.url() + path, "{\"app_id\":\"app\",\"tags\":" + tags + "}");
    }
}
