package io.tokenbroker.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Callers who do the same again and again until this is closed, and what failed of it. */
public final class Callers implements AutoCloseable {

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Caller> callers;
    private volatile boolean goOn = true;

    /** @param work of one caller each; an exception or a failed assertion is a failure */
    public Callers(Runnable... work) {
        callers = Stream.of(work).map(Caller::new).toList();
        callers.forEach(threads::execute);
    }

    /** Waits until each has been served so often from now on, and none in vain. */
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

    /** @throws AssertionError if one was served in vain */
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
            while (goOn) {
                try {
                    work.run();
                    served.incrementAndGet();
                } catch (RuntimeException | AssertionError failed) {
                    failures.add(String.valueOf(failed.getMessage()));
                }
            }
        }
    }
}
