package io.tokenbroker.faults;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waiting without checked exceptions: nobody interrupts the harness but its end. */
final class Waiting {

    private Waiting() {}

    static void forLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw ended(e);
        }
    }

    /** Whether it opened in time. */
    static boolean forLatch(CountDownLatch latch, Duration longest) {
        try {
            return latch.await(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw ended(e);
        }
    }

    static void pass(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw ended(e);
        }
    }

    private static IllegalStateException ended(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException(e);
    }
}
