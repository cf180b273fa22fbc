package io.tokenbroker.sandbox.wire;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The requests that a fault holds, each until it is released or, if it is only slow, for a time. */
public final class HeldRequests {

    private final AtomicInteger hanging = new AtomicInteger();
    private volatile CountDownLatch release = new CountDownLatch(1);

    /** Lets those that are held now go on. */
    public synchronized void release() {
        release.countDown();
        release = new CountDownLatch(1);
    }

    /** How many hang now. */
    public int hanging() {
        return hanging.get();
    }

    /** Holds the calling request until it is released. */
    public void hang() throws InterruptedException {
        var latch = release;
        hanging.incrementAndGet();
        try {
            latch.await();
        } finally {
            hanging.decrementAndGet();
        }
    }

    /** Holds it that long in real time, for its caller is a real HTTP client, or until it is released. */
    public void pause(Duration longest) throws InterruptedException {
        var _ = release.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    }
}
