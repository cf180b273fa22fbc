package io.tokenbroker.faults;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Waiting without checked exceptions: only its end interrupts the harness. */
final class Waiting {

    private static final Duration LONGEST_ARRIVAL = Duration.ofSeconds(90);
    private static final int A_FEW = 10;

    private Waiting() {}

    static void forLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw ended(e);
        }
    }

    /** Until every account of a fault is where it is to strike; without them the row would say nothing. */
    static void untilAllAreThere(CountDownLatch arrivals) {
        try {
            if (!arrivals.await(LONGEST_ARRIVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(arrivals.getCount() + " accounts did not get where a fault strikes");
            }
        } catch (InterruptedException e) {
            throw ended(e);
        }
    }

    /** Real time: how long an outage lasts, or until the next look. The brokers are processes with clocks of their own. */
    static void pass(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw ended(e);
        }
    }

    /** Each account for a part of this time. */
    static void spread(Account account, Duration over) {
        pass(over.multipliedBy(Math.floorMod(account.hashCode(), 100)).dividedBy(100));
    }

    static void forEnd(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw ended(e);
        }
    }

    /** Does this with all of them at the same time, and returns when all is done. */
    static <T> void together(List<T> all, Consumer<T> work) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            all.stream()
                    .map(one -> CompletableFuture.runAsync(() -> work.accept(one), threads))
                    .toList()
                    .forEach(CompletableFuture::join);
        }
    }

    /** The same, a few at a time. */
    static <T> void inTurns(List<T> all, Consumer<T> work) {
        for (var from = 0; from < all.size(); from += A_FEW) {
            together(all.subList(from, Math.min(from + A_FEW, all.size())), work);
        }
    }

    private static IllegalStateException ended(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException(e);
    }
}
