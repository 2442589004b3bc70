package io.subrelay.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KindTest {

    @ParameterizedTest
    @CsvSource({
            "INITIAL_PURCHASE, TRIAL, false, trial_started, 10",
            "INITIAL_PURCHASE, NORMAL, false, initial_purchase, 10",
            "INITIAL_PURCHASE, , false, initial_purchase, 10",
            "RENEWAL, NORMAL, true, trial_converted, 10",
            "RENEWAL, NORMAL, false, renewal, 10",
            "RENEWAL, TRIAL, false, renewal, 10",
            "CANCELLATION, TRIAL, false, trial_cancelled, 20",
            "CANCELLATION, NORMAL, false, cancellation, 20",
            "UNCANCELLATION, TRIAL, false, uncancellation, 20",
            "NON_RENEWING_PURCHASE, NORMAL, false, non_subscription_purchase, 10",
            "SUBSCRIPTION_PAUSED, NORMAL, false, subscription_paused, 20",
            "EXPIRATION, TRIAL, false, expiration, 30",
            "BILLING_ISSUE, NORMAL, false, billing_issue, 20",
            "PRODUCT_CHANGE, NORMAL, false, product_change, 20",
            "TRANSFER, , false, transfer, 20",
            "TEST, NORMAL, false, test, 20",
            "SUBSCRIPTION_EXTENDED, NORMAL, false, subscription_extended, 20",
            "TEMPORARY_ENTITLEMENT_GRANT, , false, temporary_entitlement_grant, 20",
            "REFUND_REVERSED, NORMAL, false, refund_reversed, 20",
            "A_TYPE_OF_TOMORROW, NORMAL, false, a_type_of_tomorrow, 20",
    })
    void tellsWhatAnEventMeansAndWhenItHappened(
            String type, String period, boolean conversion, String kind, long happenedAt) throws Exception {
        JsonNode webhook = new ObjectMapper().readTree("""
                {"event": {"id": "e", "type": "%s", "period_type": %s, "is_trial_conversion": %s,
                 "purchased_at_ms": 10, "event_timestamp_ms": 20, "expiration_at_ms": 30}}
                """.formatted(type, period == null ? null : '"' + period + '"', conversion));
        Event event = Event.of(webhook, "");
        assertThat(event.kind()).isEqualTo(kind);
        assertThat(event.happenedAt()).isEqualTo(happenedAt);
        assertThat(event.timestampMs()).isEqualTo(20);
    }

    @ParameterizedTest
    @CsvSource({"INITIAL_PURCHASE", "RENEWAL", "NON_RENEWING_PURCHASE", "EXPIRATION"})
    void fallsBackToTheTimeOfTheEvent(String type) throws Exception {
        JsonNode webhook = new ObjectMapper().readTree("""
                {"event": {"id": "e", "type": "%s", "event_timestamp_ms": 20,
                 "purchased_at_ms": null, "expiration_at_ms": null}}
                """.formatted(type));
        assertThat(Event.of(webhook, "").happenedAt()).isEqualTo(20);
    }
}
