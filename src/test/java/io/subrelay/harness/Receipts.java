package io.subrelay.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Received;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which of {@link Hooks#renewal}'s events a vendor took in, when, in which order, and which it got again. */
public final class Receipts {

    /** One event that was taken in: the {@code n}th of a customer. */
    public record Receipt(String customer, int n, Instant at) {
        String id() {
            return Hooks.id(customer, n);
        }
    }

    /** An event that was taken in twice. */
    public record Repeat(Receipt first, Receipt again) {
    }

    private final String destination;
    private final List<Receipt> all = new ArrayList<>();

    private Receipts(String destination) {
        this.destination = destination;
    }

    public static Receipts of(FakeVendors vendors, String destination) {
        Receipts receipts = new Receipts(destination);
        for (Received request : vendor(vendors, destination).accepted()) {
            receipts.add(request);
        }
        return receipts;
    }

    public static FakeVendor vendor(FakeVendors vendors, String destination) {
        return switch (destination) {
            case "segment" -> vendors.segment();
            case "amplitude" -> vendors.amplitude();
            case "onesignal" -> vendors.onesignal();
            default -> vendors.statsig();
        };
    }

    private void add(Received request) {
        switch (destination) {
            case "segment" -> request.body().path("batch").forEach(item -> {
                if (item.path("type").asText().equals("track")) {
                    add(item.path("messageId").asText().split(":")[1], request);
                }
            });
            case "amplitude" ->
                request.body().path("events").forEach(item -> add(item.path("insert_id").asText(), request));
            case "onesignal" -> {
                JsonNode tags = request.body().path("properties").path("tags");
                String product = tags.path("product_id").asText();
                if (product.matches("p-\\d+")) {
                    add(tags.path("app_user_id").asText() + product.substring(1), request);
                }
            }
            default -> add(request.body().path("event").path("id").asText(), request);
        }
    }

    private void add(String id, Received request) {
        int dash = id.lastIndexOf('-');
        all.add(new Receipt(id.substring(0, dash), Integer.parseInt(id.substring(dash + 1)), request.at()));
    }

    public List<Receipt> all() {
        return all;
    }

    /** How many different events. */
    public int events() {
        return (int) all.stream().map(Receipt::id).distinct().count();
    }

    /** The numbers of one customer's events, in the order in which they were taken in, repetitions included. */
    public List<Integer> of(String customer) {
        return all.stream().filter(it -> it.customer().equals(customer)).map(Receipt::n).toList();
    }

    public List<Repeat> repeats() {
        Map<String, Receipt> seen = new HashMap<>();
        List<Repeat> repeats = new ArrayList<>();
        for (Receipt receipt : all) {
            Receipt before = seen.putIfAbsent(receipt.id(), receipt);
            if (before != null) {
                repeats.add(new Repeat(before, receipt));
            }
        }
        return repeats;
    }

    /** Asserts that each customer's events arrived, all of them, and each for the first time in order. */
    public void assertAllInOrder(Map<String, Integer> sent) {
        assertInOrder();
        assertAllThere(sent);
    }

    /** Asserts that what arrived of each customer's events arrived for the first time in order. */
    public void assertInOrder() {
        firsts().forEach((customer, numbers) -> assertThat(numbers)
                .as("%s: events of %s are in order", destination, customer).isSorted());
    }

    /** Asserts that each customer's events arrived, all of them. */
    public void assertAllThere(Map<String, Integer> sent) {
        Map<String, List<Integer>> firsts = firsts();
        sent.forEach((customer, count) -> assertThat(firsts.getOrDefault(customer, List.of()))
                .as("%s: events of %s are all there", destination, customer).hasSize(count));
    }

    private Map<String, List<Integer>> firsts() {
        Map<String, List<Integer>> firsts = new TreeMap<>();
        Set<String> seen = new HashSet<>();
        for (Receipt receipt : all) {
            if (seen.add(receipt.id())) {
                firsts.computeIfAbsent(receipt.customer(), it -> new ArrayList<>()).add(receipt.n());
            }
        }
        return firsts;
    }

    /** Asserts that what a vendor was sent several times was the same each time, what met a fault included. */
    public void assertRetriesAreTheSame(FakeVendors vendors) {
        Map<String, Object> first = new HashMap<>();
        for (Received request : vendor(vendors, destination).requests()) {
            for (Map.Entry<String, Object> sent : parts(request).entrySet()) {
                Object before = first.putIfAbsent(sent.getKey(), sent.getValue());
                if (before != null && !before.equals(sent.getValue())) {
                    fail("%s: %s was first %s, and then %s", destination, sent.getKey(), before, sent.getValue());
                }
            }
        }
    }

    /** What a request carries by its key for deduplication: of a list its items, else the request itself. */
    private Map<String, Object> parts(Received request) {
        Map<String, Object> parts = new HashMap<>();
        switch (destination) {
            case "segment" ->
                request.body().path("batch").forEach(item -> parts.put(item.path("messageId").asText(), item));
            case "amplitude" ->
                request.body().path("events").forEach(item -> parts.put(item.path("insert_id").asText(), item));
            default -> {
                Receipts one = new Receipts(destination);
                one.add(request);
                one.all.forEach(it -> parts.put(it.id(),
                        List.of(request.method(), request.path(), request.headers(), request.text())));
            }
        }
        return parts;
    }

    public void assertNoRepeats() {
        assertThat(repeats()).as("%s: events that came again", destination).isEmpty();
    }

    /** The same, and tells what a runner knows of an event that came again. */
    public void assertNoRepeats(Api api) {
        for (Repeat repeat : repeats()) {
            fail("%s: %s came again: %s", destination, repeat, api.delivery(repeat.first().id(), destination));
        }
    }

    /**
     * Asserts that each event that was taken in again had an attempt without an answer, which is the only reason to
     * send it again while no runner crashes. Counted instead of compared by time: on a busy machine a vendor may take a
     * request in long after the runner has given it up.
     */
    public void assertRepeatsHadNoAnswer(Api api) {
        assertRepeatsAreExplainedBy(List.of(), Duration.ZERO, api);
    }

    /**
     * Asserts that each event that was taken in again had an attempt without an answer, or had been taken in shortly
     * before a crash, so that its result was not written yet.
     */
    public void assertRepeatsAreExplainedBy(List<Instant> crashes, Duration unmarked, Api api) {
        Map<String, Integer> unexplained = new TreeMap<>();
        for (Repeat repeat : repeats()) {
            boolean crashed = crashes.stream().anyMatch(crash -> !repeat.again().at().isBefore(crash)
                    && !repeat.first().at().isAfter(crash.plusMillis(500))
                    && repeat.first().at().isAfter(crash.minus(unmarked)));
            if (!crashed) {
                unexplained.merge(repeat.first().id(), 1, Integer::sum);
            }
        }
        unexplained.forEach((id, count) -> {
            JsonNode delivery = api.delivery(id, destination);
            long unanswered =
                    delivery.path("attempts").findValues("response_code").stream().filter(JsonNode::isNull).count();
            assertThat((long) count).as("%s: %s was taken in at %s; crashes at %s; the runner knows of %s",
                    destination, id, times(id), crashes, delivery).isLessThanOrEqualTo(unanswered);
        });
    }

    private List<Instant> times(String id) {
        return all.stream().filter(it -> it.id().equals(id)).map(Receipt::at).toList();
    }
}
