package io.subrelay.customer;

import static io.subrelay.customer.Given.given;

import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes up what a few customers do: they buy in several stores and both environments, renew, upgrade, cancel, get
 * refunds and grants, pass purchases on to each other, and turn out to be one. By one random, always the same.
 */
final class RandomLives {

    private static final long HOUR = 3_600_000;
    private static final String[] STORES = {"APP_STORE", "PLAY_STORE", "STRIPE", "RC_BILLING"};

    private static final class Bought {
        String store;
        String environment;
        String original;
        String product;
        String owner;
        String period;
        long purchasedAt;
        long expiresAt;
        int transaction;
    }

    private final Random random;
    private final List<String> ids = new ArrayList<>();
    private final List<Bought> subscriptions = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private long now = 1_000 * HOUR;
    private int number;

    RandomLives(Random random, int customers) {
        this.random = random;
        for (int i = 0; i < customers; i++) {
            ids.add("customer" + i);
        }
    }

    List<String> ids() {
        return ids;
    }

    /** When the last event had happened, milliseconds since the epoch. */
    long now() {
        return now;
    }

    List<Event> events(int count) {
        while (events.size() < count) {
            if (random.nextInt(4) > 0) {
                now += random.nextInt(200) * HOUR;
            }
            happen();
        }
        return events.subList(0, count);
    }

    private void happen() {
        if (subscriptions.isEmpty()) {
            buy(id());
            return;
        }
        Bought one = subscriptions.get(random.nextInt(subscriptions.size()));
        switch (random.nextInt(26)) {
            case 0, 1 -> buy(id());
            case 2, 3, 4, 5, 6, 7 -> renew(one);
            case 8 -> add(of("CANCELLATION", one).with("cancel_reason", "UNSUBSCRIBE"));
            case 9 -> add(of("UNCANCELLATION", one));
            case 10 -> {
                add(of("BILLING_ISSUE", one).with("grace_period_expiration_at_ms", now + 100 * HOUR));
                add(of("CANCELLATION", one).with("cancel_reason", "BILLING_ERROR"));
            }
            case 11, 12 -> add(of("EXPIRATION", one).expires(Math.min(now, one.expiresAt))
                    .with("expiration_reason", random.nextBoolean() ? "UNSUBSCRIBE" : "SUBSCRIPTION_PAUSED"));
            case 13 -> add(of("SUBSCRIPTION_PAUSED", one).with("auto_resume_at_ms", now + 900 * HOUR));
            case 14 -> {
                // Of one period or another.
                int transaction = random.nextInt(one.transaction + 1);
                add(of(random.nextInt(3) > 0 ? "CANCELLATION" : "REFUND_REVERSED", one)
                        .with("transaction_id", one.original + "." + transaction)
                        .with("cancel_reason", "CUSTOMER_SUPPORT").expires(now));
            }
            case 15, 16 -> change(one);
            case 17 -> add(of("SUBSCRIPTION_EXTENDED", one).expires(one.expiresAt += 50 * HOUR));
            case 18 -> buyOnce(id());
            case 19 -> add(event("NON_RENEWING_PURCHASE", id()).with("store", "PROMOTIONAL").period("PROMOTIONAL")
                    .with("product_id", "grant").with("original_transaction_id", "op" + ++number).gives("vip")
                    .expires(now + random.nextInt(500) * HOUR));
            case 20 -> add(event("TEMPORARY_ENTITLEMENT_GRANT", id()).with("store", one.store)
                    .with("product_id", one.product).with("transaction_id", "t" + ++number).gives("pro")
                    .with("purchased_at_ms", now).expires(now + 24 * HOUR));
            case 21, 22 -> transfer(one);
            case 23 -> add(event("VIRTUAL_CURRENCY_TRANSACTION", id()).with("store", one.store)
                    .with("product_id", one.product).with("transaction_id", "v" + ++number));
            case 24 -> add(event("EXPIRATION", id()).with("store", one.store).with("product_id", one.product)
                    .with("transaction_id", "t" + random.nextInt(number + 1)).expires(now));
            default -> link();
        }
    }

