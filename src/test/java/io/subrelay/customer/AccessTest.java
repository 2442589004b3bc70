package io.subrelay.customer;

import static io.subrelay.customer.Given.given;
import static io.subrelay.customer.Given.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who has which entitlements, and until when: the mistakes that others were seen to make. */
class AccessTest {

    private static Given ann(String type, long at) {
        return given(type, at).of("ann").on("sub").period("NORMAL").gives("pro");
    }

    @Test
    void aLateExpirationDoesNotRevokeWhoRenewed() {
        Crowd crowd = Crowd.after(ann("RENEWAL", 50).expires(90).event(), ann("EXPIRATION", 40).expires(40).event());
        assertThat(crowd.status("ann")).isEqualTo("active");
        assertThat(crowd.active("ann", 60)).containsExactly("pro");
    }

    @Test
    void anExpirationWithoutEntitlementsEndsItsOwnSubscriptionOnly() {
        for (Object none : new Object[] {null, List.of()}) {
            Crowd crowd = Crowd.after(ann("INITIAL_PURCHASE", 10).expires(90).event(),
                    ann("INITIAL_PURCHASE", 11).on("two").gives("plus").expires(90).event(),
                    ann("EXPIRATION", 20).on("two").expires(20).with("entitlement_ids", none).event());
            assertThat(crowd.active("ann", 30)).containsExactly("pro");
            assertThat(crowd.api("ann", 30).at("/subscriptions/0/entitlements/0").asText()).isEqualTo("plus");
        }
    }

    @Test
    void aRenewalWithoutAPurchaseIsASubscription() {
        Crowd crowd = Crowd.after(ann("RENEWAL", 10).expires(90).event());
        assertThat(crowd.status("ann")).isEqualTo("active");
        assertThat(crowd.active("ann", 20)).containsExactly("pro");
    }

    @Test
    void anOldReasonGoesWithTheNextRenewal() {
        List<String> reasons = List.of("cancel_reason", "expiration_reason");
        Crowd crowd = Crowd.after(ann("CANCELLATION", 10).expires(20).with("cancel_reason", "UNSUBSCRIBE").event(),
                ann("EXPIRATION", 20).expires(20).with("expiration_reason", "PRICE_INCREASE").event());
        JsonNode ended = crowd.api("ann", 20).at("/subscriptions/0");
        assertThat(reasons.stream().map(each -> ended.path(each).asText()))
                .containsExactly("UNSUBSCRIBE", "PRICE_INCREASE");
        JsonNode renewed = crowd.takeAll(List.of(ann("RENEWAL", 30).expires(90).event()), 1)
                .api("ann", 40).at("/subscriptions/0");
        assertThat(reasons.stream().map(each -> renewed.path(each).isNull())).containsExactly(true, true);
    }

    @Test
    void aProductChangeChangesNeitherExpiryNorProductNorPeriodNorEntitlements() {
        Given purchase = ann("INITIAL_PURCHASE", 10).period("TRIAL").expires(90).with("purchased_at_ms", 9);
        JsonNode before = Crowd.after(purchase.event()).api("ann", 40);
        JsonNode after = Crowd.after(purchase.event(),
                ann("PRODUCT_CHANGE", 20).expires(30).gives("plus").with("product_id", "yearly")
                        .with("new_product_id", "yearly").with("purchased_at_ms", 7).event())
                .api("ann", 40);
        for (String field : List.of(
                "expires_at_ms", "product_id", "period_type", "status", "purchased_at_ms", "entitlements")) {
            String at = "/subscriptions/0/" + field;
            assertThat(after.at(at)).as(field).isEqualTo(before.at(at));
        }
        assertThat(after.path("active_entitlements").toString()).isEqualTo("[\"pro\"]");
        // Known by nothing else, it tells what it can.
        assertThat(Crowd.after(ann("PRODUCT_CHANGE", 20).expires(30).event()).active("ann", 25)).containsExactly("pro");
    }

    @Test
    void anExtensionChangesTheExpiry() {
        Crowd crowd = Crowd.after(ann("INITIAL_PURCHASE", 10).expires(20).event(),
                ann("SUBSCRIPTION_EXTENDED", 15).expires(90).event());
        assertThat(crowd.active("ann", 30)).containsExactly("pro");
    }

