package io.subrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.subrelay.event.Delivery;
import io.subrelay.event.DeliveryResult;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.event.Outcome;
import io.subrelay.event.Outcome.Verdict;
import io.subrelay.harness.Logged;
import io.subrelay.time.Clocks;
import io.subrelay.time.TestClock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a destination counts as failing, and that the log tells it once. */
class FailingTest {

    private static final Outcome BUSY = Outcome.retry(503, "busy", 1_000, 0);

    private final Logged log = new Logged();
    private final TestClock wall = new TestClock(1_800_000_000_000L);
    private final TestClock steady = new TestClock(1_000_000_000L);
    private final Failing failing = new Failing("crm", new Clocks(wall, steady));

    @AfterEach
    void stop() {
        log.close();
    }

    private static Delivery delivery(int attempts, long triedSince) {
        Event event = new Event("e1", "RENEWAL", "renewal", 0, 0, JsonNodeFactory.instance.objectNode(), "", null);
        return new Delivery(new EnrichedEvent(1, 1, List.of(), event, null, 0, false, List.of("crm")),
                Delivery.Origin.EVENT, attempts, triedSince, attempts > 0);
    }

    private static DeliveryResult result(Outcome outcome, Delivery after) {
        return new DeliveryResult("crm", after, outcome, 0, 1, 0);
    }

    private void fail(Outcome outcome, int attempts) {
        int counted = outcome.verdict() == Verdict.HOLD ? attempts : attempts + 1;
        failing.failed(result(outcome, delivery(counted, attempts == 0 ? 0 : steady.millis())));
    }

    /** Goes on with time, and checks each second. */
    private boolean pass(int seconds) {
        boolean probe = false;
        for (int i = 0; i < seconds; i++) {
            wall.advance(1_000);
            steady.advance(1_000);
            probe |= failing.check();
        }
        return probe;
    }

    @Test
    void oneLineAtTheFirstFailureAndOneOnceItIsOver() {
        fail(BUSY, 0);
        for (int attempts = 1; attempts < 5; attempts++) {
            pass(2);
            fail(Outcome.retry(0, "ConnectException: refused", 1_000, 0), attempts);
        }
        assertThat(failing.now().attempts()).isEqualTo(5);
        assertThat(failing.now().words()).isEqualTo("ConnectException: refused");
        assertThat(log.of("crm")).containsExactly(
                "WARN crm: fails, answer 503 busy: what waits for it is kept and retried");
        pass(2);
        assertThat(failing.worked()).as("it is back after a while").isTrue();
        assertThat(failing.now()).isNull();
        assertThat(failing.seconds()).isZero();
        pass(20);
        failing.worked();
        pass(20);
        assertThat(log.of("crm")).hasSize(2);
        assertThat(log.of("crm").get(1))
                .matches("INFO crm: works again; it had failed since 2027-01-15T08:00:00Z, 5 attempts");
    }

    @Test
    void failuresThatComeAndGoAreOneSpell() {
        for (int i = 0; i < 100; i++) {
            fail(BUSY, 0);
            pass(1);
            assertThat(failing.worked()).as("what waits keeps its time").isFalse();
            pass(2);
        }
        assertThat(log.of("crm")).hasSize(1);
        pass(10);
        assertThat(log.of("crm")).hasSize(2);
        fail(BUSY, 0);
        assertThat(log.of("crm")).hasSize(3);
    }

    @Test
    void whatFailsForAReasonOfItsOwnWhileOthersWorkSaysNothing() {
        failing.worked();
        fail(BUSY, 3);
        fail(Outcome.retry(429, "too fast", 1_000, 0), 0);
        assertThat(failing.now()).isNull();
        assertThat(log.of("crm")).isEmpty();
        pass(10);
        fail(BUSY, 4);
        assertThat(failing.now()).as("nothing else works").isNotNull();
    }

    @Test
    void aStartRemembersSinceWhen() {
        failing.failed(result(BUSY, delivery(8, steady.millis() - 3_600_000)));
        assertThat(failing.now().since()).isEqualTo(wall.millis() - 3_600_000);
        assertThat(failing.seconds()).isEqualTo(3_600);
    }

    @Test
    void isTriedFromTimeToTimeButNotBeforeItAsksForIt() {
        assertThat(pass(100)).isFalse();
        fail(BUSY, 0);
        assertThat(pass(29)).isFalse();
        assertThat(pass(1)).isTrue();
        assertThat(pass(29)).isFalse();
        assertThat(pass(1)).isTrue();
        fail(Outcome.retry(503, "busy", 1_000, 300_000), 1);
        assertThat(pass(299)).isFalse();
        assertThat(failing.worked()).as("what waits was asked to").isFalse();
        fail(Outcome.retry(503, "busy", 1_000, 300_000), 0);
        assertThat(pass(300)).isTrue();
        failing.worked();
        assertThat(pass(100)).isFalse();
    }

    @Test
    void isOverWhereNothingIsLeftThatFails() {
        fail(BUSY, 0);
        pass(30);
        failing.nothingWaits();
        assertThat(failing.now()).isNull();
        assertThat(pass(100)).isFalse();
        assertThat(log.of("crm")).hasSize(2);
        assertThat(log.of("crm").get(1)).matches(
                "INFO crm: nothing waits for it any more; it had failed since 2027-01-15T08:00:00Z, 1 attempts");
        fail(BUSY, 0);
        assertThat(log.of("crm")).hasSize(3);
    }

    @Test
    void aRejectedKeyCountsAndIsToldByTheCircuit() {
        failing.worked();
        fail(Outcome.ended(Verdict.HOLD, 401, "invalid key"), 0);
        assertThat(failing.now().status()).isEqualTo(401);
        assertThat(log.of("crm")).isEmpty();
    }
}
