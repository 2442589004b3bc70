package io.subrelay.harness;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Lets every test wait for what it awaits however busy the machine is: the limit is reached by what never comes. */
public final class Patience implements BeforeAllCallback {

    private static final Duration FIRST = Duration.ofMillis(15);
    /** Each look costs the runner something, which others wait for. */
    private static final Duration MOST = Duration.ofMillis(100);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(IterativePollInterval.iterative(
                last -> last.compareTo(MOST) < 0 ? last.plusMillis(last.toMillis() / 3) : last, FIRST));
        Awaitility.setDefaultTimeout(Duration.ofMinutes(5));
    }
}
