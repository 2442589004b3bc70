package io.subrelay.delivery.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.subrelay.delivery.Outbox;
import io.subrelay.delivery.partition.Shares;
import io.subrelay.delivery.partition.Slices;
import io.subrelay.delivery.queue.ModelBacklog.Entry;
import io.subrelay.event.Delivery;
import io.subrelay.event.DeliveryResult;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.time.TestClock;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runners that come, go and die, each with a queue, over one {@link ModelBacklog}: each slice is held by one of them at
 * most, a customer's deliveries are attempted by one at a time and in order, and all are delivered in the end.
 */
class SharesTest {

    private static final int SLICES = 8;
    private static final int STEPS = Integer.getInteger("model.steps", 8_000);

    private final TestClock clock = new TestClock(1_000_000);
    private final Map<Integer, Runner> locked = new HashMap<>();
    private final Map<Integer, Long> positions = new HashMap<>();
    private final Map<Long, Runner> attempting = new HashMap<>();
    private final List<Runner> runners = new ArrayList<>();
    private final List<EnrichedEvent> accepted = new ArrayList<>();
    private Random random;
    private ModelBacklog backlog;
    private long seed;
    private int step;
    private int deliveries;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void eachSliceIsOneRunnersAtATime(long seed) {
        this.seed = seed;
        random = new Random(seed);
        backlog = new ModelBacklog(SLICES, clock, random);
        for (step = 1; step <= STEPS; step++) {
            operate(random.nextInt(1_000));
            if (step % 2_000 == 0) {
                drain();
            }
        }
        assertThat(deliveries).isGreaterThan(STEPS / 10);
    }

    private void operate(int dice) {
        if (dice < 3 && runners.size() < 4 || runners.isEmpty()) {
            runners.add(new Runner());
        } else if (dice < 6) {
            runners.get(random.nextInt(runners.size())).end(random.nextBoolean());
        } else {
            Runner one = runners.get(random.nextInt(runners.size()));
            if (dice < 250 && backlog.open.size() < 500) {
                accept();
            } else if (dice < 500) {
                one.take();
            } else if (dice < 750) {
                one.finish(random.nextInt(4) == 0);
            } else if (dice < 850) {
                one.poll();
            } else if (dice < 950) {
                one.shares.balance();
            } else if (dice < 980) {
                clock.advance(random.nextInt(300));
            } else {
                one.writePositions();
            }
        }
    }

    private void accept() {
        EnrichedEvent event =
                new EnrichedEvent(accepted.size() + 1, 1 + random.nextInt(40), List.of(), null, null, 1, false,
                        List.of("d"));
        accepted.add(event);
        backlog.put(new Entry(event, Delivery.Origin.EVENT, 0, 0, false));
    }

    private void drain() {
        if (runners.isEmpty()) {
            runners.add(new Runner());
        }
        for (int i = 0; i < 20_000 && !(backlog.open.isEmpty() && attempting.isEmpty()); i++) {
            for (Runner one : List.copyOf(runners)) {
                one.shares.balance();
                one.poll();
                one.take();
                one.finish(false);
            }
            clock.advance(200);
        }
        assertThat(backlog.open.keySet()).as("seed %s, step %s", seed, step).isEmpty();
        int fair = (SLICES + runners.size() - 1) / runners.size();
        for (Runner one : runners) {
            assertThat(one.slices.size()).as("seed %s, step %s", seed, step).isLessThanOrEqualTo(fair);
        }
    }

    /** One runner: what {@link Outbox} does for one destination. */
    private final class Runner implements Shares.Holder, Shares.Locks {

        private final Set<Integer> slices = new HashSet<>();
        private final List<List<Delivery>> batches = new ArrayList<>();
        private final Shares shares = new Shares(this, SLICES, this);
        private final OutboxQueue queue =
                new OutboxQueue("d", backlog, clock, 10 + random.nextInt(40), new Slices(SLICES, accepted.size()));
        private long handed = accepted.size();

