package io.subrelay.customer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Finds where events of a customer were missed. It looks only at the newest facts of each subscription, which are all
 * kept, and only at what came after RevenueCat's REST API told of the customer: what was missed before is healed.
 */
public final class Gaps {

    private static final long DAY_MS = TimeUnit.DAYS.toMillis(1);

    private final List<Gap> found = new ArrayList<>();
    private final Customer customer;
    private final Environment environment;
    private final long toldAt;

    private Gaps(Customer customer, Environment environment, long toldAt) {
        this.customer = customer;
        this.environment = environment;
        this.toldAt = toldAt;
    }

    /**
     * @param customerOf as in {@link Customer#view}
     * @param nowMs      milliseconds since the epoch
     */
    public static List<Gap> of(Customer customer, Function<String, Customer> customerOf, long nowMs) {
        List<Gap> found = new ArrayList<>();
        long toldAt = Math.max(toldAt(customer.production), toldAt(customer.sandbox));
        for (Environment environment : Environment.values()) {
            Gaps gaps = new Gaps(customer, environment, toldAt);
            CustomerHoldings.joined(customer, environment, customerOf).forEach(gaps::look);
            CustomerHoldings.of(customer, environment, customerOf, nowMs).subscriptions().forEach(
                    each -> gaps.look(each, nowMs));
            found.addAll(gaps.found);
        }
        return found;
    }

    private static long toldAt(Purchases purchases) {
        return purchases.subscriptions.values().stream().flatMap(each -> each.facts().stream())
                .filter(fact -> fact.type() == FactType.STATED).mapToLong(fact -> fact.key().at()).max().orElse(0);
    }

    private void look(String key, List<Fact> facts) {
        Fact bought = null;
        Long end = null;
        boolean endIsTold = true;
        for (Fact fact : facts.subList(Math.max(0, facts.size() - Subscription.NEWEST), facts.size())) {
            if (fact.key().at() <= toldAt) {
                continue;
            }
            switch (fact.category()) {
                case GRANT -> {
                    if (bought != null && jumps(bought, fact)) {
                        add(key, fact, Gap.Missed.RENEWAL, bought.key().at());
                    } else if (!endIsTold && end != null && isDayAfter(end, fact.number(Field.PURCHASED))) {
                        add(key, fact, Gap.Missed.END, end);
                    }
                    bought = fact;
                    end = fact.number(Field.EXPIRES);
                    endIsTold = false;
                }
                case EXPIRE, GRACE, NEUTRAL, CANCEL_BILLING, PAUSE -> endIsTold = true;
                default -> {
                    Long told = fact.number(Field.EXPIRES);
                    end = end == null || told == null ? end : (Long) Math.max(end, told);
                }
            }
        }
    }

    /** Renewals count from the purchase on, which is the first. */
    private static boolean jumps(Fact bought, Fact renewed) {
        int before = number(bought);
        return before > 0 && number(renewed) > before + 1;
    }

    private static int number(Fact fact) {
        String number = fact.text(Field.RENEWAL);
        if (number == null) {
            return fact.type() == FactType.INITIAL_PURCHASE ? 1 : 0;
        }
        return Integer.parseInt(number);
    }

    private static boolean isDayAfter(long end, Long bought) {
        return bought != null && bought - end > DAY_MS;
    }

    private void look(SubscriptionState state, long nowMs) {
        if (!state.isSubscription || state.ended() || state.replaced || state.expiresAt == null
                || state.status() == null || state.status().isExpired()) {
            return;
        }
        Long grace = state.graceExpiresAt();
        long end = grace == null ? state.expiresAt : Math.max(grace, state.expiresAt);
        if (end > toldAt && nowMs - end > DAY_MS) {
            found.add(new Gap(customer.appUserId(), environment, state.key, state.product,
                    Gap.Missed.EXPIRATION, end));
        }
    }

    private void add(String key, Fact fact, Gap.Missed missed, long sinceMs) {
        found.add(new Gap(customer.appUserId(), environment, key, fact.text(Field.PRODUCT), missed, sinceMs));
    }
}
