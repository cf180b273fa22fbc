package io.tokenbroker.support;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting for what another thread does. Never for good: a test that waits in vain is to fail, not to hang. */
public final class Waiting {

    private static final Duration LONGEST = Duration.ofSeconds(30);

    /** What is waited for needs the processor. */
    private static final long A_MOMENT = 1_000_000;

    private Waiting() {}

    public static void until(BooleanSupplier done) {
        until(done, LONGEST);
    }

    /** @throws AssertionError if it has not come about after so long */
    public static void until(BooleanSupplier done, Duration longest) {
        var deadline = System.nanoTime() + longest.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Waited in vain for " + longest);
            }
            LockSupport.parkNanos(A_MOMENT);
        }
    }
}
