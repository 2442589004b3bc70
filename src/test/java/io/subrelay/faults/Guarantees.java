package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.harness.Api;
import io.subrelay.harness.Load;
import io.subrelay.harness.Receipts;
import io.subrelay.vendors.FakeVendors;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What has to be true of a load, whatever happened meanwhile. */
final class Guarantees {

    static final List<String> DESTINATIONS = List.of("segment", "amplitude", "onesignal", "statsig");

    private Guarantees() {
    }

    static CompletableFuture<Map<String, Integer>> runInBackground(Load load, Supplier<Api> apis) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return load.run(apis);
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }

    static void awaitSettled(Api api, String destination) {
        await().pollInterval(Duration.ofMillis(200)).until(() -> {
            JsonNode now = api.destination(destination);
            return now.path("pending").asInt() == 0 && now.path("retrying").asInt() == 0;
        });
    }

    /**
     * Asserts that each event was delivered, each customer's in order, or is a dead letter, as what is redirected is;
     * that the dead letters arrive once they are redelivered to vendors that are well again; and that no retry differs
     * from what it repeats. Prints what happened.
     *
     * @param repeats asserts that what came again had a reason to
     */
    static void assertKept(String run, Api api, FakeVendors vendors, Trouble trouble, Map<String, Integer> sent,
            Consumer<Receipts> repeats) throws Exception {
        int events = sent.values().stream().mapToInt(Integer::intValue).sum();
        DESTINATIONS.forEach(destination -> awaitSettled(api, destination));
        String summary = trouble.summary();
        trouble.close();
        System.out.printf("%s: %d events; %s%n", run, events, summary);
        for (String destination : DESTINATIONS) {
            Receipts before = Receipts.of(vendors, destination);
            int dead = api.destination(destination).path("dead").asInt();
            before.assertInOrder();
            assertThat(before.events() + dead).as("%s: events delivered and dead", destination)
                    .isGreaterThanOrEqualTo(events);
            assertThat(dead).as("%s: dead letters", destination).isLessThan(events / 5);
            assertThat(api.call("POST", "/api/destinations/" + destination + "/redeliver").path("scheduled").asInt())
                    .isEqualTo(dead);
            awaitSettled(api, destination);
            Receipts receipts = Receipts.of(vendors, destination);
            receipts.assertAllThere(sent);
            repeats.accept(receipts);
            receipts.assertRetriesAreTheSame(vendors);
            assertThat(api.destination(destination).path("dead").asInt()).isZero();
            System.out.printf("%s: %s lost 0, out of order 0, repeated %d; dead letters redelivered %d%n",
                    run, destination, receipts.repeats().size(), dead);
        }
        // of yesterday and today, as a day may have begun meanwhile
        assertBooksClose(api.get("/api/books?days=2&day=" + LocalDate.now(ZoneOffset.UTC).minusDays(1)), events);
    }

    private static void assertBooksClose(JsonNode books, int events) {
        assertThat(books.path("closes").asBoolean()).as(books.toPrettyString()).isTrue();
        assertThat(books.path("accepted")).hasSize(1);
        assertThat(books.path("accepted").get(0).path("events").asInt()).isEqualTo(events);
        assertThat(books.path("destinations")).hasSize(DESTINATIONS.size());
        books.path("destinations").forEach(it -> {
            // customers that turn out to be one are told of as well
            assertThat(it.path("meant").asInt()).as(books.toPrettyString()).isGreaterThanOrEqualTo(events)
                    .isEqualTo(it.path("delivered").asInt() + it.path("skipped").asInt());
        });
    }
}
