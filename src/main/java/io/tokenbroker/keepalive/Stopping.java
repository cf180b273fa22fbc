package io.tokenbroker.keepalive;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets a run come to a good place to stop when the process is told to: the account at hand is finished. */
@Singleton
class Stopping {

    /** One account takes a refresh and a store: more than this only if all of it hangs. */
    private static final long PATIENCE_SECONDS = 60;

    private final CountDownLatch stop = new CountDownLatch(1);
    private final Semaphore notRunning = new Semaphore(1);

    void began() {
        notRunning.acquireUninterruptibly();
    }

    void ended() {
        notRunning.release();
    }

    boolean isTold() {
        return stop.getCount() == 0;
    }

    /** Waits so long, unless the process is told to stop. */
    void pause(Duration length) {
        try {
            // The result does not matter: the caller asks whether to stop.
            var ignored = stop.await(length.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            tell();
        }
    }

    void tell() {
        stop.countDown();
    }

    void stop(@Observes ShutdownEvent shutdown) throws InterruptedException {
        tell();
        if (notRunning.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            notRunning.release();
        }
    }
}
