package io.subrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WrongPasswordsTest {

    private final AtomicLong now = new AtomicLong(-50);
    private final WrongPasswords wrong = new WrongPasswords(now::get);

    @Test
    void theirAnswersComeOneAfterTheOther() {
        for (int i = 1; i <= 20; i++) {
            assertThat(wrong.mayTry("a")).isTrue();
            assertThat(wrong.delayMs("a")).isEqualTo(100L * i);
        }
        assertThat(wrong.mayTry("a")).as("while twenty wait").isFalse();
        assertThat(wrong.mayTry("b")).as("from elsewhere").isTrue();
        now.addAndGet(100_000_000);
        assertThat(wrong.mayTry("a")).isTrue();
        now.addAndGet(60_000_000_000L);
        assertThat(wrong.delayMs("a")).isEqualTo(100);
    }

    @Test
    void addressesThatAreQuietAreForgotten() {
        for (int i = 0; i < 30_000; i++) {
            wrong.delayMs("address" + i);
            now.addAndGet(1_000_000);
        }
        assertThat(wrong.size()).isLessThan(11_000);
    }
}
