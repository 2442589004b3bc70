package io.subrelay.customer;

import static io.subrelay.customer.Given.given;
import static io.subrelay.customer.Given.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every order in which the events of a lifecycle can arrive ends in one state, and in the right one. */
class LifecycleTest {

    /** Access is told for this time. */
    private static final long NOW = 1_000;

    record Lifecycle(String name, List<Event> events, Consumer<Crowd> ends) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource("lifecycles")
    void endsInOneState(Lifecycle lifecycle) {
        Crowd inOrder = new Crowd().takeAll(lifecycle.events, 1);
        lifecycle.ends.accept(inOrder);
        Map<String, String> expected = inOrder.all(NOW);
        int[] number = {0};
        permute(new ArrayList<>(lifecycle.events), 0, order -> {
            // One by one, in pairs, or all at once.
            int batch = List.of(1, 2, order.size()).get(number[0]++ % 3);
            Map<String, String> state = new Crowd().takeAll(order, batch).all(NOW);
            if (!state.equals(expected)) {
                assertThat(state).as(order.stream().map(Event::id).toList().toString()).isEqualTo(expected);
            }
        });
        assertThat(number[0]).isGreaterThanOrEqualTo(120);
    }

    static void permute(List<Event> events, int from, Consumer<List<Event>> each) {
        if (from == events.size()) {
            each.accept(events);
            return;
        }
        for (int i = from; i < events.size(); i++) {
            Collections.swap(events, from, i);
            permute(events, from + 1, each);
            Collections.swap(events, from, i);
        }
    }

    static Stream<Lifecycle> lifecycles() {
        return Stream.concat(ofOneCustomer(), ofSeveral());
    }

    private static Given ann(String type, long at) {
        return given(type, at).of("ann").on("sub").period("NORMAL").gives("pro").aliases("ann", "$anon");
    }

