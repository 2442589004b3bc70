package io.subrelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people get to see of a secret, wherever it turns up. */
class SecretsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static Secrets secrets(String... namesAndValues) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Properties properties = new Properties();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                properties.setProperty(namesAndValues[i], namesAndValues[i + 1]);
            }
            camel.getPropertiesComponent().setInitialProperties(properties);
            return new Secrets(new Settings(camel.getPropertiesComponent()));
        }
    }

    @Test
    void an_address_that_is_a_secret_is_one_at_every_host() throws Exception {
        Secrets secrets = secrets("slack.webhook-url", "https://hooks.slack.com/services/T1/B2/xyz");
        assertThat(secrets.mask("POST https://hooks.slack.com/services/T1/B2/xyz")).isEqualTo("POST ***");
        assertThat(secrets.mask("POST http://127.0.0.1:99/services/T1/B2/xyz"))
                .isEqualTo("POST http://127.0.0.1:99***");
    }

    @Test
    void a_passcode_is_masked() throws Exception {
        assertThat(secrets("clevertap.passcode", "ABC-DEF").mask("with ABC-DEF")).isEqualTo("with ***");
    }

    @Test
    void basic_authentication_is_masked_with_the_name_that_it_is_encoded_with() throws Exception {
        Secrets secrets = secrets("customer-io.api-key", "cio-key");
        assertThat(secrets.mask("{\"headers\":{\"Authorization\":\"Basic c2l0ZTpjaW8ta2V5\"},\"body\":\"Basic plan\"}"))
                .isEqualTo("{\"headers\":{\"Authorization\":\"Basic ***\"},\"body\":\"Basic plan\"}");
        assertThat(secrets.mask("a key cio-key")).isEqualTo("a key ***");
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc/d+e\"f\\g h=ü&1", "whsec_c2VjcmV0LXNlY3JldA==", "plain-key-0123456789"})
    void a_secret_is_masked_however_it_is_sent_back(String secret) throws Exception {
        Secrets secrets = secrets("segment.write-key", secret);
        String json = JSON.writeValueAsString(secret);
        String inJson = json.substring(1, json.length() - 1);
        String inUrl = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        List<String> forms = new ArrayList<>(List.of(secret, inJson, inJson.replace("/", "\\/"),
                inJson.replace("ü", "\\u00fc").replace("&", "\\u0026"), inUrl, inUrl.replace("+", "%20"),
                inUrl.replace("%2F", "%2f").replace("%2B", "%2b"), inUrl.replace("%", "%25"),
                HexFormat.of().formatHex(secret.getBytes(StandardCharsets.UTF_8)),
                HexFormat.of().withUpperCase().formatHex(secret.getBytes(StandardCharsets.UTF_8))));
        for (String around : List.of("", ":", "user:", "name:", "a:")) {
            byte[] bytes = (around + secret + (around.length() > 1 ? "" : around)).getBytes(StandardCharsets.UTF_8);
            String base64 = Base64.getEncoder().encodeToString(bytes);
            forms.addAll(List.of(base64, base64.replace("/", "\\/"), base64.replaceFirst("=+$", ""),
                    Base64.getUrlEncoder().encodeToString(bytes), URLEncoder.encode(base64, StandardCharsets.UTF_8)));
        }
        for (String form : forms) {
            assertThat(secrets.mask("the key <" + form + "> is wrong")).isEqualTo("the key <***> is wrong");
        }
    }

    @Test
    void each_of_several_is_one_and_so_is_what_follows_a_scheme() throws Exception {
        Secrets secrets = secrets("webhook.signing-secret", "first-one, second-one",
                "webhook.authorization", "Bearer third-one", "x.authorization", "Basic dXNlcjpmb3VydGgtb25l");
        assertThat(secrets.mask("first-one second-one third-one fourth-one")).isEqualTo("*** *** *** ***");
    }

    @Test
    void what_addresses_hold_is_one() throws Exception {
        Secrets secrets = secrets("database.url",
                "jdbc:postgresql://host:5432/db?user=anna&password=pass%20word&ssl=true",
                "ga4.url", "https://collect.example/mp/collect?api_secret=GA-SECRET&measurement_id=G-1234",
                "own.url", "https://user:own-pass@own.example", "hook.url", "https://hooks.example/catch/123/abc/");
        assertThat(secrets.mask("at host:5432/db?user=anna&password=pass%20word or pass word, ssl=true"))
                .isEqualTo("at host:5432/db?user=anna&password=*** or ***, ssl=true");
        assertThat(secrets.mask("POST https://collect.example/mp/collect?api_secret=GA-SECRET&measurement_id=G-1234"))
                .isEqualTo("POST https://collect.example***");
        assertThat(secrets.mask("no such GA-SECRET, own-pass")).isEqualTo("no such ***, ***");
        assertThat(secrets.mask("Basic dXNlcjpvd24tcGFzcw==")).isEqualTo("Basic ***");
        assertThat(secrets.mask("POST https://hooks.example/catch/123/abc")).isEqualTo("POST https://hooks.example***");
    }

    @Test
    void json_stays_what_it_is() throws Exception {
        Secrets secrets = secrets("a.api-key", "123456", "b.api-key", "x\\\",");
        JsonNode json =
                JSON.readTree("{\"a\":[123456,1234567,\"no 123456\"],\"123456\":null,\"b\":\"x\\\\\",\"c\":true}");
        assertThat(secrets.mask(json)).isEqualTo(JSON.readTree("{\"a\":[\"***\",1234567,\"no ***\"],\"***\":null,"
                + "\"b\":\"x\\\\\",\"c\":true}"));
        assertThat(JSON.readTree(secrets.mask(json.toString()))).isEqualTo(secrets.mask(json));
        assertThat(secrets.mask("{\"a\":\"123456\"}\n{\"b\":1}")).isEqualTo("{\"a\":\"***\"}\n{\"b\":1}");
        assertThat(secrets.mask("{\"a\" : 1}")).isEqualTo("{\"a\" : 1}");
        assertThat(secrets.mask((String) null)).isNull();
    }

    @Test
    void much_text_takes_no_longer_than_it_is_long() throws Exception {
        Secrets secrets = secrets("a.api-key", "abcabcabcabcabcabcd");
        String long1 = "abc".repeat(1_000_000);
        assertThat(secrets.mask(long1)).isEqualTo(long1);
    }
}
