package io.subrelay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.subrelay.webhook.Rejected;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminAccessTest {

    private final AdminAccess access = new AdminAccess("admin", "secret", "127.0.0.1");

    @Test
    void onlyTheRightPasswordLetsIn() {
        assertThatCode(() -> access.check("Basic YWRtaW46c2VjcmV0", "relay.example")).doesNotThrowAnyException();
        for (String other : new String[] {null, "", "Basic YWRtaW46b3RoZXI=", "Bearer secret"}) {
            assertThatExceptionOfType(Rejected.class).isThrownBy(() -> access.check(other, "localhost:8080"))
                    .satisfies(rejected -> assertThat(rejected.getStatus()).isEqualTo(401));
        }
    }

    @ParameterizedTest
    @CsvSource({"localhost:8080,true", "LOCALHOST,true", "127.0.0.1:8080,true", "127.1.2.3,true", "[::1]:8080,true",
            "relay.test:8080,true", "rebound.example:8080,false", "localhost.example:8080,false",
            "127.0.0.1.example,false",
            "192.168.0.7:8080,false", "relay.test.example,false", "x-localhost,false"})
    void withoutAPasswordOnlyTheNamesOfThisMachineLetIn(String host, boolean in) {
        AdminAccess open = new AdminAccess("", "", "relay.test");
        assertThatCode(() -> open.check(null, null)).as("a script that says no name").doesNotThrowAnyException();
        if (in) {
            assertThatCode(() -> open.check(null, host)).doesNotThrowAnyException();
        } else {
            assertThatExceptionOfType(Rejected.class).isThrownBy(() -> open.check(null, host))
                    .satisfies(rejected -> assertThat(rejected.getStatus()).isEqualTo(403));
        }
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            "-,           -,                      relay:8080,     a script",
            "same-origin, https://relay.example,  127.0.0.1:8080, the console behind a proxy that names another host",
            "none,        -,                      relay:8080,     an address that was typed",
            "-,           http://relay:8080,      relay:8080,     the console over plain HTTP"})
    void theConsoleAndScriptsGetIn(String site, String origin, String host, String who) {
        assertThatCode(() -> access.checkSite(site, origin, host)).as(who).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            "cross-site, https://other.example, relay:8080",
            "same-site,  https://b.example,     a.example",
            "cross-site, -,                     relay:8080",
            "same-site,  -,                     relay:8080",
            "-,          http://other.example,  relay:8080",
            "-,          http://relay:8081,     relay:8080",
            "-,          null,                  relay:8080"})
    void pagesOfOtherSitesDoNot(String site, String origin, String host) {
        assertThatExceptionOfType(Rejected.class).isThrownBy(() -> access.checkSite(site, origin, host))
                .satisfies(rejected -> assertThat(rejected.getStatus()).isEqualTo(403));
    }
}
