package io.subrelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private final DefaultCamelContext camel = new DefaultCamelContext();

    private Settings with(Map<String, String> own) {
        Properties properties = new Properties();
        properties.putAll(own);
        camel.getPropertiesComponent().setLocation(
                "classpath:io/subrelay/defaults.properties,classpath:io/subrelay/destinations.properties");
        camel.getPropertiesComponent().setOverrideProperties(properties);
        return new Settings(camel.getPropertiesComponent()).normalized();
    }

    @Test
    void valuesMayBeInAnyCase() {
        Settings settings = with(Map.of("segment.mode", "Preview", "segment.region", "EU", "statsig.event-type", "RC",
                "amplitude.revenue", "After-Commission", "onesignal.send-sandbox", "FALSE"));
        assertThat(settings.faults()).isEmpty();
        assertThat(settings.mode("segment", List.of())).isEqualTo("preview");
        assertThat(camel.resolvePropertyPlaceholders("{{segment.url}} {{statsig.event-type}} {{amplitude.revenue}}"
                + " {{onesignal.send-sandbox}}"))
                .isEqualTo("https://events.eu1.segmentapis.com rc after-commission false");
    }

    @Test
    void thoseOfTheEnvironmentToo() {
        System.setProperty("normalized.merge", "ON");
        try {
            assertThat(with(Map.of("normalized.merge", "off")).get("normalized.merge")).isEqualTo("on");
        } finally {
            System.clearProperty("normalized.merge");
        }
    }

    @ParameterizedTest
    @CsvSource({"https://host/,https://host", "https://host:8443//,https://host:8443",
            "https://host/in/,https://host/in/"})
    void aSlashBehindAHostIsForgiven(String set, String used) {
        assertThat(with(Map.of("statsig.url", set)).get("statsig.url")).isEqualTo(used);
    }

    @ParameterizedTest
    @ValueSource(strings = {"statsig.example", "ftp://host", "https://", "https:///path", "https://a b"})
    void anAddressThatCannotBeIsNamed(String url) {
        assertThat(with(Map.of("statsig.url", url)).faults()).singleElement()
                .satisfies(fault -> assertThat(fault.name()).isEqualTo("statsig.url"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"30", " 30 ", "30000", "0", "-5s", "soon", "30 fortnights"})
    void aDurationWithoutAUnitIsNamed(String value) {
        for (String name : List.of("retention.delivered", "delivery.request-timeout", "delivery.redelivery-delay",
                "server.head-timeout")) {
            assertThat(with(Map.of(name, value)).faults()).singleElement().satisfies(fault -> assertThat(
                    fault.getMessage()).startsWith(name + " is '").contains("a duration with its unit, such as 500ms"));
        }
    }

    @Test
    void aWrongRegionIsOneFault() {
        assertThat(with(Map.of("segment.region", "mars")).faults()).singleElement()
                .satisfies(fault -> assertThat(fault.getMessage())
                        .contains("segment.region is 'mars': it accepts one of eu, us"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://host/in?token=abc", "https://host#a", "https://host/in/"})
    void noPathCanFollowThese(String url) {
        Settings settings = with(Map.of("statsig.url", url));
        assertThatThrownBy(() -> settings.checkBeforePath("statsig.url")).isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageContaining("statsig.url").hasMessageNotContaining("abc");
    }

    @ParameterizedTest
    @CsvSource({"appsflyer.ios.app-id, 123456789", "appsflyer.ios.app-id, com.tidepool.app",
            "firebase.ios.app-id, 1:12:android:ab", "firebase.event-name.renewal, Renewed!", "firebase.currency, EUR",
            "singular.event-name.renewal, a_name_of_more_than_32_characters_", "appsflyer.api, api9",
            "meta.send-without-consent, maybe", "server.host, ''", "management.host, ''",
            "management.host, no.such.host.invalid"})
    void whatAVendorDoesNotSayIsToldBefore(String name, String value) {
        assertThat(with(Map.of(name, value)).faults()).singleElement()
                .satisfies(fault -> assertThat(fault.name()).isEqualTo(name));
    }

    @Test
    void oneOfTwoCredentialsIsEnough() {
        List<String> credentials = List.of("appsflyer.ios.key|appsflyer.android.key");
        assertThat(with(Map.of("appsflyer.android.key", "af", "appsflyer.mode", "live"))
                .mode("appsflyer", credentials)).isEqualTo("live");
        assertThatThrownBy(() -> with(Map.of("appsflyer.mode", "live")).mode("appsflyer", credentials))
                .hasMessageContaining("until appsflyer.ios.key or appsflyer.android.key is set");
    }
}
