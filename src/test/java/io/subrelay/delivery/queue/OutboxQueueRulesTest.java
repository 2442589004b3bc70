package io.subrelay.delivery.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.delivery.partition.Slices;
import io.subrelay.delivery.queue.ModelBacklog.Entry;
import io.subrelay.event.Delivery;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.time.TestClock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules of a queue that its model does not show: what is read when, and what happens while it is read. */
class OutboxQueueRulesTest {

    private final TestClock clock = new TestClock(1_000_000);
    private ModelBacklog backlog;
    private OutboxQueue queue;
    private long seq;

    /** As once a destination is back after an outage: the first ones go before the others are read. */
    @Test
    void readsNoMoreThanIsToGoAndThanThereIsRoomFor() {
        backlog = new ModelBacklog(1, clock, new Random(1));
        queue = new OutboxQueue(OutboxQueueTest.DESTINATION, backlog, clock, 20, new Slices(1, 0));
        queue.acquire(0, 0);
        failOneOfEach(100);
        clock.advance(50_000);

        List<Delivery> taken = new ArrayList<>(queue.poll(1, (first, other) -> true, () -> 0));
        assertThat(taken).hasSize(1);
        assertThat(backlog.lanesRead).isEqualTo(1);

        for (int i = 0; i < 200; i++) {
            taken.addAll(queue.poll(2, (first, other) -> true, () -> 0));
        }
        assertThat(taken).hasSizeBetween(2, 20);
        assertThat(backlog.lanesRead).isLessThanOrEqualTo(20);

        Set<Long> ended = new HashSet<>();
        while (!taken.isEmpty()) {
            taken.forEach(delivery -> backlog.end(delivery.seq()));
            taken.forEach(delivery -> ended.add(delivery.seq()));
            queue.finish(taken.stream().map(OutboxQueueTest::ended).toList());
            taken = queue.poll(2, (first, other) -> true, () -> 0);
        }
        assertThat(ended).hasSize(100);
    }

    @Test
    void everyoneWhoWaitsReadsAndGetsSome() throws Exception {
        backlog = new ModelBacklog(1, clock, new Random(1));
        queue = new OutboxQueue(OutboxQueueTest.DESTINATION, backlog, clock, 20, new Slices(1, 0));
        queue.acquire(0, 0);
        failOneOfEach(3);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<List<Delivery>>> takers = Stream.generate(() -> threads.submit(
                    () -> queue.take(1, (first, other) -> true, () -> 0, () -> {}))).limit(3).toList();
            queue.makeDue(customer -> true, Integer.MAX_VALUE);
            for (Future<List<Delivery>> taker : takers) {
                assertThat(taker.get(9, TimeUnit.SECONDS)).hasSize(1);
            }
        } finally {
            queue.close();
            threads.shutdown();
        }
    }

    /** As after a restart, where another runner has what was merged: the event that only orders has no time. */
    @Test
    void whatIsRetriedKeepsItsTimeBehindAnEventThatOnlyOrders() {
        backlog = new ModelBacklog(2, clock, new Random(1));
        backlog.putMerge(event(1, 1, List.of(2L)));
        backlog.put(new Entry(event(2, 1, List.of()), Delivery.Origin.EVENT, 1, clock.millis() + 10_000, true));
        queue = new OutboxQueue(OutboxQueueTest.DESTINATION, backlog, clock, 20, new Slices(2, 2));
        queue.acquire(1, 0);

        assertThat(pollAll()).as("before its time").isEmpty();
        clock.advance(10_000);
        assertThat(pollAll()).extracting(Delivery::seq).containsExactly(2L);
    }

    /** As where the connection with the locks was lost for a moment, and a request is not answered yet. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsAttemptedWhileItsSliceIsLostAndAcquiredAgainGoesOnce(boolean answeredWhileItIsRead) {
        backlog = new ModelBacklog(1, clock, new Random(1));
        queue = new OutboxQueue(OutboxQueueTest.DESTINATION, backlog, clock, 20, new Slices(1, 0));
        queue.acquire(0, 0);
        for (seq = 1; seq <= 2; seq++) {
            EnrichedEvent event = event(seq, 1, List.of());
            backlog.put(new Entry(event, Delivery.Origin.EVENT, 0, 0, false));
            queue.offer(List.of(event), seq, seq);
        }
        List<Delivery> taken = queue.poll(1, (first, other) -> true, () -> 0);
        Runnable answered = () -> {
            backlog.meanwhile = () -> {};
            backlog.end(1);
            queue.finish(List.of(OutboxQueueTest.ended(taken.get(0))));
        };
        queue.release(0);
        queue.acquire(0, 0);
        if (answeredWhileItIsRead) {
            backlog.meanwhile = answered;
        } else {
            assertThat(queue.poll(2, (first, other) -> true, () -> 0)).isEmpty();
            answered.run();
        }
        assertThat(pollAll()).extracting(Delivery::seq).containsExactly(2L);
    }

    private static EnrichedEvent event(long seq, long customer, List<Long> after) {
        return new EnrichedEvent(seq, customer, after, null, null, seq, false,
                after.isEmpty() ? List.of(OutboxQueueTest.DESTINATION) : List.of());
    }

    /** Delivers what may go now. */
    private List<Delivery> pollAll() {
        List<Delivery> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            List<Delivery> taken = queue.poll(2, (first, other) -> true, () -> 0);
            taken.forEach(delivery -> backlog.end(delivery.seq()));
            if (!taken.isEmpty()) {
                queue.finish(taken.stream().map(OutboxQueueTest::ended).toList());
            }
            all.addAll(taken);
        }
        return all;
    }

    private void failOneOfEach(int count) {
        for (seq = 1; seq <= count; seq++) {
            EnrichedEvent event = new EnrichedEvent(seq, seq, List.of(), null, null, seq, false,
                    List.of(OutboxQueueTest.DESTINATION));
            backlog.put(new Entry(event, Delivery.Origin.EVENT, 1, clock.millis() + 50_000, true));
            queue.offer(List.of(event), seq, seq);
            queue.finish(queue.poll(1, (first, other) -> true, () -> 0).stream()
                    .map(delivery -> OutboxQueueTest.again(delivery.failed(1, 1), 50_000)).toList());
        }
    }
}
