package io.subrelay.customer;

import static io.subrelay.customer.Given.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What is left out of a subscription's facts does not show. */
class SubscriptionTest {

    private static final String[] TYPES = {
            "INITIAL_PURCHASE", "NON_RENEWING_PURCHASE", "TEMPORARY_ENTITLEMENT_GRANT", "RENEWAL", "PRODUCT_CHANGE",
            "SUBSCRIPTION_EXTENDED", "UNCANCELLATION", "REFUND_REVERSED", "BILLING_ISSUE", "CANCELLATION",
            "SUBSCRIPTION_PAUSED", "EXPIRATION", "INVOICE_ISSUANCE"};

    /** Of one product and period: which of several an event is about is only known of the newest. */
    @Test
    void leavingOutFactsNeverChangesTheState() {
        Random random = new Random(7);
        int leftOut = 0;
        for (int i = 0; i < 5_000; i++) {
            List<Fact> facts = facts(random, 1 + random.nextInt(60)).stream()
                    .filter(fact -> fact.category() != Fact.Category.TEMPORARY)
                    .filter(fact -> fact.isPurchase() || fact.strength() != Fact.Strength.ENDING
                            || fact.value(Field.PRODUCT) == null && fact.value(Field.PURCHASED) == null
                                    && (fact.value(Field.EXPIRES) == null
                                            || fact.isAfterEvent(fact.number(Field.EXPIRES))))
                    .toList();
            if (facts.isEmpty()) {
                continue;
            }
            Subscription whole = new Subscription("s", Integer.MAX_VALUE);
            Subscription pruned = new Subscription("s", random.nextInt(4));
            facts.forEach(whole::add);
            facts.forEach(pruned::add);
            leftOut += whole.facts().size() - pruned.facts().size();
            assertThat(fold(pruned)).isEqualTo(fold(whole));
        }
        assertThat(leftOut).isPositive();
    }

    @Test
    void whatIsKeptDependsOnTheSetOfFactsAlone() {
        Random random = new Random(8);
        for (int i = 0; i < 2_000; i++) {
            List<Fact> facts = facts(random, 40);
            Subscription one = new Subscription("s", 2);
            facts.forEach(one::add);
            Collections.shuffle(facts, random);
            Subscription left = new Subscription("s", 2);
            Subscription right = new Subscription("s", 2);
            // Some facts come to both sides.
            facts.subList(0, 25).forEach(left::add);
            facts.subList(15, 40).forEach(right::add);
            left.addAll(right);
            assertThat(left.facts()).isEqualTo(one.facts());
            left.addAll(one);
            assertThat(left.facts()).isEqualTo(one.facts());
        }
    }

    @Test
    void keepsTheNewestDozenAndTheNewestDozenPurchases() {
        Subscription subscription = new Subscription("sub");
        for (int i = 0; i < 40; i++) {
            subscription.add(Fact.of(given("RENEWAL", i).of("ann").on("sub").event()));
        }
        assertThat(subscription.facts()).hasSize(12);
        for (int i = 40; i < 80; i++) {
            subscription.add(Fact.of(given("CANCELLATION", i).of("ann").on("sub").event()));
        }
        assertThat(subscription.facts()).extracting(fact -> fact.key().at())
                .containsExactlyElementsOf(LongStream.concat(LongStream.range(28, 40), LongStream.range(68, 80))
                        .boxed().toList());
    }

    @Test
    void doesNotGrowWithoutEndAndForgetsNothingThatOneEventAloneTold() {
        Customer customer = new Customer();
        customer.add(given("INITIAL_PURCHASE", 1).of("ann").on("sub").period("NORMAL").expires(2).gives("pro").event());
        customer.add(given("PRODUCT_CHANGE", 2).of("ann").on("sub").event());
        for (int i = 3; i < 5_000; i++) {
            customer.add(given("RENEWAL", i).of("ann").with("original_transaction_id", "sub").expires(i + 1).event());
        }
        assertThat(customer.toJson()).hasSizeLessThan(4_000);
        var row = customer.toApiJson(id -> null, 4_999);
        assertThat(row.at("/active_entitlements/0").asText()).isEqualTo("pro");
        assertThat(row.at("/subscriptions/0/product_id").asText()).isEqualTo("monthly");
        assertThat(row.at("/subscriptions/0/period_type").asText()).isEqualTo("NORMAL");
        assertThat(row.at("/subscriptions/0/expires_at_ms").asLong()).isEqualTo(5_000);
    }

    private static ObjectNode fold(Subscription subscription) {
        SubscriptionState state = new SubscriptionState("s", subscription.facts(), false, fact -> true);
        return state.toJson(Environment.PRODUCTION).put("new_product", state.newProduct()).put("ended", state.ended())
                .put("newest_known", String.valueOf(state.newestKnown)).put("temporary", state.temporary.toString());
    }

    private static List<Fact> facts(Random random, int count) {
        List<Fact> facts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            facts.add(Fact.of(event(random, i)));
        }
        return facts;
    }

    private static Event event(Random random, int number) {
        Given event = given(TYPES[random.nextInt(TYPES.length)], random.nextInt(30)).id("e" + number).of("ann");
        event.with("original_transaction_id", "s");
        sometimes(random, event, "store", "APP_STORE", "PROMOTIONAL", "STRIPE");
        sometimes(random, event, "product_id", "monthly", "yearly");
        sometimes(random, event, "period_type", "TRIAL", "INTRO", "NORMAL", "PROMOTIONAL");
        sometimes(random, event, "expiration_at_ms", random.nextInt(40));
        sometimes(random, event, "purchased_at_ms", random.nextInt(40));
        sometimes(random, event, "grace_period_expiration_at_ms", random.nextInt(40));
        sometimes(random, event, "auto_resume_at_ms", random.nextInt(40));
        sometimes(random, event, "cancel_reason", "BILLING_ERROR", "UNSUBSCRIBE", "CUSTOMER_SUPPORT");
        sometimes(random, event, "expiration_reason", "SUBSCRIPTION_PAUSED", "UNKNOWN");
        sometimes(random, event, "entitlement_id", "pro", "plus");
        return event.event();
    }

    private static void sometimes(Random random, Given event, String name, Object... values) {
        if (random.nextInt(3) > 0) {
            event.with(name, values[random.nextInt(values.length)]);
        }
    }
}
