package io.subrelay.customer;

import static io.subrelay.customer.Given.given;
import static io.subrelay.customer.Given.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.customer.CustomerUpdate.Reason;
import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each id that a destination was told of ends with the state of the customer who has it, whatever arrived first. */
class ToldIdsTest {

    /** A destination that gets events about an id, of the tracked kinds or of any, and updates. */
    private static final class Destination {

        private final boolean ofAnyKind;
        private final List<Long> numbers = new ArrayList<>();
        private final Customers customers = new Customers(id -> null, () -> {
            numbers.add(0L);
            return numbers.size();
        });
        private final Map<String, String> held = new TreeMap<>();
        private final List<CustomerUpdate> updates = new ArrayList<>();

        Destination(boolean ofAnyKind) {
            this.ofAnyKind = ofAnyKind;
        }

        Destination hear(List<Event> events) {
            for (Event event : events) {
                customers.fold(event);
                String about = event.event().path("app_user_id").asText("");
                if (!about.isEmpty() && (ofAnyKind || FactType.of(event.type()).isTracked())) {
                    write(about, Environment.of(event));
                }
                List<CustomerUpdate> led = customers.updates();
                led.forEach(each -> write(each.appUserId(), each.environment()));
                updates.addAll(led);
            }
            return this;
        }

        private void write(String id, Environment environment) {
            held.put(id + " " + environment, standing(id, environment));
        }

        private String standing(String id, Environment environment) {
            CustomerView view = customers.customerOf(id).view(environment, customers::customerOf, 0);
            return view.status() + " " + view.activeEntitlements();
        }

        /** The same ids with what there is to be told of them. */
        Map<String, String> stands() {
            Map<String, String> stands = new TreeMap<>();
            held.keySet().forEach(each -> stands.put(each, standing(each.replaceFirst(" \\w+$", ""),
                    Environment.of(each.replaceFirst(".* ", "")))));
            return stands;
        }
    }

    private static Event bought(long at, String id, String subscription, String entitlement, String... aliases) {
        return given("INITIAL_PURCHASE", at).of(id).on(subscription).gives(entitlement).period("NORMAL")
                .expires(1_000).aliases(aliases).id(id + at).event();
    }

    private static Event expired(long at, String id, String subscription) {
        return given("EXPIRATION", at).of(id).on(subscription).expires(at).id("expired" + at).event();
    }

    private static Event alias(long at, String id, String... aliases) {
        return given("SUBSCRIBER_ALIAS", at).of(id).aliases(aliases).id("alias" + at).event();
    }

    private static Event redeemed(long at, String from, String by) {
        return given("PURCHASE_REDEEMED", at).of(by).with("redeemed_from", List.of(from))
                .with("redeemed_by", List.of(by)).with("redemption_outcome", "alias").id("redeemed" + at).event();
    }

