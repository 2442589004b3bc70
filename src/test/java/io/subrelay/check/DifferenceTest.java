package io.subrelay.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What differs from an example, and how it is told. */
class DifferenceTest {

    private static final JsonNode SENT = json("""
            {"decision": "send", "requests": [{"method": "POST", "url": "https://a.b:8/c/d%2Fe?f=g",
              "headers": {"Content-Type": "application/json"},
              "body": {"a": 1.0, "b": [1, {"c": null}], "x y": "z"}}]}""");

    private static List<String> differences(String expected) {
        return Difference.of(json(expected), SENT);
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void what_is_not_named_is_not_compared() {
        assertThat(differences("{\"requests\": [{}]}")).isEmpty();
        assertThat(differences("{\"requests\": [{\"headers\": {\"content-TYPE\": \"application/json\"}}]}")).isEmpty();
    }

    @Test
    void numbers_are_compared_by_value_and_any_is_any_value_that_is_there() {
        assertThat(differences("{\"requests\": [{\"method\": \"POST\", \"path\": \"/c/d%2Fe?f=g\","
                + " \"body\": {\"a\": 1, \"b\": [1.00, {\"c\": null}], \"x y\": \"<any>\"}}]}")).isEmpty();
        assertThat(differences("{\"requests\": [{\"body\": \"<any>\"}]}")).isEmpty();
        assertThat(differences(
                "{\"requests\": [{\"body\": {\"a\": 1, \"b\": \"<any>\", \"x y\": \"z\", \"n\": \"<any>\"}}]}"))
                .containsExactly("requests[0].body.n: expected \"<any>\", but it is nothing");
    }

    @Test
    void of_a_body_only_the_named_members_may_matter() {
        assertThat(differences("{\"requests\": [{\"has\": {\"b\": [1, {}], \"d\": \"<none>\"}}]}")).isEmpty();
        assertThat(differences("{\"requests\": [{\"has\": {\"a\": \"<none>\", \"b\": [1, {\"c\": 2}], \"d\": 1}}]}"))
                .containsExactly("requests[0].body.a: expected \"<none>\", but it is 1.0",
                        "requests[0].body.b[1].c: expected 2, but it is null",
                        "requests[0].body.d: expected 1, but it is nothing");
        assertThat(differences("{\"requests\": [{\"has\": {\"b\": [1]}}]}")).containsExactly(
                "requests[0].body.b[1]: expected nothing, but it is {\"c\":null}");
    }

    @Test
    void an_example_names_a_webhook_and_what_differs(@TempDir Path folder) throws Exception {
        Files.createDirectories(folder.resolve("examples"));
        Files.writeString(folder.resolve("examples/renewal.json"), """
                {"api_version": "1.0", "event": {"type": "RENEWAL", "id": "e1", "event_timestamp_ms": 1, "price": 1.50,
                 "offer_code": "x", "app_user_id": "u"}}""");
        Path file = Files.writeString(folder.resolve("a.json"), """
                {"given": {"webhook": "renewal", "with": {"price": null, "currency": "EUR"}, "without": ["offer_code"]},
                 "expect": {"skip": "x"}}""");
        assertThat(Example.read(file, new Folder(folder)).events()).singleElement()
                .satisfies(event -> assertThat(event.event()).isEqualTo(json("""
                        {"type": "RENEWAL", "id": "e1", "event_timestamp_ms": 1, "price": null, "app_user_id": "u",
                         "currency": "EUR"}""")));
        Files.writeString(file, """
                {"given": {"events": [{"webhook": "renewal"}, {"webhook": "renewal", "with": {"id": "e2"}}]},
                 "expect": {"skip": "x"}}""");
        assertThat(Example.read(file, new Folder(folder)).events())
                .extracting(event -> event.id()).containsExactly("e1", "e2");
        Files.writeString(file, "{\"given\": {\"webhook\": \"renewl\"}, \"expect\": {\"skip\": \"x\"}}");
        assertThatThrownBy(() -> Example.read(file, new Folder(folder)))
                .hasMessage("given: there is no webhook renewl.json in the folder examples; did you mean renewal?");
    }

    @Test
    void each_difference_is_told_by_its_place() {
        assertThat(
                differences("{\"requests\": [{\"method\": \"PUT\", \"path\": \"/c\", \"headers\": {\"accept\": \"x\"},"
                        + " \"body\": {\"a\": \"1\", \"b\": [1, {}, 3]}}]}"))
                .containsExactly(
                        "requests[0].method: expected \"PUT\", but it is \"POST\"",
                        "requests[0].path: expected \"/c\", but it is \"/c/d%2Fe?f=g\"",
                        "requests[0].headers.accept: expected \"x\", but it is nothing",
                        "requests[0].body.a: expected \"1\", but it is 1.0",
                        "requests[0].body.b[1].c: expected nothing, but it is null",
                        "requests[0].body.b[2]: expected 3, but it is nothing",
                        "requests[0].body[\"x y\"]: expected nothing, but it is \"z\"");
    }

    @Test
    void an_address_need_not_be_one_for_java() {
        JsonNode sent = json("{\"decision\": \"send\", \"requests\": [{\"url\": \"http://a.b?c d=|#e\"}]}");
        assertThat(Difference.of(json("{\"requests\": [{\"path\": \"/?c d=|\"}]}"), sent)).isEmpty();
    }

    @Test
    void decisions() {
        assertThat(differences("{\"skip\": \"no\"}")).singleElement().asString()
                .startsWith("expected skip: no, but it is sent: [{");
        assertThat(differences("{\"requests\": []}")).singleElement().asString()
                .startsWith("requests: expected 0 requests, but it is 1");
        JsonNode skip = json("{\"decision\": \"skip\", \"reason\": \"because\"}");
        assertThat(Difference.of(json("{\"skip\": \"because\"}"), skip)).isEmpty();
        assertThat(Difference.of(json("{\"skip\": \"<any>\"}"), skip)).isEmpty();
        assertThat(Difference.of(json("{\"skip\": \"so\"}"), skip))
                .containsExactly("skip: expected \"so\", but it is \"because\"");
        assertThat(Difference.of(json("{\"refuse\": \"so\"}"), skip))
                .containsExactly("expected refuse: so, but it is skip: because");
        assertThat(Difference.of(json("{\"requests\": [{}]}"), skip))
                .containsExactly("expected to be sent, but it is skip: because");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    {"given": {}                                             | this is no JSON: Unexpected end-of-input: expected close marker for Object
                    []                                                       | an example is a JSON object with given and expect
                    {"givne": {}}                                            | an example has no member givne; did you mean given?
                    {"given": {"events": []}}                                | expect is missing or not an object
                    {"given": {"events": []}, "expect": {}}                  | expect needs one of requests, skip and refuse
                    {"given": {"events": []}, "expect": {"skp": "x"}}        | expect has no member skp; did you mean skip?
                    {"given": {"events": []}, "expect": {"skip": "x"}}       | given.events has to be a list of at least one webhook
                    {"given": {"events": [{}]}, "expect": {"skip": "x"}}     | given.events[0] is no webhook: event is missing or not an object
                    {"given": {"events": [{}]}, "expect": {"requests": [{"url": "x"}]}} | expect.requests has no member url
                    {"given": {"webhook": "x", "events": []}, "expect": {"skip": "x"}} | given has no member events
                    {"given": {"webhook": "x", "wth": {}}, "expect": {"skip": "x"}} | given has no member wth; did you mean with?
                    {"given": {"webhook": "x"}, "expect": {"skip": "x"}}     | given: there is no webhook x.json in the folder examples
                    {"given": {"webhook": "x", "with": ["a"]}, "expect": {"skip": "x"}} | given.with is no object
                    {"given": {"webhook": "x", "without": "a"}, "expect": {"skip": "x"}} | given.without is no list
                    {"given": {"events": [{}]}, "expect": {"requests": {"a": {}}}} | expect.requests is no list
                    {"given": {"events": [{}]}, "expect": {"requests": [{"headers": ["a: b"]}]}} | expect.requests.headers is no object
                    {"given": {"events": [{"event": {"id": "a", "type": "b", "event_timestamp_ms": 1}}], "settings": [1]}, "expect": {"skip": "x"}} | given.settings is no object
                    {"name": "a", "name": "b"}                               | this is no JSON: Duplicate field 'name'
                    """)
    void an_example_that_cannot_be_read(String text, String says, @TempDir Path folder) throws Exception {
        Files.createDirectory(folder.resolve("examples"));
        Path file = Files.writeString(folder.resolve("a.json"), text);
        assertThatThrownBy(() -> Example.read(file, new Folder(folder)))
                .isInstanceOf(Example.Unreadable.class).hasMessage(says);
    }
}
