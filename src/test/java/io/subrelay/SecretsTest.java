package io.subrelay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** What people get to see of a secret, wherever it turns up. */
class SecretsTest {

    private static Secrets secrets(String name, String value) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Properties properties = new Properties();
            properties.setProperty(name, value);
            camel.getPropertiesComponent().setInitialProperties(properties);
            return new Secrets(new Settings(camel.getPropertiesComponent()));
        }
    }

    @Test
    void an_address_that_is_a_secret_is_one_at_every_host() throws Exception {
        Secrets secrets = secrets("slack.webhook-url", "https://hooks.slack.com/services/T1/B2/xyz");
        assertThat(secrets.mask("POST https://hooks.slack.com/services/T1/B2/xyz")).isEqualTo("POST ***");
        assertThat(secrets.mask("POST http://127.0.0.1:99/services/T1/B2/xyz")).isEqualTo("POST http://127.0.0.1:99***");
    }

    @Test
    void basic_authentication_is_masked_with_the_name_that_it_is_encoded_with() throws Exception {
        Secrets secrets = secrets("customer-io.api-key", "cio-key");
        assertThat(secrets.mask("{\"headers\":{\"Authorization\":\"Basic c2l0ZTpjaW8ta2V5\"},\"body\":\"Basic plan\"}"))
                .isEqualTo("{\"headers\":{\"Authorization\":\"Basic ***\"},\"body\":\"Basic plan\"}");
        assertThat(secrets.mask("a key cio-key")).isEqualTo("a key ***");
    }
}