    private static Stream<Lifecycle> ofOneCustomer() {
        return Stream.of(
                new Lifecycle("trial, converted, renewed, cancelled, expired", List.of(
                        ann("INITIAL_PURCHASE", 10).period("TRIAL").expires(20).event(),
                        ann("RENEWAL", 20).with("is_trial_conversion", true).expires(30).event(),
                        ann("RENEWAL", 30).expires(40).event(),
                        ann("CANCELLATION", 35).expires(40).with("cancel_reason", "UNSUBSCRIBE").event(),
                        ann("EXPIRATION", 40).expires(40).with("expiration_reason", "UNSUBSCRIBE").event()),
                        crowd -> expect(crowd, "ann", "expired")),
                new Lifecycle("cancelled and expired, then back", List.of(
                        ann("INITIAL_PURCHASE", 10).expires(20).event(),
                        ann("CANCELLATION", 15).expires(20).with("cancel_reason", "UNSUBSCRIBE").event(),
                        ann("EXPIRATION", 20).expires(20).event(),
                        ann("RENEWAL", 30).expires(2_000).event(),
                        ann("PRODUCT_CHANGE", 40).with("product_id", "yearly").expires(1).event(),
                        ann("SUBSCRIPTION_EXTENDED", 50).expires(3_000).event()),
                        crowd -> {
                            expect(crowd, "ann", "active", "pro");
                            var row = crowd.api("ann", NOW).at("/subscriptions/0");
                            assertThat(row.path("expires_at_ms").asLong()).isEqualTo(3_000);
                            assertThat(row.path("product_id").asText()).isEqualTo("monthly");
                            assertThat(row.path("cancel_reason").isNull()).isTrue();
                            assertThat(row.path("expiration_reason").isNull()).isTrue();
                        }),
                new Lifecycle("billing issue, cancellation, expiration of one moment", List.of(
                        ann("INITIAL_PURCHASE", 10).expires(20).event(),
                        ann("RENEWAL", 20).expires(30).event(),
                        ann("BILLING_ISSUE", 30).expires(30).event(),
                        ann("CANCELLATION", 30).expires(30).with("cancel_reason", "BILLING_ERROR").event(),
                        ann("EXPIRATION", 30).expires(30).with("expiration_reason", "BILLING_ERROR").event()),
                        crowd -> expect(crowd, "ann", "expired")),
                new Lifecycle("billing issue with a grace period, of one moment with its cancellation", List.of(
                        ann("INITIAL_PURCHASE", 10).expires(20).event(),
                        ann("RENEWAL", 20).expires(30).event(),
                        ann("BILLING_ISSUE", 30).expires(30).with("grace_period_expiration_at_ms", 2_000).event(),
                        ann("CANCELLATION", 30).expires(30).with("cancel_reason", "BILLING_ERROR").event(),
                        ann("PRODUCT_CHANGE", 31).expires(30).event()),
                        crowd -> expect(crowd, "ann", "grace_period", "pro")),
                new Lifecycle("paused, expired by it, resumed", List.of(
                        ann("INITIAL_PURCHASE", 10).expires(30).event(),
                        ann("SUBSCRIPTION_PAUSED", 20).expires(30).with("auto_resume_at_ms", 50).event(),
                        ann("EXPIRATION", 30).expires(30).with("expiration_reason", "SUBSCRIPTION_PAUSED").event(),
                        ann("RENEWAL", 50).expires(2_000).event(),
                        ann("SUBSCRIPTION_PAUSED", 60).expires(2_000).with("auto_resume_at_ms", 2_500).event()),
                        crowd -> {
                            expect(crowd, "ann", "paused", "pro");
                            assertThat(crowd.api("ann", NOW).at("/subscriptions/0/auto_resume_at_ms").asLong())
                                    .isEqualTo(2_500);
                        }),
                new Lifecycle("a refund in one of two subscriptions, and of a purchase", List.of(
                        ann("INITIAL_PURCHASE", 10).expires(2_000).event(),
                        ann("INITIAL_PURCHASE", 11).on("two").gives("plus").expires(2_000).event(),
                        ann("NON_RENEWING_PURCHASE", 12).on("gem").gives("gem").event(),
                        ann("NON_RENEWING_PURCHASE", 13).on("gem2").gives("gem2").event(),
                        ann("CANCELLATION", 20).on("two").gives("plus").expires(20)
                                .with("cancel_reason", "CUSTOMER_SUPPORT").event(),
                        ann("CANCELLATION", 21).on("gem").gives("gem")
                                .with("cancel_reason", "CUSTOMER_SUPPORT").event()),
                        crowd -> expect(crowd, "ann", "expired", "gem2", "pro")),
                new Lifecycle("promotional", List.of(
                        ann("NON_RENEWING_PURCHASE", 10).with("store", "PROMOTIONAL").period("PROMOTIONAL")
                                .expires(2_000).event(),
                        ann("NON_RENEWING_PURCHASE", 20).on("two").with("store", "PROMOTIONAL").period("PROMOTIONAL")
                                .gives("plus").expires(3_000).event(),
                        ann("CANCELLATION", 30).on("two").with("store", "PROMOTIONAL").period("PROMOTIONAL")
                                .expires(30).event(),
                        ann("EXPIRATION", 31).on("two").with("store", "PROMOTIONAL").period("PROMOTIONAL")
                                .expires(30).event(),
                        ann("NON_RENEWING_PURCHASE", 40).on("gem").gives("gem").event()),
                        crowd -> expect(crowd, "ann", "expired_promotional", "gem", "pro")),
                new Lifecycle("attributes that come late, are removed, and come back late", List.of(
                        ann("INITIAL_PURCHASE", 10).expires(2_000).attribute("name", "Ann", 5)
                                .attribute("$email", "a@x", 5).event(),
                        ann("RENEWAL", 20).expires(2_000).attribute("name", null, 15)
                                .attribute("$email", "b@x", 15).event(),
                        ann("RENEWAL", 30).expires(2_000).attribute("name", "Late", 14).event(),
                        ann("TEST", 40).attribute("$email", "c@x", 16).attribute("city", "", 40).event(),
                        ann("RENEWAL", 50).expires(2_000).attribute("city", "Oslo", 39)
                                .attribute("zip", "1", 1).event()),
                        crowd -> {
                            expect(crowd, "ann", "active", "pro");
                            assertThat(crowd.api("ann", NOW).path("subscriber_attributes").toString())
                                    .isEqualTo("{\"$email\":\"c@x\",\"zip\":\"1\"}");
                        }));
    }

