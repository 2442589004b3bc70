package io.subrelay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.subrelay.config.Settings;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** TLS itself: {@code TlsIT}. */
class OwnTlsTest {

    @Test
    void namesTheSettingOfAKeyStoreThatCannotBeUsed() {
        assertThat(OwnTls.of(settings(Map.of("camel.ssl.enabled", "false")))).isNull();
        assertThatThrownBy(() -> OwnTls.of(settings(
                Map.of("camel.ssl.enabled", "true", "camel.ssl.key-store", "file:nowhere.p12"))))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageMatching("camel.ssl.key-store: the key store cannot be used: .*nowhere.p12.*");
    }

    private static Settings settings(Map<String, String> values) {
        Properties properties = new Properties();
        properties.putAll(values);
        DefaultCamelContext camel = new DefaultCamelContext();
        camel.getPropertiesComponent().setInitialProperties(properties);
        return new Settings(camel.getPropertiesComponent());
    }
}
