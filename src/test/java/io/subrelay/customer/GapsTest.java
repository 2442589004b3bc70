package io.subrelay.customer;

import static io.subrelay.customer.Given.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What must have been missed, by what came. Times are days. */
class GapsTest {

    private static final long DAY = 24L * 3600 * 1000;
    private static final long NOW = 1000;

    private static Given ann(String type, double at, double bought, double expires) {
        return given(type, (long) (at * DAY)).id(type + at).of("ann").on("sub").period("NORMAL")
                .with("purchased_at_ms", (long) (bought * DAY)).expires((long) (expires * DAY));
    }

    private static Event renewal(int number, double bought, double expires) {
        return ann("RENEWAL", bought, bought, expires).with("renewal_number", number).event();
    }

    private static List<String> gaps(List<Event> events) {
        Crowd crowd = new Crowd().takeAll(events, 2);
        List<String> gaps = new ArrayList<>();
        Gaps.of(crowd.customer("ann"), id -> null, NOW * DAY)
                .forEach(gap -> gaps.add(gap.missed().text() + " " + gap.subscription() + " " + gap.sinceMs() / DAY));
        return gaps;
    }

    private static List<String> gaps(Event... events) {
        return gaps(List.of(events));
    }

    @Test
    void none_where_everything_came() {
        Event bought = ann("INITIAL_PURCHASE", 900, 900, 930).event();
        assertThat(gaps(bought, renewal(2, 930, 960), renewal(3, 960, 999.5))).isEmpty();
        assertThat(gaps(bought, ann("EXPIRATION", 930, 900, 930).event(), renewal(2, 950, 1100))).isEmpty();
        assertThat(gaps(ann("NON_RENEWING_PURCHASE", 900, 900, 930).event())).isEmpty();
        assertThat(gaps(bought, ann("BILLING_ISSUE", 930, 900, 930).event(), renewal(2, 940, 1100))).isEmpty();
        assertThat(gaps(bought, ann("SUBSCRIPTION_EXTENDED", 920, 900, 1100).event())).isEmpty();
        assertThat(gaps(bought, ann("BILLING_ISSUE", 930, 900, 930)
                .with("grace_period_expiration_at_ms", NOW * DAY - DAY / 2).event())).isEmpty();
    }

    @Test
    void a_renewal_number_that_jumps() {
        assertThat(gaps(renewal(4, 880, 910), renewal(7, 970, 1100))).containsExactly("renewal sub 880");
        assertThat(gaps(ann("INITIAL_PURCHASE", 900, 900, 930).event(), renewal(3, 960, 1100)))
                .containsExactly("renewal sub 900");
        assertThat(gaps(renewal(7, 970, 1100), renewal(6, 940, 970), renewal(5, 910, 940))).isEmpty();
    }

    @Test
    void access_that_ran_out_and_no_expiration() {
        assertThat(gaps(renewal(4, 900, 998.5))).containsExactly("expiration sub 998");
        assertThat(gaps(renewal(4, 900, 999.5))).as("less than a day ago").isEmpty();
        assertThat(gaps(renewal(4, 900, 930), ann("CANCELLATION", 910, 900, 930).event()))
                .containsExactly("expiration sub 930");
        assertThat(gaps(renewal(4, 900, 930), ann("SUBSCRIPTION_PAUSED", 910, 900, 930).event()))
                .containsExactly("expiration sub 930");
        assertThat(gaps(renewal(4, 900, 930), ann("EXPIRATION", 930, 900, 930)
                .with("expiration_reason", "SUBSCRIPTION_PAUSED").event())).isEmpty();
    }

    @Test
    void a_renewal_after_an_end_that_nothing_told_of() {
        Event first = ann("RENEWAL", 900, 900, 930).event();
        assertThat(gaps(first, ann("RENEWAL", 950, 950, 1100).event())).containsExactly("end sub 930");
        assertThat(gaps(first, ann("RENEWAL", 930.5, 930.5, 1100).event())).as("a moment later").isEmpty();
    }

    @Test
    void the_api_heals_what_came_before_it_told() {
        Event told = given("CUSTOMER_IMPORTED", 980 * DAY).of("ann").with("purchases", List.of(Map.of(
                "store", "APP_STORE", "product_id", "monthly", "status", "active",
                "purchased_at_ms", 970 * DAY, "expiration_at_ms", 1100 * DAY))).event();
        assertThat(gaps(renewal(4, 880, 910), renewal(6, 930, 950), told)).isEmpty();
        assertThat(gaps(told, renewal(7, 981, 985), renewal(9, 990, 1100))).containsExactly("renewal sub 981");
    }

    /** Some that are old are kept, and others between them are not. */
    @Test
    void what_is_not_kept_was_not_missed() {
        List<Event> events = new ArrayList<>();
        for (int n = 2; n < 60; n++) {
            events.add(ann("RENEWAL", 400 + n * 10, 400 + n * 10, 410 + n * 10).with("renewal_number", n)
                    .with("product_id", n == 4 ? "other" : "monthly").event());
            events.add(ann("CANCELLATION", 401 + n * 10, 400 + n * 10, 410 + n * 10).event());
        }
        assertThat(gaps(events)).isEmpty();
    }
}
