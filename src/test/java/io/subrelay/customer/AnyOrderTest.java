package io.subrelay.customer;

import static io.subrelay.customer.Given.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the events are, and however they are grouped and repeated, their order does not matter. */
class AnyOrderTest {

    private static final String[] IDS = {"a", "b", "c", "d", "e"};
    private static final String[] TYPES = {
            "INITIAL_PURCHASE", "INITIAL_PURCHASE", "NON_RENEWING_PURCHASE", "TEMPORARY_ENTITLEMENT_GRANT", "RENEWAL",
            "RENEWAL", "PRODUCT_CHANGE", "SUBSCRIPTION_EXTENDED", "UNCANCELLATION", "REFUND_REVERSED", "BILLING_ISSUE",
            "CANCELLATION", "SUBSCRIPTION_PAUSED", "EXPIRATION", "TEST"};

    private static final int CASES = Integer.getInteger("fuzz.cases", 400);

    @Test
    void endsInOneState() {
        Random random = new Random(4);
        for (int i = 0; i < CASES; i++) {
            // A few long ones, in which facts are left out.
            check(random, i % 100 == 0 ? 150 : 2 + random.nextInt(12));
        }
    }

    private static void check(Random random, int count) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(event(random, i));
        }
        Map<String, String> expected = new Crowd().takeAll(events, 1).all(25);
        for (int order = 0; order < 3; order++) {
            List<Event> shuffled = new ArrayList<>(events);
            shuffled.addAll(events.subList(0, random.nextInt(count)));
            Collections.shuffle(shuffled, random);
            Map<String, String> state = new Crowd().takeAll(shuffled, 1 + random.nextInt(5)).all(25);
            if (!state.equals(expected)) {
                String texts = String.join("\n", events.stream().map(Event::text).toList());
                assertThat(state).as(texts).isEqualTo(expected);
            }
        }
    }

    private static Event event(Random random, int number) {
        long at = random.nextInt(20);
        if (random.nextInt(6) == 0) {
            List<String> to = random.nextInt(3) == 0 ? List.of(id(random), id(random)) : List.of(id(random));
            List<String> from = random.nextInt(3) == 0 ? List.of(id(random), id(random)) : List.of(id(random));
            return given("TRANSFER", at).id("e" + number)
                    .with("transferred_from", from).with("transferred_to", to).event();
        }
        if (random.nextInt(8) == 0) {
            return given("CUSTOMER_IMPORTED", at).id("e" + number).of(id(random))
                    .with("purchases", List.of(stated(random, at), stated(random, at))).event();
        }
        Given event = given(TYPES[random.nextInt(TYPES.length)], at).id("e" + number).of(id(random));
        event.on("sub" + random.nextInt(3)).gives("pro" + random.nextInt(3));
        if (random.nextInt(8) == 0) {
            event.with("original_app_user_id", id(random));
        }
        if (random.nextInt(8) == 0) {
            event.with("aliases", List.of(id(random), id(random)));
        }
        if (random.nextInt(3) == 0) {
            Object value = random.nextBoolean() ? "v" + random.nextInt(3) : null;
            event.attribute("name" + random.nextInt(2), value, random.nextInt(5));
        }
        if (random.nextInt(4) == 0) {
            event.with("transaction_id", "t" + random.nextInt(3));
        }
        if (random.nextInt(4) > 0) {
            event.expires(at + random.nextInt(20)).with("purchased_at_ms", at)
                    .period(List.of("TRIAL", "INTRO", "NORMAL", "PROMOTIONAL").get(random.nextInt(4)));
        }
        event.with("grace_period_expiration_at_ms", at + random.nextInt(10)).with("auto_resume_at_ms", at + 1)
                .with("cancel_reason",
                        List.of("BILLING_ERROR", "UNSUBSCRIBE", "CUSTOMER_SUPPORT").get(random.nextInt(3)))
                .with("expiration_reason", List.of("SUBSCRIPTION_PAUSED", "UNKNOWN").get(random.nextInt(2)));
        return event.event();
    }

    private static Map<String, Object> stated(Random random, long at) {
        Map<String, Object> purchase = new HashMap<>(Map.of("store", "APP_STORE",
                "product_id", List.of("monthly", "gem").get(random.nextInt(2)), "entitlement_ids", List.of("pro1"),
                "purchased_at_ms", random.nextInt(20), "expiration_at_ms", random.nextInt(40),
                "transaction_id", "t" + random.nextInt(3), "happened_at_ms", random.nextInt((int) at + 1)));
        if (random.nextInt(3) > 0) {
            purchase.put("status", Status.values()[random.nextInt(Status.values().length)].text());
        }
        return purchase;
    }

    private static String id(Random random) {
        return IDS[random.nextInt(IDS.length)];
    }
}
