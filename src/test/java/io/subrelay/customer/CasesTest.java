package io.subrelay.customer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.cases.Case;
import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sequences built from what people who consume these webhooks reported: what each customer ends as. */
class CasesTest {

    static Stream<Case> cases() {
        return Case.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void endsAsItShould(Case sequence) {
        check(sequence, sequence.webhooks());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void endsAsItShouldBackwards(Case sequence) {
        check(sequence, sequence.reversed());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void endsInOneStateInAnyOrder(Case sequence) {
        Map<String, String> expected = new Crowd().takeAll(sequence.webhooks(), 1).all(sequence.asOfMs());
        int[] number = {0};
        LifecycleTest.permute(new ArrayList<>(sequence.webhooks()), 0, order -> assertThat(
                new Crowd().takeAll(order, 1 + number[0]++ % 3).all(sequence.asOfMs())).isEqualTo(expected));
    }

    private static void check(Case sequence, List<Event> events) {
        Crowd crowd = new Crowd().takeAll(events, 1);
        sequence.erased().forEach(crowd::erase);
        sequence.customers().forEach((id, expected) -> {
            JsonNode customer = crowd.api(id, sequence.asOfMs());
            JsonNode sandbox = customer.at("/environments/SANDBOX");
            String where = sequence.name() + ": " + id + " " + customer.toPrettyString();
            assertSame(customer, "subscription_status", expected, "subscription_status", where);
            assertSame(customer, "active_entitlements", expected, "active_entitlements", where);
            assertSame(sandbox, "status", expected.path("SANDBOX"), "subscription_status", where);
            assertSame(sandbox, "entitlements", expected.path("SANDBOX"), "active_entitlements", where);
        });
    }

    private static void assertSame(JsonNode is, String name, JsonNode expected, String expectedName, String where) {
        if (expected.has(expectedName)) {
            assertThat(is.path(name)).as(where).isEqualTo(expected.path(expectedName));
        }
    }
}
