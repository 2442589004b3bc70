package io.subrelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.subrelay.webhook.Rejected;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminAccessTest {

    private final AdminAccess access = new AdminAccess("admin", "secret");

    @Test
    void onlyTheRightPasswordLetsIn() {
        assertThatCode(() -> access.check("Basic YWRtaW46c2VjcmV0")).doesNotThrowAnyException();
        for (String other : new String[] {null, "", "Basic YWRtaW46b3RoZXI=", "Bearer secret"}) {
            assertThatExceptionOfType(Rejected.class).isThrownBy(() -> access.check(other))
                    .satisfies(rejected -> assertThat(rejected.getStatus()).isEqualTo(401));
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
            "-,          http://other.example,  relay:8080",
            "-,          http://relay:8081,     relay:8080",
            "-,          null,                  relay:8080"})
    void pagesOfOtherSitesDoNot(String site, String origin, String host) {
        assertThatExceptionOfType(Rejected.class).isThrownBy(() -> access.checkSite(site, origin, host))
                .satisfies(rejected -> assertThat(rejected.getStatus()).isEqualTo(403));
    }
}
