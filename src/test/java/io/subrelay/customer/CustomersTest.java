package io.subrelay.customer;

import static io.subrelay.customer.Given.given;
import static io.subrelay.customer.Given.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the writer is told to store. */
class CustomersTest {

    private final Map<String, Customers.Stored> stored = new HashMap<>();
    private final Map<String, Integer> asked = new HashMap<>();
    private long last = 100;
    private final Customers customers = new Customers(id -> {
        asked.merge(id, 1, Integer::sum);
        return stored.get(id);
    }, () -> ++last);

    private void store(long number, String... ids) {
        Customer customer = new Customer();
        customer.add(given("TEST", number).of(ids[0]).aliases(ids).event());
        for (String id : ids) {
            // As a store does that reads each id by itself.
            stored.put(id, new Customers.Stored(number, Customer.parse(customer.toJson())));
        }
    }

    private Customers.Folded fold(Given event) {
        return customers.fold(event.event());
    }

    private List<Long> changed() {
        return customers.changed().stream().map(Customers.Entry::number).toList();
    }

    @Test
    void aNewCustomerGetsANumberAndItsIdsAreLinked() {
        Customers.Entry ann = fold(given("RENEWAL", 1).of("ann").aliases("a1")).customer();
        assertThat(ann.number()).isEqualTo(101);
        assertThat(fold(given("RENEWAL", 2).of("a1")).customer()).isSameAs(ann);
        assertThat(customers.links()).isEqualTo(Map.of("ann", 101L, "a1", 101L));
        assertThat(customers.merges()).isEmpty();
        assertThat(changed()).containsExactly(101L);
        assertThat(asked).isEqualTo(Map.of("ann", 1, "a1", 1));
    }

    @Test
    void ofAStoredCustomerOnlyNewIdsAreLinked() {
        store(7, "ann", "a1");
        fold(given("RENEWAL", 1).of("a1").aliases("ann", "a2"));
        assertThat(customers.links()).isEqualTo(Map.of("a2", 7L));
        assertThat(changed()).containsExactly(7L);
        assertThat(customers.customerOf("a2")).isSameAs(customers.customerOf("ann"));
        assertThat(customers.customerOf("ann").ids()).containsExactlyInAnyOrder("ann", "a1", "a2");
        assertThat(customers.customerOf("nobody")).isNull();
    }

    @Test
    void anEventThatLinksCustomersMergesThemUnderTheLowestNumber() {
        store(7, "ann", "a1");
        store(3, "bob");
        Customers.Entry cid = fold(given("RENEWAL", 5).of("cid").on("s")).customer();
        Customers.Entry ann = fold(given("RENEWAL", 6).of("ann").on("t")).customer();
        assertThat(cid.number()).isEqualTo(101);
        Customers.Entry all = fold(given("RENEWAL", 7).of("cid").aliases("ann", "bob")).customer();
        assertThat(all.number()).isEqualTo(3);
        assertThat(List.of(cid.number(), ann.number())).as("found under the new number").containsOnly(3L);
        assertThat(cid.customer()).isSameAs(all.customer());
        assertThat(all.customer().ids()).containsExactlyInAnyOrder("ann", "a1", "bob", "cid");
        assertThat(customers.merges()).isEqualTo(Map.of(7L, 3L, 101L, 3L));
        assertThat(customers.links()).isEqualTo(Map.of("cid", 3L));
        assertThat(changed()).containsExactly(3L);
        // An id of a customer that was merged, asked for only now.
        assertThat(customers.customerOf("a1")).isSameAs(all.customer());
        assertThat(all.customer().toApiJson(customers::customerOf, 0).path("subscriptions")).hasSize(2);
    }

    @Test
    void mergesInARowEndAtTheLast() {
        store(5, "a");
        store(4, "b");
        store(2, "c");
        fold(given("TEST", 10).of("a").aliases("b"));
        fold(given("TEST", 11).of("b").aliases("c"));
        assertThat(customers.merges()).isEqualTo(Map.of(5L, 2L, 4L, 2L));
        assertThat(changed()).containsExactly(2L);
    }

    @Test
    void aTransferConcernsAllItsParties() {
        store(7, "ann");
        Customers.Folded folded = customers.fold(transfer(10, List.of("ann", "eve", "bo"), List.of("bob", "bo")));
        assertThat(folded.customer().number()).isEqualTo(101);
        assertThat(folded.from()).extracting(Customers.Entry::number).containsExactly(7L, 102L);
        assertThat(customers.links()).isEqualTo(Map.of("bob", 101L, "bo", 101L, "eve", 102L));
        assertThat(changed()).containsExactly(101L, 7L, 102L);
        assertThat(customers.customerOf("ann").isInTransfers()).isTrue();
        assertThat(customers.customerOf("eve").ids()).containsExactly("eve");
    }

    @Test
    void anEventThatNamesNobodyChangesNobody() {
        assertThat(fold(given("TEST", 1)).customer()).isNull();
        assertThat(customers.fold(transfer(2, List.of(), List.of())).customer()).isNull();
        assertThat(customers.changed()).isEmpty();
        Customers.Folded noTarget = customers.fold(transfer(3, List.of("ann", "eve"), List.of()));
        assertThat(noTarget.customer().customer().ids()).containsExactly("ann");
        assertThat(noTarget.from()).hasSize(1);
    }
}