        private void poll() {
            int last = accepted.size();
            if (last > handed) {
                queue.offer(last - handed > 20 ? List.of() : List.copyOf(accepted.subList((int) handed, last)),
                        last - handed > 20 ? last : handed + 1, last);
                handed = last;
            }
        }

        private void take() {
            List<Delivery> taken =
                    queue.poll(1 + random.nextInt(3), (first, other) -> first.attempts() == other.attempts(),
                            () -> 0);
            Set<Long> mine = new HashSet<>();
            for (Delivery delivery : taken) {
                check(backlog.open.containsKey(delivery.seq()), delivery, "was delivered");
                check(locked.get((int) (delivery.customer() % SLICES)) == this, delivery, "is another runner's");
                check(!attempting.containsKey(delivery.customer()) || mine.contains(delivery.customer()), delivery,
                        "goes beside another one");
                Set<Long> before = new HashSet<>(backlog.of(delivery.customer()).headMap(delivery.seq()).keySet());
                taken.forEach(it -> before.remove(it.seq()));
                check(before.isEmpty(), delivery, "goes before " + before);
                attempting.put(delivery.customer(), this);
                mine.add(delivery.customer());
            }
            if (!taken.isEmpty()) {
                batches.add(taken);
            }
        }

        private void finish(boolean failing) {
            if (batches.isEmpty()) {
                return;
            }
            List<DeliveryResult> results = new ArrayList<>();
            for (Delivery delivery : batches.remove(random.nextInt(batches.size()))) {
                attempting.remove(delivery.customer());
                if (failing) {
                    Delivery failed = delivery.failed(delivery.attempts() + 1, 1);
                    backlog.put(new Entry(delivery.event(), delivery.origin(), failed.attempts(), clock.millis() + 200,
                            true));
                    results.add(OutboxQueueTest.again(failed, 200));
                } else {
                    backlog.end(delivery.seq());
                    deliveries++;
                    results.add(OutboxQueueTest.ended(delivery));
                }
            }
            queue.finish(results);
        }

        private void writePositions() {
            queue.positions().forEach((slice, seq) -> positions.merge(slice, seq, Math::max));
        }

        /** In order, or so that it has no time to write anything; what it was attempting is attempted again. */
        private void end(boolean inOrder) {
            if (inOrder) {
                while (!batches.isEmpty()) {
                    finish(false);
                }
                writePositions();
            }
            attempting.values().removeIf(runner -> runner == this);
            runners.remove(this);
            locked.values().removeIf(runner -> runner == this);
        }

        @Override
        public void acquired(int slice) {
            check(slices.add(slice), null, "slice " + slice + " twice");
            poll();
            queue.acquire(slice, positions.getOrDefault(slice, 0L));
        }

        @Override
        public boolean released(int slice) {
            slices.remove(slice);
            writePositions();
            boolean idle = queue.release(slice);
            check(!idle
                    || attempting.keySet().stream().noneMatch(it -> it % SLICES == slice && attempting.get(it) == this),
                    null, "slice " + slice + " is given back while it is busy");
            return idle;
        }

        @Override
        public void lostAll() {
            throw new AssertionError("nothing is lost here");
        }

        @Override
        public int members() throws SQLException {
            return runners.size();
        }

        @Override
        public boolean tryLock(int slice) {
            return locked.putIfAbsent(slice, this) == null;
        }

        @Override
        public void unlock(int slice) {
            assertThat(locked.remove(slice)).isSameAs(this);
        }

        @Override
        public void close() {
            fail("seed %s, step %s: a fault in dividing", seed, step);
        }
    }

    private void check(boolean holds, Delivery delivery, String what) {
        if (!holds) {
            throw new AssertionError("seed " + seed + ", step " + step + ": " + (delivery == null ? ""
                    : delivery.seq() + " of " + delivery.customer() + " ") + what);
        }
    }
}