    static Stream<Arguments> lives() {
        Event anonymous = bought(1, "a", "s1", "pro");
        Event other = bought(2, "b", "s2", "max");
        Event sandbox = given("INITIAL_PURCHASE", 3).of("a").on("s3").gives("test").period("TRIAL").expires(1_000)
                .with("environment", "SANDBOX").id("sandbox").event();
        return Stream.of(
                Arguments.of("linked", List.of(anonymous, other, alias(3, "b", "a", "b"))),
                Arguments.of("linked and expired",
                        List.of(anonymous, other, alias(3, "b", "a", "b"), expired(4, "b", "s2"))),
                Arguments.of("logged in", List.of(anonymous, bought(3, "b", "s1", "pro", "a", "b"),
                        expired(5, "b", "s1"))),
                Arguments.of("redeemed", List.of(anonymous, other, redeemed(3, "a", "b"), expired(4, "a", "s1"))),
                Arguments.of("three of one", List.of(anonymous, other, bought(3, "c", "s3", "web"),
                        alias(4, "c", "a", "c"), alias(5, "c", "b"))),
                Arguments.of("of both environments", List.of(anonymous, sandbox, other, alias(4, "b", "a"))),
                Arguments.of("by an event that is neither's", List.of(anonymous, other,
                        given("RENEWAL", 3).of("c").on("s3").gives("web").period("NORMAL").expires(1_000)
                                .aliases("a", "b").event())),
                Arguments.of("transferred, then linked", List.of(anonymous, transfer(2, List.of("a"), List.of("b")),
                        bought(3, "c", "s3", "web"), alias(4, "c", "b"))),
                Arguments.of("linked, then transferred", List.of(anonymous, other, alias(3, "b", "a"),
                        transfer(4, List.of("b"), List.of("c")), expired(5, "c", "s1"))),
                Arguments.of("both sides of a transfer linked", List.of(anonymous, other,
                        transfer(3, List.of("a"), List.of("b")), alias(4, "b", "a"))),
                Arguments.of("linked by a transfer to both", List.of(anonymous, other, bought(3, "c", "s3", "web"),
                        transfer(4, List.of("c"), List.of("a", "b")))),
                Arguments.of("linked by a transfer of nothing",
                        List.of(anonymous, other, transfer(4, List.of("nobody"), List.of("a", "b")))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lives")
    void end_with_the_state_of_the_one(String name, List<Event> life) {
        Map<String, String> first = new TreeMap<>();
        LifecycleTest.permute(new ArrayList<>(life), 0, order -> {
            Destination destination = new Destination(false).hear(order);
            String why = order.stream().map(Event::id).toList().toString();
            assertThat(destination.held).as(why).isEqualTo(destination.stands());
            if (first.isEmpty()) {
                first.putAll(destination.held);
            }
            assertThat(destination.held).as(why).isEqualTo(first);
        });
    }

    @Test
    void of_random_lives() {
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            List<Event> events = new RandomLives(random, 3).events(40);
            Collections.shuffle(events, random);
            Destination destination = new Destination(true).hear(events);
            if (!destination.held.equals(destination.stands())) {
                assertThat(destination.held).as("seed " + seed).isEqualTo(destination.stands());
            }
        }
    }

    @Test
    void a_merge_is_told_of_each_id_once_and_what_follows_where_it_changes_something() {
        Destination destination = new Destination(false).hear(List.of(
                bought(1, "a", "s1", "pro"), bought(2, "b", "s2", "max"), alias(3, "b", "a")));
        assertThat(destination.updates).extracting(CustomerUpdate::appUserId).containsExactly("b", "a");
        assertThat(destination.updates).extracting(CustomerUpdate::reason).containsOnly(Reason.MERGE);
        destination.updates.clear();
        destination.hear(List.of(given("RENEWAL", 4).of("b").on("s2").gives("max").period("NORMAL").expires(1_000)
                .event()));
        assertThat(destination.updates).as("a renewal that changes nothing").isEmpty();
        destination.hear(List.of(expired(5, "b", "s2")));
        assertThat(destination.updates).extracting(CustomerUpdate::appUserId).containsExactly("a");
    }

    @Test
    void a_merge_is_told_where_both_stood_alike_as_a_vendor_may_merge_them_too() {
        Destination destination = new Destination(false).hear(List.of(
                bought(1, "a", "s1", "pro"), bought(2, "b", "s1", "pro"), alias(3, "b", "a")));
        assertThat(destination.updates).extracting(CustomerUpdate::appUserId).containsExactly("b", "a");
    }

    @Test
    void of_a_customer_with_one_id_its_own_events_tell_it_all() {
        Destination destination = new Destination(false).hear(List.of(bought(1, "a", "s1", "pro", "x", "y"),
                alias(2, "a", "x"), expired(3, "a", "s1")));
        assertThat(destination.updates).isEmpty();
        assertThat(new TreeSet<>(destination.held.keySet())).containsExactly("a PRODUCTION");
    }

    @Test
    void a_state_backfill_tells_of_each_the_present_one_first() {
        Destination destination = new Destination(false).hear(List.of(
                bought(2, "b", "s2", "max"), bought(1, "a", "s1", "pro"), alias(3, "b", "a", "c")));
        assertThat(destination.customers.states("c", "segment", 4)).extracting(CustomerUpdate::appUserId)
                .containsExactly("b", "a");
    }

    @Test
    void a_stored_customer_knows_its_ids() {
        Customer customer = Crowd.after(bought(1, "a", "s1", "pro"), bought(2, "b", "s2", "max"),
                alias(3, "c", "a", "b", "d")).customer("d");
        assertThat(customer.toldIds()).containsExactly("a", "b", "c");
        assertThat(Customer.parse(customer.toJson()).toldIds()).containsExactly("a", "b", "c");
    }
}
