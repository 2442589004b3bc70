package io.subrelay.customer;

import static io.subrelay.customer.Given.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The status after a few events, in both directions of arrival. Each event is written as
 * {@code type@time key=value…}; the keys: p period, x expires, g grace period's end, r reason, s store.
 */
class StatusTest {

    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(textBlock = """
            # trial
            initial_purchase@10 p=TRIAL x=90,                                                        trial
            initial_purchase@10 p=TRIAL x=90; cancellation@20 p=TRIAL x=90; uncancellation@30 p=TRIAL x=90, trial
            initial_purchase@10 p=TRIAL x=90; cancellation@20 p=TRIAL x=90; uncancellation@30,       trial
            initial_purchase@10 p=TRIAL x=90; product_change@20 p=NORMAL x=500,                      trial
            initial_purchase@10 p=TRIAL x=90; subscription_extended@20 p=TRIAL x=500,                trial
            # intro
            initial_purchase@10 p=INTRO x=90,                                                        intro
            renewal@10 p=INTRO x=90,                                                                 intro
            initial_purchase@10 p=TRIAL x=90; renewal@20 p=INTRO x=90 conversion=true,               intro
            cancellation@20 p=INTRO x=90; uncancellation@30 p=INTRO x=90,                            intro
            # active
            initial_purchase@10 p=NORMAL x=90,                                                       active
            initial_purchase@10 p=PREPAID x=90,                                                      active
            initial_purchase@10 x=90,                                                                active
            renewal@10 p=NORMAL x=90,                                                                active
            initial_purchase@10 p=TRIAL x=90; renewal@20 p=NORMAL x=90 conversion=true,              active
            initial_purchase@10 p=TRIAL x=90; renewal@20 x=90 conversion=true,                       active
            initial_purchase@10 p=TRIAL x=90; renewal@20 conversion=true; cancellation@30; uncancellation@40, active
            initial_purchase@10 p=NORMAL x=90; cancellation@20 p=NORMAL x=90; uncancellation@30 p=NORMAL x=90, active
            initial_purchase@10 p=NORMAL x=90; cancellation@20 x=20 r=CUSTOMER_SUPPORT; refund_reversed@30 x=90, active
            initial_purchase@10 p=NORMAL x=90; cancellation@20 r=CUSTOMER_SUPPORT; refund_reversed@30, active
            cancellation@20 r=CUSTOMER_SUPPORT; refund_reversed@30,                                  active
            expiration@20 p=NORMAL x=20; renewal@30 p=NORMAL x=90,                                   active
            # a reversed refund of what is over by now
            initial_purchase@10 p=NORMAL x=20; cancellation@20 x=20; refund_reversed@30 x=25,        expired
            initial_purchase@10 p=NORMAL x=20; cancellation@20 x=20; refund_reversed@30,             expired
            # cancelled
            initial_purchase@10 p=NORMAL x=90; cancellation@20 p=NORMAL x=90 r=UNSUBSCRIBE,          cancelled
            initial_purchase@10 p=NORMAL x=90; cancellation@20 p=NORMAL r=UNSUBSCRIBE,               cancelled
            cancellation@20 p=NORMAL r=UNSUBSCRIBE,                                                  cancelled
            cancellation@20 p=NORMAL x=90 r=CUSTOMER_SUPPORT,                                        cancelled
            initial_purchase@10 p=NORMAL x=90; cancellation@20 x=90; product_change@30 x=900,        cancelled
            initial_purchase@10 p=NORMAL x=90; cancellation@20 x=90; subscription_extended@30 x=900, cancelled
            initial_purchase@10 p=NORMAL x=90; cancellation@20 x=90; temporary_entitlement_grant@30 x=900, cancelled
            initial_purchase@10 p=TRIAL x=90; cancellation@20 p=TRIAL x=90,                          cancelled_trial
            # grace period
            initial_purchase@10 p=NORMAL x=20; billing_issue@20 p=NORMAL x=20 g=90,                  grace_period
            initial_purchase@10 x=20; billing_issue@20 x=20 g=90; cancellation@20 x=20 r=BILLING_ERROR, grace_period
            initial_purchase@10 x=20; cancellation@19 x=20 r=BILLING_ERROR; billing_issue@20 x=20 g=90, grace_period
            initial_purchase@10 x=20; billing_issue@20 x=20 g=90; cancellation@21 x=20 r=BILLING_ERROR, grace_period
            initial_purchase@10 p=NORMAL x=20; billing_issue@20 x=20 g=90; billing_issue@30 x=20,    grace_period
            initial_purchase@10 p=TRIAL x=20; billing_issue@20 p=TRIAL x=20 g=90,                    grace_period_trial
            initial_purchase@10 p=TRIAL x=20; billing_issue@20 g=90; cancellation@20 r=BILLING_ERROR, grace_period_trial
            # no grace period, or one that is over, or left by other means
            initial_purchase@10 p=NORMAL x=90; billing_issue@20 p=NORMAL x=90,                       active
            initial_purchase@10 p=NORMAL x=90; billing_issue@20 p=NORMAL x=90 g=20,                  active
            initial_purchase@10 p=NORMAL x=90; billing_issue@20 x=90; cancellation@20 x=90 r=BILLING_ERROR, cancelled
            initial_purchase@10 p=NORMAL x=20; billing_issue@20 x=20 g=30; cancellation@30 x=20 r=BILLING_ERROR, expired
            initial_purchase@10 p=NORMAL x=50; billing_issue@20 x=50 g=90; cancellation@30 x=50 r=UNSUBSCRIBE, cancelled
            initial_purchase@10 p=NORMAL x=20; billing_issue@20 x=20 g=90; renewal@30 p=NORMAL x=90, active
            # paused
            initial_purchase@10 p=NORMAL x=50; subscription_paused@20 x=50,                          paused
            subscription_paused@20 x=50; expiration@50 x=50 r=SUBSCRIPTION_PAUSED,                   paused
            expiration@50 x=50 r=SUBSCRIPTION_PAUSED,                                                paused
            subscription_paused@20 x=50; expiration@50 x=50 r=SUBSCRIPTION_PAUSED; renewal@60 p=NORMAL x=90, active
            subscription_paused@20 x=50; expiration@50 x=50 r=UNKNOWN,                               expired
            # expired
            initial_purchase@10 p=NORMAL x=90; expiration@90 x=90 r=UNSUBSCRIBE,                     expired
            expiration@90 x=90,                                                                      expired
            initial_purchase@10 p=NORMAL x=90; cancellation@20 x=20 r=CUSTOMER_SUPPORT,              expired
            initial_purchase@10 p=NORMAL x=90; cancellation@20 x=19 r=CUSTOMER_SUPPORT,              expired
            cancellation@20 r=CUSTOMER_SUPPORT,                                                      expired
            initial_purchase@10 x=20; billing_issue@20; cancellation@20 r=BILLING_ERROR; expiration@20, expired
            initial_purchase@10 p=NORMAL x=90; expiration@90; product_change@95 x=900,               expired
            initial_purchase@10 p=NORMAL x=90; expiration@90; subscription_extended@95 x=900,        expired
            # promotional
            non_renewing_purchase@10 p=PROMOTIONAL x=90,                                             promotional
            non_renewing_purchase@10 s=PROMOTIONAL x=90,                                             promotional
            initial_purchase@10 p=NORMAL s=PROMOTIONAL x=90,                                         promotional
            renewal@10 p=PROMOTIONAL x=90,                                                           promotional
            non_renewing_purchase@10 p=PROMOTIONAL x=90; expiration@90 x=90,                         expired_promotional
            expiration@90 s=PROMOTIONAL x=90,                                                        expired_promotional
            non_renewing_purchase@10 p=PROMOTIONAL x=90; cancellation@20 x=20,                       expired_promotional
            non_renewing_purchase@10 p=PROMOTIONAL x=90; cancellation@20 x=90,                       cancelled
            # of one moment
            initial_purchase@20 p=TRIAL x=90; renewal@20 p=NORMAL x=90,                              active
            renewal@20 p=TRIAL x=90; uncancellation@20 p=NORMAL x=90,                                active
            uncancellation@20 p=NORMAL x=90; billing_issue@20 p=NORMAL g=90,                         grace_period
            billing_issue@20 p=NORMAL g=90; cancellation@20 p=NORMAL x=90,                           cancelled
            cancellation@20 p=NORMAL x=90; subscription_paused@20,                                   paused
            cancellation@20 p=NORMAL x=90; expiration@20,                                            expired
            subscription_paused@20; expiration@20,                                                   expired
            # first seen in the middle
            product_change@10 p=NORMAL x=90,                                                         active
            product_change@10 p=TRIAL x=90,                                                          trial
            product_change@10 p=INTRO x=90,                                                          intro
            product_change@10 p=NORMAL x=10,                                                         expired
            product_change@10 p=NORMAL,                                                              active
            subscription_extended@10 p=NORMAL x=90,                                                  active
            subscription_extended@10 s=PROMOTIONAL x=90,                                             promotional
            subscription_extended@10 p=TRIAL x=90; product_change@20 p=TRIAL x=90,                   trial
            temporary_entitlement_grant@10 x=90,                                                     active
            temporary_entitlement_grant@10 p=TRIAL x=90,                                             trial
            billing_issue@10 p=NORMAL x=90,                                                          active
            billing_issue@10 p=NORMAL x=10,                                                          expired
            billing_issue@10 p=TRIAL x=90 g=10,                                                      trial
            billing_issue@10 p=NORMAL x=10 g=90,                                                     grace_period
            refund_reversed@10 x=5,                                                                  expired
            product_change@10 p=TRIAL x=90; uncancellation@20 p=NORMAL x=90,                         active
            product_change@20 p=NORMAL x=90; initial_purchase@10 p=TRIAL x=90,                       trial
            # not a subscription, not an event that says how it is
            non_renewing_purchase@10 p=NORMAL,                                                       -
            initial_purchase@10 p=INTRO x=90; non_renewing_purchase@20 p=NORMAL,                     intro
            non_renewing_purchase@10 p=NORMAL; cancellation@20 r=CUSTOMER_SUPPORT,                   -
            test@10 p=NORMAL x=90,                                                                   -
            initial_purchase@10 p=TRIAL x=90; invoice_issuance@20 p=NORMAL x=900,                    trial
            initial_purchase@10 p=NORMAL x=90; something_new@20 p=TRIAL x=1,                         active
            """)
    void isSetByTheEventsWhateverTheirOrder(String events, String status) {
        List<Event> given = new ArrayList<>(Arrays.stream(events.split(";")).map(String::trim)
                .map(StatusTest::event).toList());
        String expected = "-".equals(status) ? null : status;
        assertThat(new Crowd().takeAll(given, 1).status("ann")).isEqualTo(expected);
        Collections.reverse(given);
        assertThat(new Crowd().takeAll(given, 1).status("ann")).as("backwards").isEqualTo(expected);
    }

    private static Event event(String text) {
        String[] parts = text.split("[ @]+");
        String type = parts[0].toUpperCase(Locale.ROOT);
        Given event = given(type, Long.parseLong(parts[1])).of("ann").on("sub");
        for (String part : Arrays.asList(parts).subList(2, parts.length)) {
            String value = part.substring(part.indexOf('=') + 1);
            switch (part.substring(0, part.indexOf('='))) {
                case "p" -> event.period(value);
                case "x" -> event.expires(Long.parseLong(value));
                case "g" -> event.with("grace_period_expiration_at_ms", Long.parseLong(value));
                case "s" -> event.with("store", value);
                case "r" -> event.with(type.equals("EXPIRATION") ? "expiration_reason" : "cancel_reason", value);
                case "conversion" -> event.with("is_trial_conversion", true);
                default -> throw new IllegalArgumentException(part);
            }
        }
        return event.event();
    }
}