    private static Event buys(String who, String what, long at) {
        return given("INITIAL_PURCHASE", at).of(who).on(what).period("NORMAL").gives(what).expires(2_000).event();
    }

    private static Event links(long at, String who, String original, String... aliases) {
        return given("SUBSCRIBER_ALIAS", at).of(who).with("original_app_user_id", original)
                .aliases(aliases).event();
    }

    private static Stream<Lifecycle> ofSeveral() {
        return Stream.of(
                new Lifecycle("a chain of transfers", List.of(
                        buys("a", "s", 10), buys("b", "t", 11), buys("b", "late", 35),
                        transfer(20, List.of("a"), List.of("b")), transfer(30, List.of("b"), List.of("c")),
                        given("RENEWAL", 40).of("c").on("s").period("INTRO").gives("s").expires(2_000).event()),
                        crowd -> {
                            expect(crowd, "a", null);
                            expect(crowd, "b", "active", "late");
                            expect(crowd, "c", "intro", "s", "t");
                        }),
                new Lifecycle("two transfers that swap", List.of(
                        buys("a", "s", 10), buys("b", "t", 11),
                        transfer(20, List.of("a"), List.of("b")), transfer(30, List.of("b"), List.of("a")),
                        transfer(30, List.of("c"), List.of("b"))),
                        crowd -> {
                            expect(crowd, "a", "active", "s", "t");
                            expect(crowd, "b", null);
                            expect(crowd, "c", null);
                        }),
                new Lifecycle("purchases before and after a transfer", List.of(
                        buys("a", "before", 10), buys("a", "same", 20), transfer(20, List.of("a"), List.of("b")),
                        buys("a", "after", 21),
                        given("EXPIRATION", 22).of("b").on("before").gives("before").expires(22).event(),
                        given("RENEWAL", 23).of("a").on("same").expires(3_000).event()),
                        crowd -> {
                            // Its newest event names the owner of each, with all that was told of it before.
                            expect(crowd, "a", "active", "after", "same");
                            expect(crowd, "b", "expired");
                        }),
                new Lifecycle("three customers become one", List.of(
                        buys("a", "s", 10), buys("b", "t", 11), buys("c", "u", 12),
                        links(20, "b", "a"), links(15, "c", "c", "c", "b"),
                        given("CANCELLATION", 30).of("a").on("s").period("NORMAL").gives("s").expires(2_000).event()),
                        crowd -> {
                            assertThat(crowd.size()).isOne();
                            expect(crowd, "a", "cancelled", "s", "t", "u");
                            expect(crowd, "c", "cancelled", "s", "t", "u");
                            assertThat(crowd.api("b", NOW).path("aliases").toString()).isEqualTo("[\"c\",\"b\"]");
                        }),
                new Lifecycle("merges and transfers", List.of(
                        buys("a", "s", 10), buys("x", "t", 11), links(40, "a", "a", "a", "x"),
                        transfer(20, List.of("a"), List.of("b", "y")), transfer(30, List.of("y"), List.of("c")),
                        links(50, "c", "z"), buys("z", "u", 25)),
                        crowd -> {
                            expect(crowd, "a", null);
                            expect(crowd, "x", null);
                            expect(crowd, "b", null);
                            expect(crowd, "z", "active", "s", "t", "u");
                        }),
                new Lifecycle("a transfer to who turns out to be the same, and on from there", List.of(
                        buys("a", "s", 10), transfer(20, List.of("a"), List.of("b")), links(25, "a", "b"),
                        transfer(30, List.of("b", "q"), List.of("c")), buys("q", "t", 12), buys("b", "v", 31)),
                        crowd -> {
                            expect(crowd, "a", "active", "v");
                            expect(crowd, "b", "active", "v");
                            expect(crowd, "c", "active", "s", "t");
                        }));
    }

    private static void expect(Crowd crowd, String id, String status, String... entitlements) {
        assertThat(crowd.status(id)).as("status of " + id).isEqualTo(status);
        assertThat(crowd.active(id, NOW)).as("entitlements of " + id).containsExactly(entitlements);
    }
}
