package io.subrelay.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults of settings, planted into a folder that is fine otherwise. */
class CheckSettingsTest {

    @TempDir
    Path folder;
    private Planted planted;

    @BeforeEach
    void plant() {
        planted = new Planted(folder);
    }

    @Test
    void settings_that_are_not_in_utf_8() throws IOException {
        Files.write(planted.root.resolve("application.properties"),
                "mine.url = https://mine.example\nmine.key = Schlüssel\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(planted.found()).contains(
                "application.properties:2: this is not UTF-8, which the file has to be saved as");
    }

    @Test
    void settings_that_camel_reads_nothing_of() {
        String fine = "mine.url = https://mine.example\nmine.key = k-1\n";
        planted.write("application.properties", fine + "# C:\\users\nmine.mode = C:\\users\n");
        assertThat(planted.found()).contains("application.properties:4: \\u begins the number of a character,"
                + " four hexadecimal digits; write \\\\ for a backslash");
        planted.write("application.properties", "\ufeff" + fine);
        assertThat(planted.found()).containsExactly("application.properties:1: a byte order mark comes before the"
                + " first name: save the file without it");
    }

    @Test
    void settings_behind_which_blanks_or_backslashes_are() {
        planted.write("application.properties", "mine.url = https://mine.example  \nmine.key = k-1\\\\\n"
                + "segment.regoin = eu\n");
        assertThat(planted.found()).filteredOn(line -> !line.contains("note:")).containsExactly(
                "application.properties:3: nothing reads the setting segment.regoin; did you mean segment.region?");
    }

    @Test
    void credentials_in_a_query() {
        planted.mine("outbox:mine\n      parameters:\n        credentials: mine.key",
                "outbox:mine?credentials=mine.key");
        assertThat(planted.found()).isEmpty();
    }

    @Test
    void no_secret_is_told() {
        planted.mine("constant:\n                expression: application/json",
                "jq:\n                expression: setting(\"mine.key\")");
        planted.write("application.properties", "mine.url = https://mine.example\nmine.key = s3cr3t-k3y\n");
        assertThat(planted.found()).singleElement().asString().endsWith("but it is \"***\"");
        planted.mine("{{mine.url}}/in", "{{mine.key}}");
        assertThat(planted.found()).contains(Planted.FILE + ":31: endpoint uri '***' has no scheme, such as https:");
    }

    @Test
    void settings_that_are_wrong_or_that_nothing_reads() {
        planted.write("application.properties", """
                mine.url = https://mine.example
                mine.key = k-1
                segment.regoin = eu
                segmnet.write-key = x
                delivery.concurency = 3
                statsig.event-type = other
                mine.mode = lvie
                of.my.own = 1
                camel.opentelemetry2.enabled = yes
                otel.service.name = relay
                camel.ssl.enabled = true
                camel.ssl.key-store = file:nowhere.p12
                """);
        assertThat(planted.found()).filteredOn(line -> !line.contains("note:")).containsExactly(
                "application.properties:3: nothing reads the setting segment.regoin; did you mean segment.region?",
                "application.properties:4: nothing reads the setting segmnet.write-key; did you mean"
                        + " segment.write-key?",
                "application.properties:5: nothing reads the setting delivery.concurency; did you mean"
                        + " delivery.concurrency?",
                "application.properties:6: statsig.event-type is 'other': it accepts one of webhook, rc",
                "application.properties:7: mine.mode is 'lvie': it accepts one of live, preview, off",
                "application.properties:8: warning: nothing reads the setting of.my.own",
                "application.properties:9: camel.opentelemetry2.enabled is 'yes': it accepts one of true, false",
                "application.properties:12: camel.ssl.key-store: the key store cannot be used: File does not"
                        + " exist or it does not refer to a normal file: nowhere.p12");
    }

    @Test
    void settings_that_jq_reads() {
        planted.mine("id: .event.id", "name: setting(\"mine.name.\" + .kind), plan: setting(\"mine.plan\")");
        planted.write("application.properties", """
                mine.url = https://mine.example
                mine.key = k-1
                mine.plna = x
                mine.name.renewal = r
                mine.name.expiraton = e
                mine.name.brand_new = b
                """);
        assertThat(planted.found()).filteredOn(line -> !line.contains("note:")).containsExactly(
                "application.properties:3: nothing reads the setting mine.plna; did you mean mine.plan?",
                "application.properties:5: nothing reads the setting mine.name.expiraton; did you mean"
                        + " mine.name.expiration?",
                Planted.FILE + ":23: there is no setting mine.plan; did you mean mine.plna?");
        planted.mine("id: .event.id", "name: setting(\"mine.nmae.\" + .kind)");
        assertThat(planted.found()).contains(
                Planted.FILE + ":23: no setting begins with mine.nmae.; did you mean mine.name.?");
    }
}
