package io.subrelay.harness;

import org.junit.jupiter.api.Assumptions;

/** Skips a test that this machine cannot run, and says so where the output of the build is read. */
public final class Skip {

    private Skip() {
    }

    /** @param reason what is missing */
    public static void because(String reason) {
        System.out.println("SKIPPED: " + reason);
        Assumptions.abort(reason);
    }
}
