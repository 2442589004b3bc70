package io.subrelay.delivery.queue;

import io.subrelay.event.Delivery;
import io.subrelay.event.EnrichedEvent;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is still to be delivered, as the database would have it: the reference that a queue is compared with. The
 * rules: a customer's deliveries go out one after the other, in order, after all that was merged into the customer.
 */
final class ModelBacklog implements Backlog {

    /** @param dueAt by the test's clock; 0 for at once */
    record Entry(EnrichedEvent event, Delivery.Origin origin, int attempts, long dueAt, boolean scheduled) {
    }

    final NavigableMap<Long, Entry> open = new TreeMap<>();
    final Map<Long, NavigableMap<Long, Entry>> byCustomer = new HashMap<>();
    final Map<Long, EnrichedEvent> ended = new TreeMap<>();
    /** What is open, and the merges. */
    private final NavigableMap<Long, Entry> stored = new TreeMap<>();
    /** Events for other destinations by which customers became one: they stay. */
    private final Map<Long, NavigableMap<Long, Entry>> merges = new HashMap<>();
    private final int slices;
    private final Clock clock;
    private final Random random;
    int requests;
    int lanesRead;
    boolean failing;
    /** Happens once something has been read, before it is handled. */
    Runnable meanwhile = () -> {};

    ModelBacklog(int slices, Clock clock, Random random) {
        this.slices = slices;
        this.clock = clock;
        this.random = random;
    }

    void put(Entry entry) {
        Entry before = open.put(entry.event().seq(), entry);
        stored.put(entry.event().seq(), entry);
        requests += (entry.origin() == Delivery.Origin.REQUEST ? 1 : 0)
                - (before != null && before.origin() == Delivery.Origin.REQUEST ? 1 : 0);
        byCustomer.computeIfAbsent(entry.event().customer(), it -> new TreeMap<>()).put(entry.event().seq(), entry);
        ended.remove(entry.event().seq());
    }

    void putMerge(EnrichedEvent event) {
        Entry entry = new Entry(event, Delivery.Origin.EVENT, 0, 0, false);
        stored.put(event.seq(), entry);
        merges.computeIfAbsent(event.customer(), it -> new TreeMap<>()).put(event.seq(), entry);
    }

    void end(long seq) {
        Entry entry = open.remove(seq);
        stored.remove(seq);
        if (entry != null) {
            requests -= entry.origin() == Delivery.Origin.REQUEST ? 1 : 0;
            byCustomer.get(entry.event().customer()).remove(seq);
            ended.put(seq, entry.event());
        }
    }

    void erase(long customer) {
        List.copyOf(of(customer).keySet()).forEach(this::end);
        ended.values().removeIf(event -> event.customer() == customer);
        stored.keySet().removeAll(mergesOf(customer).keySet());
        merges.remove(customer);
    }

    private NavigableMap<Long, Entry> mergesOf(long customer) {
        return merges.getOrDefault(customer, new TreeMap<>());
    }

    NavigableMap<Long, Entry> of(long customer) {
        return byCustomer.getOrDefault(customer, new TreeMap<>());
    }

    /** Whether anything that was accepted earlier has to go first. */
    boolean isFirst(EnrichedEvent event) {
        return isFirstOf(event.customer(), event.seq()) && isBehindMerged(event);
    }

    private boolean isFirstOf(long customer, long seq) {
        return of(customer).headMap(seq, false).values().stream()
                .noneMatch(before -> before.origin() == Delivery.Origin.EVENT) && isBehindMerges(customer, seq);
    }

    /** Whether all is done that was merged into the customer before a place, by events that are not delivered. */
    boolean isBehindMerges(long customer, long seq) {
        return mergesOf(customer).headMap(seq, false).values().stream()
                .allMatch(merge -> isBehindMerged(merge.event()));
    }

    private boolean isBehindMerged(EnrichedEvent event) {
        return event.afterCustomers().stream().allMatch(merged -> isFirstOf(merged, event.seq()));
    }

    private static boolean isAccepted(Entry entry) {
        return entry.origin() == Delivery.Origin.EVENT;
    }

    /** As {@link io.subrelay.store.DeliveryStore#requested} tells it. */
    private boolean isDue(Entry request, long now) {
        for (Entry other : of(request.event().customer()).values()) {
            if (other.dueAt() > now
                    && (isAccepted(other) ? other.scheduled() : other.event().seq() <= request.event().seq())) {
                return false;
            }
        }
        return true;
    }

    private List<Row> rows(Collection<Entry> entries, int limit) {
        if (failing && random.nextInt(10) == 0) {
            throw new IllegalStateException("away");
        }
        List<Row> rows = new ArrayList<>();
        for (Entry it : entries) {
            if (rows.size() == limit) {
                break;
            }
            rows.add(new Row(new Delivery(it.event(), it.origin(), it.attempts(), it.attempts(), it.scheduled()),
                    Math.max(0, it.dueAt() - clock.millis())));
        }
        meanwhile.run();
        return rows;
    }

    @Override
    public List<Row> next(Set<Integer> which, long afterSeq, long upToSeq, int limit) {
        return rows(afterSeq >= upToSeq ? List.of() : stored.subMap(afterSeq, false, upToSeq, true).values().stream()
                .filter(it -> isAccepted(it) && which.contains((int) (it.event().customer() % slices)))
                .limit(limit).toList(), limit);
    }

    @Override
    public List<Row> nextOf(long customer, long fromSeq, long upToSeq, int limit) {
        lanesRead++;
        return rows(fromSeq > upToSeq ? List.of() : Stream.of(of(customer), mergesOf(customer))
                .flatMap(it -> it.subMap(fromSeq, true, upToSeq, true).values().stream())
                .filter(ModelBacklog::isAccepted).sorted(Comparator.comparing(it -> it.event().seq()))
                .limit(limit).toList(), limit);
    }

    @Override
    public List<Row> requested(Set<Integer> which, int limit) {
        long now = clock.millis();
        return rows(requests == 0 ? List.of() : open.values().stream()
                .filter(it -> !isAccepted(it) && which.contains((int) (it.event().customer() % slices))
                        && isDue(it, now))
                .limit(limit).toList(), limit);
    }

    @Override
    public boolean hasRequested() {
        return requests > 0;
    }
}
