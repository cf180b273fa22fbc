package io.tokenbroker.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Callers who do the same again and again until this is closed, or until it fails. */
public final class Callers implements AutoCloseable {

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Caller> callers;
    private volatile boolean goOn = true;

    /** @param work of one caller each */
    public Callers(Runnable... work) {
        callers = Stream.of(work).map(Caller::new).toList();
        callers.forEach(threads::execute);
    }

    /**
     * Waits until each has been served so often, and no call has failed.
     *
     * @param times 2 or more: the first may have begun before
     */
    public void areServed(int times) {
        var wanted = callers.stream().map(caller -> caller.served.get() + times).toList();
        Waiting.until(() -> !failures.isEmpty() || areServed(wanted));
        assertThat(failures).isEmpty();
    }

    private boolean areServed(List<Integer> wanted) {
        for (var i = 0; i < callers.size(); i++) {
            if (callers.get(i).served.get() < wanted.get(i)) {
                return false;
            }
        }
        return true;
    }

    /** @throws AssertionError if a call has failed */
    @Override
    public void close() {
        goOn = false;
        threads.close();
        assertThat(failures).isEmpty();
    }

    private final class Caller implements Runnable {

        private final Runnable work;
        private final AtomicInteger served = new AtomicInteger();

        private Caller(Runnable work) {
            this.work = work;
        }

        @Override
        public void run() {
            try {
                while (goOn) {
                    work.run();
                    served.incrementAndGet();
                }
            } catch (RuntimeException | AssertionError failed) {
                failures.add(failed);
            }
        }
    }
}
