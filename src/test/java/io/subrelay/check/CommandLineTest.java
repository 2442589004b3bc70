package io.subrelay.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.command.Ended;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What check and preview print, and how they end. */
class CommandLineTest {

    @TempDir
    Path folder;
    private Planted planted;

    @BeforeEach
    void plant() {
        planted = new Planted(folder);
    }

    private Ended run(String... arguments) {
        return Ended.of(folder, Map.of(), arguments);
    }

    @Test
    void check_that_finds_nothing_says_what_it_looked_at() {
        Ended ended = run("check");
        assertThat(ended.out()).isEqualTo(
                """
                        routes/destinations/statsig.camel.yaml: note: this destination has no example; put one into routes/destinations/statsig.tests/
                        fine: 2 destinations, 1 example
                        """);
        assertThat(ended.status()).isZero();
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void check_says_where_an_example_does_not_hold() {
        planted.mine("/in", "/out");
        Ended ended = run("check");
        assertThat(ended.out()).contains("routes/destinations/mine.tests/renewal.json: requests[0].path:"
                + " expected \"/in\", but it is \"/out\"\n").endsWith("1 fault\n");
        assertThat(ended.status()).isEqualTo(1);
    }

    @Test
    void preview_says_why_it_cannot() {
        Path webhook = folder.resolve("last.json");
        planted.write("last.json", "{\"event\": {}}");
        assertThat(run("preview", webhook.toString()))
                .isEqualTo(new Ended(1, "", webhook + ": event.id is missing or not a string\n"));
        planted.write("last.json", Planted.read(Path.of("src/examples/renewal.json")));
        planted.mine("transform:", "transfrom:");
        assertThat(run("preview", webhook.toString()))
                .isEqualTo(
                        new Ended(1, "", Planted.FILE + ":19: there is no step transfrom; did you mean transform?\n"));
    }

    @Test
    void check_says_which_jar_file_cannot_be_read() {
        planted.write("ext/broken.jar", "not found");
        assertThat(run("check").err()).contains("ext/broken.jar: this jar file cannot be read: ");
    }

    @Test
    void an_option_that_is_not_understood() {
        assertThat(run("check", "--fast").status()).isEqualTo(2);
        assertThat(run("import", "--quick", "customers.jsonl").status()).isEqualTo(2);
    }
}