    @Test
    void anAliasBringsItsEntitlementsAlong() {
        Crowd crowd = Crowd.after(ann("INITIAL_PURCHASE", 10).expires(90).event(),
                given("INITIAL_PURCHASE", 11).of("$anon").on("two").gives("plus").expires(90).event(),
                given("SUBSCRIBER_ALIAS", 12).of("ann").aliases("$anon").event());
        assertThat(crowd.active("ann", 20)).containsExactly("plus", "pro");
        assertThat(crowd.active("$anon", 20)).containsExactly("plus", "pro");
    }

    @Test
    void aRefundInOneSubscriptionLeavesTheOtherOn() {
        Crowd crowd = Crowd.after(ann("INITIAL_PURCHASE", 10).expires(90).event(),
                ann("INITIAL_PURCHASE", 11).on("two").expires(90).event(),
                ann("CANCELLATION", 20).on("two").expires(20).with("cancel_reason", "CUSTOMER_SUPPORT").event());
        assertThat(crowd.active("ann", 30)).containsExactly("pro");
        assertThat(crowd.status("ann")).isEqualTo("expired");
    }

    @Test
    void timeEndsAccessButNotTheStatus() {
        Crowd crowd = Crowd.after(ann("INITIAL_PURCHASE", 10).expires(90).event());
        assertThat(crowd.active("ann", 89)).containsExactly("pro");
        assertThat(crowd.active("ann", 90)).isEmpty();
        assertThat(crowd.api("ann", 500).path("subscription_status").asText()).isEqualTo("active");
    }

    @Test
    void aGracePeriodGivesAccessUntilItEnds() {
        Crowd crowd = Crowd.after(ann("INITIAL_PURCHASE", 10).expires(20).event(),
                ann("BILLING_ISSUE", 20).expires(20).with("grace_period_expiration_at_ms", 40).event(),
                ann("CANCELLATION", 20).expires(20).with("cancel_reason", "BILLING_ERROR").event());
        assertThat(crowd.active("ann", 39)).containsExactly("pro");
        assertThat(crowd.active("ann", 40)).isEmpty();
        crowd.takeAll(List.of(ann("EXPIRATION", 30).expires(20).event()), 1);
        assertThat(crowd.active("ann", 31)).isEmpty();
        assertThat(crowd.api("ann", 31).at("/subscriptions/0/grace_period_expires_at_ms").isNull()).isTrue();
    }

    @Test
    void aPauseGivesAccessUntilTheSubscriptionExpires() {
        Crowd crowd = Crowd.after(ann("INITIAL_PURCHASE", 10).expires(50).event(),
                ann("SUBSCRIPTION_PAUSED", 20).expires(50).with("auto_resume_at_ms", 70).event());
        assertThat(crowd.active("ann", 49)).containsExactly("pro");
        crowd.takeAll(List.of(ann("EXPIRATION", 40).with("expiration_reason", "SUBSCRIPTION_PAUSED").event()), 1);
        assertThat(crowd.active("ann", 49)).isEmpty();
        assertThat(crowd.status("ann")).isEqualTo("paused");
    }

    @Test
    void aPurchaseThatIsNoSubscriptionGivesAccessUntilItIsRefunded() {
        Crowd crowd = Crowd.after(ann("NON_RENEWING_PURCHASE", 10).on("gem").gives("gem").event(),
                // Neither a temporary grant for the same purchase nor something unknown limits it.
                ann("TEMPORARY_ENTITLEMENT_GRANT", 9).on("gem").gives("gem").expires(60).event(),
                ann("INVOICE_ISSUANCE", 11).on("gem").expires(12).event(),
                ann("INITIAL_PURCHASE", 5).expires(90).event());
        assertThat(crowd.active("ann", 9_999)).containsExactly("gem");
        assertThat(crowd.status("ann")).isEqualTo("active");
        crowd.takeAll(List.of(ann("CANCELLATION", 20).on("gem").with("cancel_reason", "CUSTOMER_SUPPORT").event()), 1);
        assertThat(crowd.active("ann", 30)).containsExactly("pro");
        assertThat(crowd.status("ann")).isEqualTo("active");
        // Bought again, under the same key.
        crowd.takeAll(List.of(ann("NON_RENEWING_PURCHASE", 40).on("gem").gives("gem").event()), 1);
        assertThat(crowd.active("ann", 9_999)).containsExactly("gem");
    }

