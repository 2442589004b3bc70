package io.subrelay.destinations;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.destinations.Destinations.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What answers mean by the shared policy, and where a destination's file says otherwise. */
class MeaningOfAnswersTest extends WithDestinations {

    private static void assertMeaning(String destination, int status, String body, String meaning) {
        assertMeaning(destination, 0, status, body, meaning);
    }

    private static void assertMeaning(String destination, int age, int status, String body, String meaning) {
        destinations.answer = request -> status;
        destinations.answerBody = request -> body;
        try {
            Outcome outcome = destinations.sendAfter(age, destination, event("RENEWAL"));
            assertThat(outcome.result().replaceFirst("(?s):.*", "")).as("%s %s %s", destination, status, age)
                    .isEqualTo(meaning);
            assertThat(outcome.requests()).hasSize(1);
        } finally {
            destinations.answer = request -> 200;
            destinations.answerBody = request -> "";
        }
    }

    @ParameterizedTest
    @CsvSource({"300, refuse", "301, refuse", "304, refuse", "399, refuse", "400, refuse", "401, hold", "402, refuse",
            "403, hold", "404, refuse", "407, refuse", "408, retry", "409, refuse", "410, refuse", "422, refuse",
            "425, retry", "429, retry", "451, refuse", "499, refuse", "500, retry", "501, refuse", "502, retry",
            "503, retry", "504, retry", "505, refuse", "507, retry", "511, refuse", "520, retry", "599, retry",
            "0, retry", "200, deliver", "202, deliver", "204, deliver"})
    void in_general(int status, String meaning) {
        assertMeaning("statsig", status, "", meaning);
    }

    @ParameterizedTest
    @CsvSource({
            "segment, 410, '', retry", "segment, 460, '', retry", "segment, 404, '', refuse", "segment, 401, '', hold",
            "amplitude, 400, '{\"error\":\"Invalid API key: x\"}', hold", "amplitude, 400, 'bad request', refuse",
            "amplitude, 500, 'invalid api key', retry",
            "posthog, 302, '', hold", "posthog, 404, '', hold", "posthog, 400, '', refuse", "posthog, 429, '', retry",
            "customer-io, 308, '', hold", "customer-io, 404, '', hold", "customer-io, 400, '', refuse",
            "customer-io, 207, '{}', refuse",
            "braze, 301, '', hold", "braze, 404, '', hold", "braze, 400, '', refuse", "braze, 201, '', refuse",
            "mixpanel, 301, '', hold", "mixpanel, 404, '', hold", "mixpanel, 400, '', refuse",
            "slack, 302, '', hold", "slack, 404, '', hold", "slack, 410, '', hold", "slack, 400, invalid_token, hold",
            "slack, 400, invalid_payload, refuse", "slack, 500, invalid_token, retry",
            "signed-webhook, 301, '', retry", "signed-webhook, 400, '', retry", "signed-webhook, 401, '', retry",
            "signed-webhook, 404, '', retry", "signed-webhook, 410, '', hold", "signed-webhook, 501, '', retry",
            "iterable, 301, '', hold", "iterable, 404, '', hold", "iterable, 400, '', refuse",
            "iterable, 401, '{\"code\":\"BadApiKey\"}', hold",
            "clevertap, 301, '', hold", "clevertap, 404, '', hold", "clevertap, 400, '', refuse",
            "clevertap, 401, '', hold",
            "airship, 301, '', hold", "airship, 404, '', hold", "airship, 400, '', refuse", "airship, 401, '', hold",
            "raw-webhook, 200, '', deliver", "raw-webhook, 202, '', retry", "raw-webhook, 204, '', retry",
            "raw-webhook, 302, '', retry", "raw-webhook, 400, '', retry", "raw-webhook, 401, '', hold",
            "raw-webhook, 404, '', retry", "raw-webhook, 501, '', retry",
            "discord, 204, '', deliver", "discord, 302, '', hold", "discord, 401, '', hold",
            "discord, 404, '{\"code\":10015}', hold", "discord, 400, '{\"code\":50035}', refuse",
            "discord, 429, '', retry",
            "intercom, 301, '', hold", "intercom, 401, '', hold", "intercom, 404, '', retry",
            "intercom, 400, '', refuse", "intercom, 429, '', retry",
            "mparticle, 202, '', deliver", "mparticle, 301, '', hold", "mparticle, 404, '', hold",
            "mparticle, 400, '', refuse", "mparticle, 401, '', hold", "mparticle, 403, '', hold",
            "mparticle, 429, '', retry",
            "onesignal, 404, '', retry", "onesignal, 400, '', refuse", "onesignal, 403, '', hold"})
    void where_a_destination_says_otherwise(String destination, int status, String body, String meaning) {
        assertMeaning(destination, status, body, meaning);
    }

    @ParameterizedTest
    @CsvSource({"onesignal, 59, retry", "onesignal, 60, refuse", "intercom, 299, retry", "intercom, 300, refuse"})
    void a_404_while_a_customer_may_be_new(String destination, int age, String meaning) {
        assertMeaning(destination, age, 404, "", meaning);
    }
}
