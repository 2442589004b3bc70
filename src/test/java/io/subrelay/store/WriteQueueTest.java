package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.event.DeliveryResult;
import io.subrelay.store.WriteQueue.Batch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WriteQueueTest {

    private final WriteQueue queue = new WriteQueue();
    private final List<String> done = new ArrayList<>();

    private static DeliveryResult result(int n) {
        return new DeliveryResult("statsig", null, null, 0, n, 0);
    }

    private void written(int results) {
        queue.written(results);
        queue.doWhatIsDue();
    }

    /** Begins to flush on another thread, which waits when this returns. */
    private CompletableFuture<Boolean> flush() {
        CompletableFuture<Boolean> flushed = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                flushed.complete(queue.flush(60_000));
            } catch (InterruptedException e) {
                flushed.completeExceptionally(e);
            }
        });
        thread.start();
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return flushed;
    }

    @Test
    void doesWhatWaitsForResultsOnceTheyAreWrittenAndNotBefore() throws InterruptedException {
        queue.onceWritten(() -> done.add("at once"));
        queue.add(result(1));
        queue.add(result(2));
        queue.onceWritten(() -> done.add("after 2"));
        queue.add(result(3));
        queue.onceWritten(() -> {
            throw new IllegalStateException("must not keep the next one from being done");
        });
        queue.onceWritten(() -> done.add("after 3"));
        assertThat(done).containsExactly("at once");
        assertThat(queue.take().results()).containsExactly(result(1), result(2), result(3));
        written(1);
        assertThat(done).containsExactly("at once");
        written(1);
        assertThat(done).containsExactly("at once", "after 2");
        written(1);
        assertThat(done).containsExactly("at once", "after 2", "after 3");
    }

    @Test
    void doesNothingThatWaitsForResultsThatCouldNotBeWritten() throws InterruptedException {
        queue.add(result(1));
        queue.onceWritten(() -> done.add("after 1"));
        queue.putBack(queue.take().results());
        queue.add(result(2));
        Batch again = queue.take();
        assertThat(again.resultsFailed()).isTrue();
        assertThat(again.results()).containsExactly(result(1), result(2));
        assertThat(done).isEmpty();
        written(2);
        assertThat(done).containsExactly("after 1");
    }

    @Test
    void flushesUntilWhatWasMarkedBeforeIsWritten() throws InterruptedException {
        assertThat(queue.flush(0)).isTrue();
        queue.add(result(1));
        CompletableFuture<Boolean> flushed = flush();
        assertThat(queue.take().results()).containsExactly(result(1));
        queue.add(result(2));
        assertThat(flushed).isNotDone();
        queue.written(1);
        assertThat(flushed.join()).isTrue();
    }

    @Test
    void flushTellsWhenTheTimeIsOverOrItIsClosedFirst() throws InterruptedException {
        queue.add(result(1));
        assertThat(queue.flush(10)).isFalse();
        CompletableFuture<Boolean> flushed = flush();
        queue.close();
        assertThat(flushed.join()).isFalse();
    }

    @Test
    void givesEventsWhileResultsWaitToGoAgain() throws InterruptedException {
        queue.add(result(1));
        queue.putBack(queue.take().results());
        queue.add(List.of(acceptance(false)));
        Batch events = queue.take();
        assertThat(events.acceptances()).hasSize(1);
        assertThat(events.results()).isEmpty();
        assertThat(queue.take().results()).containsExactly(result(1));
    }

    @Test
    void aListThatIsAcceptedIsNotDivided() throws InterruptedException {
        List<Acceptance> list = new ArrayList<>(Collections.nCopies(255, acceptance(true)));
        list.add(0, acceptance(false));
        queue.add(List.of(acceptance(false)));
        queue.add(list);
        queue.add(List.of(acceptance(false)));
        assertThat(queue.take().acceptances()).hasSize(257);
        assertThat(queue.take().acceptances()).hasSize(1);
    }

    private static Acceptance acceptance(boolean follows) {
        return new Acceptance(null, 0, follows, Acceptance.Told.EVENT);
    }

    @Test
    void closedItGivesWhatIsLeftAndTakesNoMoreEvents() throws InterruptedException {
        queue.add(List.of(acceptance(false)));
        queue.add(result(1));
        queue.close();
        assertThat(queue.add(List.of(acceptance(false)))).isFalse();
        Batch last = queue.take();
        assertThat(last.acceptances()).hasSize(1);
        assertThat(last.results()).containsExactly(result(1));
        assertThat(queue.take()).isNull();
    }

    /** Else a database that is away would keep the runner from stopping. */
    @Test
    void closedItGivesUpResultsThatCannotBeWritten() {
        queue.add(result(1));
        queue.close();
        await().until(() -> {
            Batch batch = queue.take();
            if (batch != null) {
                queue.putBack(batch.results());
            }
            return batch == null;
        });
    }
}