    private void buy(String who) {
        Bought bought = new Bought();
        bought.store = STORES[random.nextInt(STORES.length)];
        bought.environment = random.nextInt(6) == 0 ? "SANDBOX" : "PRODUCTION";
        bought.original = "o" + ++number;
        bought.product = "product" + random.nextInt(3);
        bought.owner = who;
        bought.period = random.nextBoolean() ? "TRIAL" : "NORMAL";
        subscriptions.add(bought);
        start("INITIAL_PURCHASE", bought);
    }

    private void renew(Bought bought) {
        bought.transaction++;
        boolean conversion = bought.period.equals("TRIAL");
        bought.period = "NORMAL";
        start("RENEWAL", bought, "is_trial_conversion", conversion);
    }

    private void start(String type, Bought bought, Object... more) {
        bought.purchasedAt = now + (random.nextInt(5) == 0 ? 20 * HOUR : 0);
        bought.expiresAt = bought.purchasedAt + 700 * HOUR;
        Given event = of(type, bought);
        if (more.length > 0) {
            event.with((String) more[0], more[1]);
        }
        add(event);
    }

    private void change(Bought bought) {
        String next = "product" + random.nextInt(3);
        Given change = of("PRODUCT_CHANGE", bought);
        if (random.nextInt(3) > 0) {
            change.with("new_product_id", next);
        }
        add(change);
        if (random.nextBoolean()) {
            if (bought.store.equals("PLAY_STORE")) {
                bought.original = "o" + ++number;
                bought.transaction = 0;
            } else {
                bought.transaction++;
            }
            bought.product = next;
            start(bought.transaction == 0 ? "INITIAL_PURCHASE" : "RENEWAL", bought);
        }
    }

    private void buyOnce(String who) {
        boolean original = random.nextBoolean();
        String transaction = original ? "oo" + ++number : "t" + ++number;
        for (int i = 0; i <= random.nextInt(2); i++) {
            for (String type : new String[] {"NON_RENEWING_PURCHASE", "CANCELLATION"}) {
                if (type.equals("NON_RENEWING_PURCHASE") || random.nextInt(4) == 0) {
                    Given event = event(type, who).with("store", "RC_BILLING").period("NORMAL")
                            .with("product_id", "once" + i).gives("once" + i).with("transaction_id", transaction)
                            .with("cancel_reason", "CUSTOMER_SUPPORT");
                    add(original ? event.with("original_transaction_id", transaction) : event);
                }
            }
        }
    }

    private void transfer(Bought one) {
        String to = id();
        Given transfer = random.nextInt(4) > 0
                ? given("TRANSFER", now).with("transferred_from", List.of(one.owner))
                        .with("transferred_to", List.of(to))
                : given("PURCHASE_REDEEMED", now).with("redeemed_from", List.of(one.owner))
                        .with("redeemed_by", List.of(to)).with("redemption_outcome", "transfer");
        boolean scoped = random.nextInt(4) > 0;
        if (scoped) {
            transfer.with("store", one.store).with("environment", one.environment);
        }
        add(transfer);
        for (Bought each : subscriptions) {
            if (each.owner.equals(one.owner) && (!scoped
                    || each.store.equals(one.store) && each.environment.equals(one.environment))) {
                each.owner = to;
            }
        }
    }

    /** Rare: in the end all would be one. */
    private void link() {
        if (random.nextInt(8) == 0) {
            add(event("SUBSCRIBER_ALIAS", id()).aliases(id()));
        } else {
            add(event("RENEWAL", id()).with("store", "APP_STORE").with("product_id", "without")
                    .with("environment", random.nextBoolean() ? "SANDBOX" : "PRODUCTION").gives("without")
                    .expires(now + 700 * HOUR));
        }
    }

    private Given of(String type, Bought bought) {
        return event(type, bought.owner).with("store", bought.store).with("environment", bought.environment)
                .with("original_transaction_id", bought.original).with("product_id", bought.product)
                .with("transaction_id", bought.original + "." + bought.transaction).period(bought.period)
                .with("purchased_at_ms", bought.purchasedAt).expires(bought.expiresAt).gives("of " + bought.product);
    }

    private Given event(String type, String who) {
        return given(type, now).of(who);
    }

    private void add(Given event) {
        events.add(event.id("e" + events.size()).event());
    }

    private String id() {
        return ids.get(random.nextInt(ids.size()));
    }
}