    @Test
    void aTemporaryGrantLastsUntilItsEndOrUntilItIsSettled() {
        Given grant = given("TEMPORARY_ENTITLEMENT_GRANT", 30).of("ann").on("sub").gives("pro").expires(60);
        Crowd crowd = Crowd.after(ann("INITIAL_PURCHASE", 10).gives("basic").expires(20).event(),
                ann("EXPIRATION", 20).gives("basic").expires(20).event(), grant.event());
        assertThat(crowd.active("ann", 59)).containsExactly("pro");
        assertThat(crowd.active("ann", 60)).isEmpty();
        assertThat(crowd.status("ann")).isEqualTo("expired");
        crowd.takeAll(List.of(ann("EXPIRATION", 40).expires(40).event()), 1);
        assertThat(crowd.active("ann", 45)).isEmpty();
        assertThat(Crowd.after(grant.event()).active("ann", 59)).containsExactly("pro");
        assertThat(Crowd.after(grant.event()).active("ann", 60)).isEmpty();
    }

    @Test
    void unknownEventsGiveNoAccessOnTheirOwn() {
        Crowd crowd = Crowd.after(ann("TEST", 10).expires(90).event(), ann("SOMETHING_NEW", 20).expires(90).event());
        assertThat(crowd.active("ann", 30)).isEmpty();
        assertThat(crowd.api("ann", 30).path("subscriptions")).isEmpty();
        crowd.takeAll(List.of(ann("RENEWAL", 5).expires(20).with("entitlement_ids", null).event()), 1);
        assertThat(crowd.active("ann", 15)).containsExactly("pro");
        assertThat(crowd.active("ann", 30)).isEmpty();
    }

    @Test
    void theStatusIsThatOfTheSubscriptionWithTheMostRecentEvent() {
        Crowd crowd = Crowd.after(ann("INITIAL_PURCHASE", 10).period("TRIAL").expires(90).event(),
                ann("INITIAL_PURCHASE", 20).on("two").expires(90).event());
        assertThat(crowd.status("ann")).isEqualTo("active");
        crowd.takeAll(List.of(ann("CANCELLATION", 15).expires(90).event()), 1);
        assertThat(crowd.status("ann")).as("a late event of the other one").isEqualTo("active");
        crowd.takeAll(List.of(ann("PRODUCT_CHANGE", 30).expires(90).event(), ann("TEST", 40).on("two").event()), 1);
        assertThat(crowd.status("ann")).isEqualTo("cancelled");
    }

    @Test
    void subscriptionsOfDifferentCustomersWithOneTransactionAreTwo() {
        Crowd crowd = Crowd.after(ann("INITIAL_PURCHASE", 10).expires(90).event(),
                given("INITIAL_PURCHASE", 20).of("bob").on("sub").gives("pro").expires(90).event(),
                given("EXPIRATION", 30).of("bob").on("sub").expires(30).event());
        assertThat(crowd.active("ann", 40)).containsExactly("pro");
        assertThat(crowd.active("bob", 40)).isEmpty();
    }

    @Test
    void afterATransferThereIsOneOwnerAndOneSubscription() {
        Crowd crowd = Crowd.after(ann("INITIAL_PURCHASE", 10).period("TRIAL").expires(90).event(),
                transfer(20, List.of("ann"), List.of("bob")),
                given("CANCELLATION", 30).of("bob").on("sub").period("TRIAL").expires(90).event());
        assertThat(crowd.api("ann", 40).path("subscriptions")).isEmpty();
        assertThat(crowd.status("ann")).isNull();
        assertThat(crowd.api("bob", 40).path("subscriptions")).hasSize(1);
        assertThat(crowd.status("bob")).isEqualTo("cancelled_trial");
        assertThat(crowd.active("bob", 40)).containsExactly("pro");
    }
}
